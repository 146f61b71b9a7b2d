import type { ByteReader, ByteWriter, Fields, FieldType, Hash64, Row, ValueOf } from '@worldkeep/kernel'
import type { Component } from '../define/component.ts'
import { mutationPhases } from '../guard/tick-guard.ts'
import { readColumn, writeColumn } from '../state/column-bytes.ts'
import type { ChangeLog } from './change-log.ts'
import { type Column, createColumn } from './column.ts'

export type ColumnsOf<F extends Fields> = { readonly [K in keyof F]: Column<ValueOf<F[K]>> }

/** A row that leaves out every field. */
const nothing = {}

/** All rows of one component: who has it, its columns, and when each row last changed. Does not allocate per write. */
export class ComponentTable<F extends Fields = Fields> {
  readonly component: Component<string, F>
  readonly index: number
  readonly columns: ColumnsOf<F>
  readonly changedTick: Int32Array
  /** Grows with every change of any row. */
  changeCount = 0
  /** Names of the fields, as declared; `value` reads them by their place here. */
  readonly fieldNames: readonly (keyof F & string)[]
  /** What `hashLeaf` digests, by leaf: the component, then its fields. */
  readonly leafNames: readonly string[]
  readonly #present: Uint8Array
  readonly #shapeTick: Int32Array
  readonly #log: ChangeLog
  readonly #list: readonly Column[]
  readonly #seen: boolean

  constructor(component: Component<string, F>, index: number, capacity: number, log: ChangeLog, shapeTick: Int32Array) {
    this.component = component
    this.index = index
    this.changedTick = new Int32Array(capacity).fill(-1)
    this.#present = new Uint8Array(capacity)
    this.#shapeTick = shapeTick
    this.#log = log
    this.#seen = component.audience === 'motion' || component.audience === 'nearby'
    const columns: Record<string, Column> = {}
    for (const [name, type] of Object.entries<FieldType>(component.fields)) {
      columns[name] = createColumn(type, capacity, this, log.guard) as Column
    }
    this.columns = columns as ColumnsOf<F>
    this.#list = Object.values(columns)
    this.fieldNames = Object.keys(columns)
    this.leafNames = [component.name, ...this.fieldNames.map((field) => `${component.name}.${field}`)]
  }

  has(slot: number): boolean {
    return this.#present[slot] === 1
  }

  /** Gives the entity this component, at the given values; fields left out start at zero. */
  add(slot: number, row: Partial<Row<F>> = nothing): void {
    this.#log.guard.require('ComponentTable.add', mutationPhases)
    if (this.#present[slot] !== 1) {
      for (let i = 0; i < this.#list.length; i++) (this.#list[i] as Column).clear(slot)
      this.#present[slot] = 1
      this.#reshape(slot)
    }
    for (let i = 0; i < this.fieldNames.length; i++) {
      const value = row[this.fieldNames[i] as string]
      if (value !== undefined) (this.#list[i] as Column).set(slot, value)
    }
  }

  remove(slot: number): void {
    this.#log.guard.require('ComponentTable.remove', mutationPhases)
    this.bury(slot)
  }

  /** The entity is gone, and with it its row. For the world, at the end of a tick. */
  bury(slot: number): void {
    if (this.#present[slot] !== 1) return
    this.#present[slot] = 0
    this.#reshape(slot)
  }

  /** Called by the columns. */
  changed(slot: number): void {
    this.changedTick[slot] = this.#log.tick
    this.changeCount++
    if (this.#seen) this.#log.touchEntity(slot)
  }

  /** One value of one row. */
  value(slot: number, field: number): number | string {
    return (this.#list[field] as Column).get(slot)
  }

  /** One row as plain values. Allocates. */
  row(slot: number): Row<F> {
    const row: Record<string, number | string> = {}
    for (const [name, column] of Object.entries<Column>(this.columns)) row[name] = column.get(slot)
    return row as Row<F>
  }

  write(writer: ByteWriter, slot: number): void {
    for (let i = 0; i < this.#list.length; i++) (this.#list[i] as Column).write(writer, slot)
  }

  read(reader: ByteReader, slot: number): void {
    for (let i = 0; i < this.#list.length; i++) (this.#list[i] as Column).read(reader, slot)
  }

  /** Leaf 0 is who has the component; leaf 1 … are its fields. */
  hashLeaf(leaf: number, hash: Hash64, slotsUsed: number): void {
    if (leaf === 0) {
      for (let slot = 0; slot < slotsUsed; slot++) if (this.#present[slot] === 1) hash.u32(slot)
      return
    }
    ;(this.#list[leaf - 1] as Column).hash(hash, this.#present, slotsUsed)
  }

  stateBytesMax(): number {
    const row = this.#list.reduce((sum, column) => sum + column.bytesMax, 1)
    return this.#present.length * row
  }

  writeState(writer: ByteWriter, slotsUsed: number): void {
    writeColumn(writer, this.#present, slotsUsed)
    for (let slot = 0; slot < slotsUsed; slot++) if (this.#present[slot] === 1) this.write(writer, slot)
  }

  readState(reader: ByteReader, slotsUsed: number): void {
    readColumn(reader, this.#present, slotsUsed)
    for (let slot = 0; slot < slotsUsed && !reader.failed; slot++) {
      if (this.#present[slot] !== 1) continue
      this.read(reader, slot)
      this.changed(slot)
    }
  }

  /** Who sees the entity must receive it whole: which components it has is not part of a delta. */
  #reshape(slot: number): void {
    this.changed(slot)
    if (this.#seen) this.#shapeTick[slot] = this.#log.tick
  }
}
