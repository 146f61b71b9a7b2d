import { expect, test } from 'vitest'
import type { Seen, Truth, Watched } from '../src/check/truth.ts'
import { mergeVerdicts, ViewCheck } from '../src/check/view-check.ts'

const cellsWide = 4
const checkedTick = 100
const walkCmPerTick = 15

/** Two entities in the view of everybody in the corner, and one beyond it. All walk to the right. */
function truthAt(tick: number): Truth {
  const walked = (tick - checkedTick) * walkCmPerTick
  return {
    tick,
    cellsWide,
    entities: [
      { id: 1, cell: 0, xCm: 1_000 + walked, zCm: 1_000 },
      { id: 2, cell: 5, xCm: 9_000 + walked, zCm: 9_000 },
      { id: 3, cell: 10, xCm: 15_000 + walked, zCm: 15_000 },
    ],
    views: [{ viewer: 'ann', middleX: 0, middleZ: 0, radiusCells: 1 }],
  }
}

/** What is right to see at a tick. */
function seenAt(tick: number): Map<number, { readonly xM: number; readonly zM: number }> {
  return new Map(
    truthAt(tick)
      .entities.filter(({ id }) => id < 3)
      .map(({ id, xCm, zCm }) => [id, { xM: xCm / 100, zM: zCm / 100 }]),
  )
}

function client(options: { readonly seen?: Seen; readonly silent?: Seen; readonly viewer?: string }): Watched {
  return {
    viewer: options.viewer ?? 'ann',
    label: () => 'ann (active)',
    watch: (_tick, take) => {
      if (options.seen !== undefined) take(options.seen)
      return () => undefined
    },
    seenInSilence: () => options.silent ?? null,
  }
}

function judge(clients: readonly Watched[]) {
  return new ViewCheck(clients, checkedTick).judge(truthAt(checkedTick), 0)
}

test('[BENCH-2] who sees just what is in the block has no error', async () => {
  const verdict = await judge([client({ seen: seenAt(checkedTick) })])
  expect(verdict).toMatchObject({ viewsChecked: 1, viewErrors: 0, entitiesInViews: 2, details: [] })
  expect(verdict.maxPositionErrorM).toBeLessThan(1e-9)
})

test('[BENCH-2] a client that is one tick late fails', async () => {
  const verdict = await judge([client({ seen: seenAt(checkedTick - 1) })])
  expect(verdict).toMatchObject({ viewsChecked: 1, viewErrors: 2 })
  expect(verdict.maxPositionErrorM).toBeCloseTo(walkCmPerTick / 100)
})

test('[BENCH-2] two centimetres are allowed, and no more', async () => {
  const shifted = (byM: number): Seen => {
    return new Map(Array.from(seenAt(checkedTick), ([id, { xM, zM }]) => [id, { xM: xM + byM, zM }]))
  }
  expect(await judge([client({ seen: shifted(0.0199) })])).toMatchObject({ viewErrors: 0 })
  expect(await judge([client({ seen: shifted(0.0201) })])).toMatchObject({ viewErrors: 2 })
})

test('[BENCH-2] an entity too few, one too many, and a stranger are errors', async () => {
  const fewer = seenAt(checkedTick)
  fewer.delete(2)
  const more = seenAt(checkedTick).set(3, { xM: 150, zM: 150 })
  const verdict = await judge([
    client({ seen: fewer }),
    client({ seen: more }),
    client({ seen: seenAt(checkedTick), viewer: 'nobody' }),
  ])
  expect(verdict).toMatchObject({ viewsChecked: 2, viewErrors: 3 })
  expect(verdict.details[0]).toMatch(/entity 2 is missing; it is in cell 5 at 90:90 m/)
  expect(verdict.details[1]).toMatch(/entity 3 is seen at 150:150 m, and is not in the view/)
  expect(verdict.details[2]).toMatch(/the server knows no view of it/)
})

test('[BENCH-3] who has heard nothing since is seen as it is, once it is sure', async () => {
  expect(await judge([client({ silent: seenAt(checkedTick) })])).toMatchObject({ viewsChecked: 1, viewErrors: 0 })
  expect(await judge([client({})])).toMatchObject({ viewsChecked: 0, viewErrors: 1 })
})

test('[BENCH-3] a check that comes too late says so', () => {
  const late: Watched = {
    ...client({}),
    watch: (tick) => {
      throw new Error(`tick ${tick} has passed`)
    },
  }
  expect(() => new ViewCheck([late], checkedTick)).toThrow('tick 100 has passed')
})

test('[BENCH-2] verdicts of several processes and ticks are one', async () => {
  const good = await judge([client({ seen: seenAt(checkedTick) })])
  const bad = await judge([client({ seen: seenAt(checkedTick - 1) })])
  expect(mergeVerdicts([good, bad])).toMatchObject({ viewsChecked: 2, viewErrors: 2, entitiesInViews: 4 })
  expect(mergeVerdicts([good, bad]).maxPositionErrorM).toBe(bad.maxPositionErrorM)
})
