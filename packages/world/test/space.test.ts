import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tombstonesMax } from '../src/limits.ts'
import { CellLists } from '../src/space/cell-lists.ts'
import { Tombstones } from '../src/space/tombstones.ts'
import { cellOfCoordinate, Zone } from '../src/space/zone.ts'

test('[WORLD-10] a cell has its lower border and not its upper one, also below zero', () => {
  const cells = [-6401, -6400, -6399, -1, 0, 1, 6399, 6400, 12799, 12800].map((cm) => cellOfCoordinate(cm, 6400))
  expect(cells).toEqual([-2, -1, -1, -1, 0, 0, 0, 1, 1, 2])
})

test('[WORLD-10] every coordinate lies in exactly the cell that says so', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), fc.integer({ min: 100, max: 65_500 }), (cm, cellCm) => {
      const cell = cellOfCoordinate(cm, cellCm)
      return cell * cellCm <= cm && cm < (cell + 1) * cellCm
    }),
    { numRuns: 2000 },
  )
})

test('[WORLD-10] cells of a zone are numbered from its first, row by row', () => {
  const zone = new Zone({ name: 'field', sizeM: 100, cellM: 16 }, { index: 1, firstCell: 40, seed: 1 })
  expect([zone.cellsWide, zone.cellCount()]).toEqual([7, 49])
  expect([zone.cellAt(0, 0), zone.cellAt(1600, 0), zone.cellAt(0, 1600), zone.cellAt(9999, 9999)]).toEqual([
    40, 41, 47, 88,
  ])
  for (let cell = 40; cell < 89; cell++) {
    expect(zone.cellAt(zone.cellX(cell) * zone.cellCm, zone.cellZ(cell) * zone.cellCm)).toBe(cell)
  }
})

test('[WORLD-11] a cell lists its entities in slot order, whatever order they came and went in', () => {
  const move = fc.record({ slot: fc.nat(15), cell: fc.integer({ min: -1, max: 3 }) })
  fc.assert(
    fc.property(fc.array(move, { maxLength: 100 }), (moves) => {
      const lists = new CellLists({ cells: 4, entitiesMax: 16 })
      const cellOf = new Array<number>(16).fill(-1)
      for (const { slot, cell } of moves) {
        if (cellOf[slot] === cell) continue
        if ((cellOf[slot] as number) >= 0) lists.unlink(cellOf[slot] as number, slot)
        if (cell >= 0) lists.link(cell, slot)
        cellOf[slot] = cell
        for (let at = 0; at < 4; at++) {
          const expected = cellOf.flatMap((of, index) => (of === at ? [index] : []))
          expect(slotsIn(lists, at)).toEqual(expected)
          expect(lists.counts[at]).toBe(expected.length)
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('[WORLD-11] linking twice is our bug', () => {
  const lists = new CellLists({ cells: 1, entitiesMax: 2 })
  lists.link(0, 1)
  expect(() => lists.link(0, 1)).toThrow('already')
})

test('[WORLD-12] departures of a cell are walked newest first, down to the baseline', () => {
  const tombstones = new Tombstones(2)
  tombstones.add(0, 5, 1, 0)
  tombstones.add(1, 6, 1, 0)
  tombstones.add(0, 7, 2, 3)
  tombstones.add(0, 0xffff_ffff, 4, 0)
  expect(departuresOf(tombstones, 0, 0)).toEqual([0xffff_ffff, 7, 5])
  expect(departuresOf(tombstones, 0, 1)).toEqual([0xffff_ffff, 7])
  expect(departuresOf(tombstones, 0, 2)).toEqual([0xffff_ffff])
  expect(departuresOf(tombstones, 0, 4)).toEqual([])
  expect(departuresOf(tombstones, 1, -1)).toEqual([6])
  const channels: number[] = []
  for (let seq = tombstones.newest(0, 0); seq >= 0; seq = tombstones.older(seq, 0))
    channels.push(tombstones.channelAt(seq))
  expect(channels).toEqual([0, 3, 0])
})

test('[WORLD-12] departures of any cell after any baseline are those of the model', () => {
  const departure = fc.record({ cell: fc.nat(3), slot: fc.nat(50), later: fc.nat(2) })
  fc.assert(
    fc.property(fc.array(departure, { maxLength: 60 }), fc.integer({ min: -1, max: 120 }), (departures, baseline) => {
      const tombstones = new Tombstones(4)
      const model: { cell: number; slot: number; tick: number }[] = []
      let tick = 0
      for (const { cell, slot, later } of departures) {
        tick += later
        tombstones.add(cell, slot, tick, 0)
        model.unshift({ cell, slot, tick })
      }
      for (let cell = 0; cell < 4; cell++) {
        const expected = model.filter((one) => one.cell === cell && one.tick > baseline).map(({ slot }) => slot)
        expect(departuresOf(tombstones, cell, baseline)).toEqual(expected)
      }
    }),
  )
})

test('[WORLD-13] a full ring forgets the oldest departures, and says for which baselines it no longer answers', () => {
  const tombstones = new Tombstones(2)
  tombstones.add(0, 1, 1, 0)
  tombstones.add(0, 2, 2, 0)
  for (let i = 2; i < tombstonesMax; i++) tombstones.add(1, i, 3, 0)
  expect([tombstones.covers(-1), tombstones.covers(0)]).toEqual([true, true])
  expect(departuresOf(tombstones, 0, 0)).toEqual([2, 1])
  tombstones.add(1, 9, 3, 0)
  expect([tombstones.covers(0), tombstones.covers(1)]).toEqual([false, true])
  expect(departuresOf(tombstones, 0, 0)).toEqual([2])
  tombstones.add(1, 9, 4, 0)
  expect([tombstones.covers(1), tombstones.covers(2)]).toEqual([false, true])
  expect(departuresOf(tombstones, 0, 0)).toEqual([])
  expect(departuresOf(tombstones, 1, 3)).toEqual([9])
})

test('[WORLD-13] a chain never runs into places that have been written over', () => {
  const tombstones = new Tombstones(3)
  for (let i = 0; i < tombstonesMax * 3; i++) {
    tombstones.add(i % 3, i % 1000, Math.floor(i / 100), 0)
    if (i % 5000 !== 4999) continue
    for (let cell = 0; cell < 3; cell++) {
      const expected: number[] = []
      for (let j = i; j > i - tombstonesMax && j >= 0; j--) if (j % 3 === cell) expected.push(j % 1000)
      expect(departuresOf(tombstones, cell, -1)).toEqual(expected)
    }
  }
})

function slotsIn(lists: CellLists, cell: number): number[] {
  const slots: number[] = []
  for (let slot = lists.first[cell] as number; slot >= 0; slot = lists.next[slot] as number) slots.push(slot)
  return slots
}

function departuresOf(tombstones: Tombstones, cell: number, baseline: number): number[] {
  const handles: number[] = []
  for (let seq = tombstones.newest(cell, baseline); seq >= 0; seq = tombstones.older(seq, baseline)) {
    handles.push(tombstones.handleAt(seq))
  }
  return handles
}
