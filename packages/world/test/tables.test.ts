import {
  angle,
  axis,
  ByteReader,
  ByteWriter,
  entity,
  type FieldType,
  flag,
  Hash64,
  i8,
  i16,
  i32,
  quantized,
  text,
  u8,
  u16,
  u32,
  utf8Length,
} from '@worldkeep/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { component } from '../src/define/component.ts'
import { ChangeLog } from '../src/tables/change-log.ts'
import { createColumn } from '../src/tables/column.ts'
import { ComponentTable } from '../src/tables/component-table.ts'
import { Brain, type Frozen, Health, Label, Pose, Purse } from './arena.ts'

const numberTypes: readonly FieldType<number>[] = [
  u8,
  u16,
  u32,
  i8,
  i16,
  i32,
  flag,
  entity,
  axis,
  angle,
  quantized(0, 1, 0.25),
  quantized(-50, 50, 0.01),
  quantized(5, 10, 0.001),
  quantized(-1000, 1000, 0.000001),
]

function tableOf<C extends typeof Health | typeof Label | typeof Pose | typeof Purse | typeof Brain | typeof Frozen>(
  declared: C,
) {
  const log = new ChangeLog({ entitiesMax: 4, cells: 2 })
  log.cellOf.set([0, 1, 1, -1])
  log.tick = 7
  const shapeTick = new Int32Array(4).fill(-1)
  const table = new ComponentTable<C['fields']>(declared, 0, 4, log, shapeTick)
  return { log, shapeTick, table }
}

test('[WORLD-5] a value is quantised when it is written, whatever it is', () => {
  for (const type of numberTypes) {
    const column = createColumn(type, 2, { changed: () => undefined })
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer(), fc.double({ min: -100, max: 100 })), (value) => {
        column.set(1, value as never)
        const stored = column.get(1) as number
        return stored === type.load(type.store(value)) && column.get(0) === type.load(type.store(0))
      }),
    )
  }
})

test('[WORLD-6] writing what is there already is no change', () => {
  for (const type of numberTypes) {
    let changes = 0
    const column = createColumn(type, 1, { changed: () => changes++ })
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer()), (value) => {
        const before = column.get(0)
        changes = 0
        column.set(0, value as never)
        const expected = column.get(0) === before ? 0 : 1
        if (changes !== expected) return false
        column.set(0, value as never)
        column.set(0, column.get(0) as never)
        return changes === expected
      }),
    )
  }
})

test('[WORLD-5] [WORLD-6] text is cut at a character, and the same text is no change', () => {
  let changes = 0
  const column = createColumn(text(6), 3, { changed: () => changes++ })
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 9 }), (value) => {
      column.set(1, value as never)
      changes = 0
      column.set(1, value as never)
      column.set(1, column.get(1) as never)
      const kept = column.get(1) as string
      const whole = Buffer.from(value, 'utf8').toString('utf8')
      return (
        changes === 0 && utf8Length(kept) <= 6 && whole.startsWith(kept) && column.get(0) === '' && column.get(2) === ''
      )
    }),
    { examples: [['\ud800'], ['\udfff!'], ['🌼🌼'], ['ééééé'], ['']], numRuns: 500 },
  )
})

test('[WORLD-5] texts of neighbours never overlap', () => {
  const column = createColumn(text(4), 3, { changed: () => undefined })
  for (let slot = 0; slot < 3; slot++) column.set(slot, 'abcd' as never)
  column.set(1, 'z' as never)
  expect([0, 1, 2].map((slot) => column.get(slot))).toEqual(['abcd', 'z', 'abcd'])
})

test('[WORLD-7] a change stamps the row and the cell of the entity', () => {
  const { log, table } = tableOf(Health)
  table.add(1, { current: 10 })
  log.tick = 9
  table.columns.current.set(1, 10)
  expect([table.changedTick[1], log.cellChangedTick[1]]).toEqual([7, 7])
  table.columns.current.set(1, 11)
  expect([table.changedTick[1], log.cellChangedTick[1]]).toEqual([9, 9])
  expect([table.changedTick[0], log.cellChangedTick[0]]).toEqual([-1, -1])
})

test('[WORLD-7] what nobody nearby sees does not touch the cell', () => {
  for (const declared of [Purse, Brain] as const) {
    const { log, shapeTick, table } = tableOf(declared)
    table.add(1)
    expect(table.changedTick[1]).toBe(7)
    expect(log.cellChangedTick[1]).toBe(-1)
    expect(shapeTick[1]).toBe(-1)
  }
})

test('[WORLD-7] an entity that stands nowhere yet is stamped without a cell', () => {
  const { log, table } = tableOf(Health)
  table.add(3)
  expect(table.changedTick[3]).toBe(7)
  expect([...log.cellChangedTick]).toEqual([-1, -1])
})

test('[WORLD-8] adding and removing a component is a change of shape, writing it is none', () => {
  const { log, shapeTick, table } = tableOf(Health)
  table.add(2, { current: 3, max: 5 })
  expect(shapeTick[2]).toBe(7)
  log.tick = 8
  table.add(2, { current: 4 })
  expect([shapeTick[2], table.changedTick[2]]).toEqual([7, 8])
  expect(table.row(2)).toEqual({ current: 4, max: 5 })
  log.tick = 9
  table.remove(2)
  table.remove(1)
  expect([shapeTick[2], shapeTick[1], table.has(2)]).toEqual([9, -1, false])
})

test('[WORLD-8] a row starts at zero, also where somebody had it before', () => {
  const { table } = tableOf(Health)
  table.add(0, { current: 1, max: 2 })
  table.remove(0)
  table.add(0)
  expect(table.row(0)).toEqual({ current: 0, max: 0 })
  const labels = tableOf(Label).table
  labels.add(0, { text: 'old' })
  labels.remove(0)
  labels.add(0)
  expect(labels.row(0)).toEqual({ text: '' })
  const tight = component('tight', { audience: 'nearby', fields: { value: quantized(5, 10, 1) } })
  const table2 = new ComponentTable(tight, 0, 1, new ChangeLog({ entitiesMax: 1, cells: 1 }), new Int32Array(1))
  table2.add(0)
  expect(table2.row(0)).toEqual({ value: 5 })
})

test('[WORLD-9] a row reads back as it was written, and malformed bytes leave it as it was', () => {
  const poses = tableOf(Pose).table
  const labels = tableOf(Label).table
  poses.add(0)
  poses.add(1)
  labels.add(0)
  labels.add(1)
  fc.assert(
    fc.property(fc.double(), fc.double(), fc.double(), fc.string({ unit: 'binary' }), (facing, lean, dir, name) => {
      poses.add(0, { facing, lean, dir })
      labels.add(0, { text: name })
      const writer = ByteWriter.ofSize(64)
      poses.write(writer, 0)
      labels.write(writer, 0)
      const reader = new ByteReader(writer.copy())
      poses.read(reader, 1)
      labels.read(reader, 1)
      expect(poses.row(1)).toEqual(poses.row(0))
      expect(labels.row(1)).toEqual(labels.row(0))
      return !reader.failed && reader.remaining() === 0
    }),
  )
  const before = poses.row(1)
  poses.read(new ByteReader(new Uint8Array(0)), 1)
  expect(poses.row(1)).toEqual(before)
})

test('[WORLD-23] a leaf digests who has a component, and another one each of its fields', () => {
  const { table } = tableOf(Pose)
  const digest = (leaf: number): string => {
    const hash = new Hash64()
    table.hashLeaf(leaf, hash, 4)
    return hash.hex()
  }
  const before = table.leafNames.map((_, leaf) => digest(leaf))
  expect(new Set(before).size).toBe(1)
  table.add(1)
  expect(digest(0)).not.toBe(before[0])
  const [, field] = table.leafNames
  expect(field).toBe(`${table.component.name}.${Object.keys(table.component.fields)[0]}`)
})
