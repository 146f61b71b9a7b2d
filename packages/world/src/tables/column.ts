import {
  assert,
  type ByteReader,
  type ByteWriter,
  type FieldType,
  type Hash64,
  readStored,
  utf8Clip,
  utf8Length,
  utf8Read,
  utf8Write,
  writeStored,
  zeroOf,
} from '@worldkeep/kernel'
import { mutationPhases, TickGuard } from '../guard/tick-guard.ts'

/** What a column tells when a value truly changes. */
export interface ChangeSink {
  changed(slot: number): void
}

/** One field of one component for all entities. `get` and `set` speak user values; the rest speaks stored ones. */
export interface Column<T extends number | string = number | string> {
  get(slot: number): T
  /** Quantises, stores and stamps the change. Writing what is there already is no change. */
  set(slot: number, value: T): void
  clear(slot: number): void
  write(writer: ByteWriter, slot: number): void
  read(reader: ByteReader, slot: number): void
  /** Most bytes `write` takes. */
  readonly bytesMax: number
  /** Digests the rows that are present, in slot order. */
  hash(hash: Hash64, present: Uint8Array, slotsUsed: number): void
}

type Stored = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array

export class NumberColumn implements Column<number> {
  readonly bytesMax: number
  readonly stored: Stored
  readonly #type: FieldType
  readonly #sink: ChangeSink
  readonly #guard: TickGuard

  constructor(type: FieldType, capacity: number, sink: ChangeSink, guard: TickGuard) {
    this.bytesMax = type.bytesMax
    this.stored = allocate(type, capacity)
    this.#type = type
    this.#sink = sink
    this.#guard = guard
  }

  get(slot: number): number {
    return this.#type.load(this.stored[slot] as number)
  }

  set(slot: number, value: number): void {
    this.#put(slot, this.#type.store(value))
  }

  clear(slot: number): void {
    this.stored[slot] = this.#type.store(0)
  }

  write(writer: ByteWriter, slot: number): void {
    writeStored(writer, this.#type, this.stored[slot] as number)
  }

  read(reader: ByteReader, slot: number): void {
    const stored = readStored(reader, this.#type)
    if (!reader.failed) this.#put(slot, stored)
  }

  hash(hash: Hash64, present: Uint8Array, slotsUsed: number): void {
    for (let slot = 0; slot < slotsUsed; slot++) if (present[slot] === 1) hash.u32(this.stored[slot] as number)
  }

  #put(slot: number, stored: number): void {
    this.#guard.require('Column.set', mutationPhases)
    if (this.stored[slot] === stored) return
    this.stored[slot] = stored
    this.#sink.changed(slot)
  }
}

/** Text of a fixed span per entity. Reading it allocates a string: not for every tick. */
export class TextColumn implements Column<string> {
  readonly bytesMax: number
  readonly #bytes: Uint8Array
  readonly #lengths: Uint16Array
  readonly #bytesMax: number
  readonly #written: Uint8Array
  readonly #sink: ChangeSink
  readonly #guard: TickGuard

  constructor(type: FieldType, capacity: number, sink: ChangeSink, guard: TickGuard) {
    this.bytesMax = type.bytesMax
    this.#bytesMax = type.storedMax
    this.#written = new Uint8Array(type.storedMax)
    this.#bytes = new Uint8Array(capacity * this.#bytesMax)
    this.#lengths = new Uint16Array(capacity)
    this.#sink = sink
    this.#guard = guard
  }

  get(slot: number): string {
    return utf8Read(this.#bytes, slot * this.#bytesMax, this.#lengths[slot] as number) ?? ''
  }

  set(slot: number, value: string): void {
    this.#guard.require('Column.set', mutationPhases)
    const clipped = utf8Clip(value, this.#bytesMax)
    const length = utf8Length(clipped)
    utf8Write(clipped, this.#written, 0)
    if (this.#holds(slot, length)) return
    const start = slot * this.#bytesMax
    for (let i = 0; i < length; i++) this.#bytes[start + i] = this.#written[i] as number
    this.#lengths[slot] = length
    this.#sink.changed(slot)
  }

  clear(slot: number): void {
    this.#lengths[slot] = 0
  }

  write(writer: ByteWriter, slot: number): void {
    const length = this.#lengths[slot] as number
    writer.varint(length)
    writer.raw(this.#bytes, slot * this.#bytesMax, length)
  }

  read(reader: ByteReader, slot: number): void {
    const value = reader.text(this.#bytesMax)
    if (!reader.failed) this.set(slot, value)
  }

  hash(hash: Hash64, present: Uint8Array, slotsUsed: number): void {
    for (let slot = 0; slot < slotsUsed; slot++) {
      if (present[slot] !== 1) continue
      const length = this.#lengths[slot] as number
      hash.u32(length)
      hash.column(this.#bytes, slot * this.#bytesMax, length)
    }
  }

  /** Bytes, not strings, are compared: half a surrogate pair is written as U+FFFD, and stays unequal to it as a string. */
  #holds(slot: number, length: number): boolean {
    if (this.#lengths[slot] !== length) return false
    const start = slot * this.#bytesMax
    for (let i = 0; i < length; i++) if (this.#bytes[start + i] !== this.#written[i]) return false
    return true
  }
}

/** Without a guard it can always be written: a column of no world. */
export function createColumn(
  type: FieldType,
  capacity: number,
  sink: ChangeSink,
  guard: TickGuard = TickGuard.open(),
): NumberColumn | TextColumn {
  return type.storage === 'text'
    ? new TextColumn(type, capacity, sink, guard)
    : new NumberColumn(type, capacity, sink, guard)
}

function allocate(type: FieldType, capacity: number): Stored {
  const zero = type.store(zeroOf(type) as number)
  switch (type.storage) {
    case 'u8':
      return new Uint8Array(capacity).fill(zero)
    case 'u16':
      return new Uint16Array(capacity).fill(zero)
    case 'u32':
      return new Uint32Array(capacity).fill(zero)
    case 'i8':
      return new Int8Array(capacity).fill(zero)
    case 'i16':
      return new Int16Array(capacity).fill(zero)
    case 'i32':
      return new Int32Array(capacity).fill(zero)
    case 'text':
      assert(false, 'text has its own column')
  }
}
