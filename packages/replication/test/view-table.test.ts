import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noBaseline } from '../src/emit/segment-encoder.ts'
import { ViewTable } from '../src/emit/view-table.ts'
import { Arena } from './arena.ts'
import { disagreement } from './oracle.ts'
import { Viewer } from './viewer.ts'

/** Cells of 16 m, hysteresis 2 m. */
const arena = new Arena()
const { zone } = arena

function follower(options: { readonly radiusCells?: number; readonly hysteresisCm?: number } = {}) {
  const views = new ViewTable({ ...arena.options, sessionsMax: 1, ...options })
  const walk = (...places: readonly (readonly [number, number])[]): number =>
    places.filter(([xCm, zCm]) => views.follow(0, zone, xCm, zCm)).length
  const middle = (): readonly [number, number] => [views.middleX[0] as number, views.middleZ[0] as number]
  return { views, walk, middle }
}

test('[REPL-7] a view moves when its entity is more than the hysteresis beyond the border', () => {
  const { walk, middle } = follower()
  expect(walk([800, 800])).toBe(1)
  expect(middle()).toEqual([0, 0])
  expect(walk([1599, 800], [1600, 800], [1800, 800])).toBe(0)
  expect(walk([1801, 800])).toBe(1)
  expect(middle()).toEqual([1, 0])
})

test('[REPL-7] on the way back the hysteresis is doubled, until the view has moved on', () => {
  const { walk, middle } = follower()
  walk([800, 800], [1900, 800])
  expect(walk([1599, 800], [1399, 800], [1200, 800])).toBe(0)
  expect(walk([1199, 800])).toBe(1)
  expect(middle()).toEqual([0, 0])
  const onwards = follower()
  onwards.walk([800, 800], [1900, 800], [3500, 800])
  expect(onwards.middle()).toEqual([2, 0])
  expect(onwards.walk([2900, 800])).toBe(0)
  expect(onwards.walk([2799, 800])).toBe(1)
})

test('[REPL-8] pacing along a border moves the view at most once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 1, maxLength: 200 }),
      fc.boolean(),
      (steps, swap) => {
        const { walk } = follower()
        walk(swap ? [800, 1500] : [1500, 800])
        return walk(...steps.map((step) => (swap ? ([800, 1600 + step] as const) : ([1600 + step, 800] as const)))) <= 1
      },
    ),
    { numRuns: 500 },
  )
})

test('[REPL-8] weaving across a border while walking along it moves the view across it at most once', () => {
  const { views, walk } = follower()
  walk([1500, 100])
  let across = 0
  let before = views.middleX[0] as number
  for (let zCm = 100; zCm < 9900; zCm += 25) {
    walk([1600 + Math.round(390 * Math.sin(zCm / 200)), zCm])
    if (views.middleX[0] !== before) across++
    before = views.middleX[0] as number
  }
  expect(across).toBe(1)
  expect(views.middleZ[0]).toBe(6)
})

test('[REPL-8] an entity never leaves its own block, however wide the hysteresis and however far it jumps', () => {
  fc.assert(
    fc.property(
      fc.nat(2),
      fc.nat(5000),
      fc.array(fc.tuple(fc.nat(9999), fc.nat(9999)), { maxLength: 60 }),
      (radiusCells, hysteresisCm, places) => {
        const { walk, middle } = follower({ radiusCells, hysteresisCm })
        for (const place of places) {
          walk(place)
          const [x, z] = middle()
          if (Math.abs(Math.floor(place[0] / 1600) - x) > radiusCells) return false
          if (Math.abs(Math.floor(place[1] / 1600) - z) > radiusCells) return false
        }
        return true
      },
    ),
    { numRuns: 500 },
  )
})

test('[REPL-7] another zone starts a fresh view in its cell, and so does a session that was cleared', () => {
  const { views, walk, middle } = follower()
  walk([1700, 800])
  views.baseline[0] = 5
  expect(walk([1550, 800])).toBe(0)
  expect(views.baseline[0]).toBe(5)
  const lobby = arena.world.zones[0] as (typeof arena.world.zones)[number]
  expect(views.follow(0, lobby, 2500, 500)).toBe(true)
  expect([middle(), views.baseline[0]]).toEqual([[2, 0], noBaseline])
  views.baseline[0] = 9
  views.clear(0)
  expect(views.baseline[0]).toBe(noBaseline)
  expect(walk([100, 100])).toBe(1)
  expect(middle()).toEqual([0, 0])
})

test('[REPL-7] a radius out of bounds refuses the boot', () => {
  for (const radii of [{ radiusCells: -1 }, { radiusCells: 4 }, { radiusCells: Number.NaN }, { farRadiusCells: 4 }]) {
    expect(() => new ViewTable({ ...arena.options, ...radii })).toThrow('view radius')
  }
})

test('[REPL-7] a fresh view came from nowhere: no border is wider for it than for others', () => {
  for (const [from, to] of [
    [1700, 1399],
    [100, 1801],
  ] as const) {
    const { walk, views } = follower()
    walk([from, from])
    expect(walk([to, from])).toBe(1)
    expect([views.middleX[0], views.middleZ[0]]).toEqual([Math.floor(to / 1600), Math.floor(from / 1600)])
  }
})

test('[REPL-1] nine cells, each once, to the very borders, oneself included; nobody beyond', () => {
  const big = new Arena({ sizeM: 160 })
  // The block is 16 m to 64 m: its lower border is inside, its upper one is not.
  const inside = [1600, 1601, 3199, 3200, 4799, 4800, 6399]
  const outside = [1599, 6400]
  const places = inside.flatMap((xCm) => inside.map((zCm) => [xCm, zCm] as const))
  const beyond = outside.flatMap(
    (cm) =>
      [
        [cm, 4000],
        [4000, cm],
        [cm, cm],
      ] as const,
  )
  big.tick(() => {
    big.spawn(4000, 4000)
    for (const [xCm, zCm] of [...places, ...beyond]) big.spawn(xCm, zCm)
  })
  const viewer = new Viewer(big, 0, 0)
  for (let n = 0; n < 3; n++) {
    viewer.frame()
    expect([...viewer.model.entities.keys()]).toHaveLength(1 + places.length)
    expect([...viewer.model.entities.keys()].every((slot) => slot <= places.length)).toBe(true)
    expect(disagreement(viewer)).toBeNull()
    big.views.refresh(0)
    big.tick()
  }
})

test('[REPL-8] an entity that paces over the border of a cell is always in the view of its neighbours', () => {
  const big = new Arena({ sizeM: 160 })
  big.tick(() => {
    big.spawn(4000, 4000)
    big.spawn(4790, 4000)
  })
  const viewer = new Viewer(big, 0, 0)
  viewer.frame()
  for (let n = 0; n < 100; n++) {
    big.tick(() => big.world.motion.setVelocity(1, n % 2 === 0 ? 400 : -400, 0))
    viewer.frame()
    expect(viewer.events).toEqual(['changed 1'])
    expect(disagreement(viewer)).toBeNull()
  }
})

test('[REPL-11] crossing diagonally drops five cells and brings five', () => {
  const big = new Arena({ sizeM: 160 })
  big.tick(() => {
    // One in the middle of every cell, and the walker.
    big.spawn(4000, 4000)
    for (let row = 0; row < 7; row++)
      for (let column = 0; column < 7; column++) big.spawn(column * 1600 + 800, row * 1600 + 800)
  })
  const viewer = new Viewer(big, 0, 0)
  viewer.frame()
  expect(viewer.model.entities.size).toBe(10)
  big.tick(() => big.world.motion.place(0, 5100, 5100))
  viewer.frame()
  expect(viewer.frames.at(-1)?.middle).toEqual({ cellX: 3, cellZ: 3 })
  expect(big.emitter.recipe.segmentCount).toBe(5 + 2)
  expect(viewer.events.filter((event) => event.startsWith('left'))).toHaveLength(5)
  expect(viewer.events.filter((event) => event.startsWith('entered'))).toHaveLength(5)
  expect(viewer.events).toContain('changed 0')
  expect(disagreement(viewer)).toBeNull()
})

test('[REPL-11] a jump across the zone drops the whole block and brings another', () => {
  const big = new Arena({ sizeM: 160, radiusCells: 2 })
  big.tick(() => {
    big.spawn(4000, 4000)
    big.spawn(4100, 4100)
    big.spawn(15_900, 15_900)
  })
  const viewer = new Viewer(big, 0, 0)
  viewer.frame()
  big.tick(() => big.world.motion.place(0, 15_000, 15_000))
  viewer.frame()
  expect(big.emitter.recipe.segmentCount).toBe(9)
  expect(viewer.events.toSorted()).toEqual(['changed 0', 'entered 2', 'left 1'])
  expect(disagreement(viewer)).toBeNull()
})
