import { Hash64 } from '@worldkeep/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { generationMax, slotsMax } from '../src/limits.ts'
import { EntityTable } from '../src/tables/entity-table.ts'

test('[WORLD-1] a live handle resolves to its slot, and nothing else resolves', () => {
  const table = new EntityTable(4)
  const handle = table.handleOf(table.claim())
  expect(table.slotOf(handle)).toBe(0)
  expect(EntityTable.slotOf(handle)).toBe(0)
  const invented = [0, 1, -1, handle + 1, handle + 0.5, handle + 2 ** 32, -handle, 0xffffffff, Number.NaN, Infinity]
  for (const number of invented) expect(table.slotOf(number), String(number)).toBe(-1)
})

test('[WORLD-1] 0 is no entity, in any table', () => {
  const table = new EntityTable(1)
  expect(table.slotOf(0)).toBe(-1)
  expect(table.handleOf(table.claim())).not.toBe(0)
  expect(table.slotOf(0)).toBe(-1)
})

test('[WORLD-1] any number that is not a live handle resolves to nothing', () => {
  const table = new EntityTable(8)
  for (let i = 0; i < 8; i++) table.claim()
  table.release(3)
  const live = new Set([0, 1, 2, 4, 5, 6, 7].map((slot) => table.handleOf(slot) as number))
  fc.assert(
    fc.property(
      fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), fc.integer({ min: 0, max: 1 << 20 })),
      (number) => (live.has(number) ? table.slotOf(number) >= 0 : table.slotOf(number) === -1),
    ),
    { numRuns: 2000 },
  )
})

test('[WORLD-2] fresh slots come first, then the one released longest ago', () => {
  const table = new EntityTable(3)
  expect([table.claim(), table.claim()]).toEqual([0, 1])
  table.release(0)
  expect(table.claim()).toBe(2)
  table.release(2)
  table.release(1)
  expect([table.claim(), table.claim(), table.claim()]).toEqual([0, 2, 1])
})

test('[WORLD-3] a despawned handle never resolves again', () => {
  const table = new EntityTable(1)
  const handle = table.handleOf(table.claim())
  table.release(0)
  expect(table.slotOf(handle)).toBe(-1)
  table.claim()
  expect(table.slotOf(handle)).toBe(-1)
  expect(table.handleOf(0)).not.toBe(handle)
})

test('[WORLD-3] a slot out of generations is retired, and no handle is ever given twice', () => {
  const table = new EntityTable(1)
  const handles = new Set<number>()
  for (let use = 1; use <= generationMax; use++) {
    expect(table.claim()).toBe(0)
    handles.add(table.handleOf(0))
    table.release(0)
  }
  expect(handles.size).toBe(generationMax)
  expect(Math.max(...handles)).toBeLessThan(2 ** 32)
  expect(table.retiredCount).toBe(1)
  expect(table.claim()).toBe(-1)
  expect(table.count).toBe(0)
})

test('[WORLD-4] a full table refuses, and counts it', () => {
  const table = new EntityTable(2)
  table.claim()
  table.claim()
  expect([table.claim(), table.claim()]).toEqual([-1, -1])
  expect(table.refusedCount).toBe(2)
  expect(table.count).toBe(2)
  table.release(1)
  expect(table.claim()).toBe(1)
})

test('[WORLD-4] a table has 1 … slotsMax places', () => {
  expect(() => new EntityTable(0)).toThrow('entitiesMax')
  expect(() => new EntityTable(slotsMax + 1)).toThrow('entitiesMax')
  expect(() => new EntityTable(1).release(0)).toThrow('not alive')
})

test('[WORLD-2] [WORLD-3] [WORLD-4] claims and releases follow the model', () => {
  const step = fc.oneof(fc.constant('claim' as const), fc.nat(30))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 120 }), (capacity, steps) => {
      const table = new EntityTable(capacity)
      const alive = new Map<number, number>()
      const gone = new Set<number>()
      const free: number[] = []
      let used = 0
      let refused = 0
      for (const next of steps) {
        if (next === 'claim') {
          const expected = used < capacity ? used++ : (free.shift() ?? -1)
          if (table.claim() !== expected) return false
          if (expected < 0) refused++
          else alive.set(expected, table.handleOf(expected))
        } else if (alive.size > 0) {
          const [slot, handle] = [...alive][next % alive.size] as [number, number]
          table.release(slot)
          alive.delete(slot)
          gone.add(handle)
          free.push(slot)
        }
        for (const [slot, handle] of alive) if (table.slotOf(handle) !== slot || gone.has(handle)) return false
        for (const handle of gone) if (table.slotOf(handle) !== -1) return false
        if (table.count !== alive.size || table.refusedCount !== refused || table.slotsUsed !== used) return false
      }
      return true
    }),
    { numRuns: 300 },
  )
})

test('[WORLD-23] the order in which slots come back is part of the state', () => {
  const digest = (releases: readonly number[]): string => {
    const table = new EntityTable(3)
    for (let i = 0; i < 3; i++) table.claim()
    for (const slot of releases) table.release(slot)
    const hash = new Hash64()
    table.hash(hash)
    return hash.hex()
  }
  expect(digest([0, 2])).toBe(digest([0, 2]))
  expect(digest([0, 2])).not.toBe(digest([2, 0]))
})
