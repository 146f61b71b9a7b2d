import { expect, test } from 'vitest'
import { privateShownMax } from '../src/limits.ts'
import { Arena, type ArenaOptions, Health, Marked, Sneaking, Team } from './arena.ts'
import { disagreement, memoryOf } from './oracle.ts'
import { decodeSegment } from './segment-decoder.ts'
import { Viewer } from './viewer.ts'

/** Cells of 16 m; the viewer is slot 0, in the middle of cell 3, 3. Others stand where they are put. */
function scene(options: Partial<ArenaOptions>, ...others: readonly (readonly [number, number])[]) {
  const arena = new Arena({ farRadiusCells: 2, ...options })
  arena.tick(() => {
    arena.spawn(5600, 5600)
    for (const [column, row] of others) arena.spawn(column * 1600 + 800, row * 1600 + 800)
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  const go = (slot: number, column: number, row: number): void =>
    arena.world.motion.place(slot, column * 1600 + 800, row * 1600 + 800)
  const events: string[] = []
  /** Ticks with a frame each, the first with `apply`; what the viewer was told is in `events`. */
  const run = (ticks: number, apply?: () => void): void => {
    events.length = 0
    for (let n = 0; n < ticks; n++) {
      arena.tick(n === 0 ? apply : undefined)
      const before = memoryOf(viewer)
      viewer.frame()
      events.push(...viewer.events)
      expect(disagreement(viewer, before)).toBeNull()
    }
  }
  return { arena, events, go, run, viewer, world: arena.world }
}

/** `entered` and `left` among what was told. */
const comings = (events: readonly string[]): readonly string[] => events.filter((event) => !event.startsWith('changed'))

/** Near, far, far, near again and over corners, never out of the block. */
const way = [
  [3, 2],
  [3, 1],
  [2, 1],
  [1, 1],
  [1, 2],
  [2, 3],
  [5, 5],
  [4, 4],
  [5, 3],
  [3, 5],
  [3, 4],
] as const

for (const kind of ['everybody', 'the room', 'the marked', 'the sneaking'] as const) {
  for (const everyTicks of [1, 2, 3]) {
    test(`[REPL-15] no blink: ${kind} from near to far cells and back, a cell every ${everyTicks} ticks`, () => {
      const { events, go, run, viewer, world } = scene({ gated: true }, [3, 3])
      run(9, () => {
        if (kind === 'the room') for (const slot of [0, 1]) world.sight.enter(slot, 4)
        if (kind === 'the marked') world.table(Marked).add(1)
        if (kind === 'the sneaking') {
          world.table(Sneaking).add(1)
          world.table(Team).add(1)
        }
      })
      if (kind === 'the sneaking') {
        // Seen from close by alone: gone at once when it leaves, and back at once.
        run(2, () => go(1, 5, 5))
        expect(comings(events)).toEqual(['left 1'])
        run(2, () => go(1, 3, 3))
        expect(comings(events)).toEqual(['entered 1'])
        return
      }
      const entity = viewer.model.entities.get(1)
      for (const [column, row] of [...way, ...way]) {
        run(everyTicks, () => go(1, column, row))
        expect(comings(events)).toEqual([])
        expect(viewer.model.entities.get(1)).toBe(entity)
      }
      run(5)
      expect(disagreement(viewer)).toBeNull()
    })
  }
}

test('[REPL-15] whoever died on the way through far cells is gone, however the cells have their turns', () => {
  for (let delay = 0; delay < 8; delay++) {
    for (const kind of ['everybody', 'marked'] as const) {
      const { go, run, viewer, world } = scene({ gated: true }, [3, 2])
      if (kind === 'marked') run(5, () => world.table(Marked).add(1))
      run(1 + delay)
      run(1, () => go(1, 3, 1))
      run(1, () => go(1, 2, 1))
      run(1, () => go(1, 1, 1))
      run(1, () => world.despawn(world.handleOf(1)))
      run(4)
      expect(viewer.model.entities.has(1), `${kind}, ${delay}`).toBe(false)
    }
  }
})

test('[REPL-15] a slot used again between the turns of a far cell is the new entity, wherever it is', () => {
  for (let delay = 0; delay < 8; delay++) {
    const { arena, go, run, viewer, world } = scene({ entitiesMax: 2 }, [5, 5])
    run(1 + delay)
    run(1, () => world.despawn(world.handleOf(1)))
    run(1, () => void arena.spawn(5000, 5000))
    run(1, () => go(1, 5, 5))
    run(1, () => go(1, 1, 1))
    run(4)
    expect(viewer.model.entities.get(1)?.handle).toBe(world.handleOf(1))
    expect(viewer.model.entities.get(1)?.cell).toBe(arena.cell(1, 1))
  }
})

test('[REPL-15] of two who had a slot within one snapshot, the dead one does not go where the other went', () => {
  for (let delay = 0; delay < 4; delay++) {
    const { arena, go, run, viewer, world } = scene({ entitiesMax: 2 }, [3, 3])
    run(1 + delay)
    const dead = world.handleOf(1)
    arena.tick(() => world.despawn(dead))
    arena.tick(() => void arena.spawn(5000, 5000))
    run(1, () => go(1, 5, 5))
    expect(viewer.model.entityOf(dead), `delay ${delay}`).toBeNull()
    run(4)
    expect(viewer.model.entityOf(world.handleOf(1))).not.toBeNull()
  }
})

test('[REPL-21] far cells are told of every few snapshots, each in its turn', () => {
  const { arena, run, viewer, world } = scene({}, [3, 3], [5, 5], [1, 1], [5, 3], [3, 1])
  const told = new Map<number, number[]>()
  for (let n = 0; n < 40; n++) {
    run(1, () => {
      for (const slot of [1, 2, 3, 4, 5]) world.motion.setVelocity(slot, (n & 1) + 1, 0)
    })
    for (const { slot } of (viewer.frames.at(-1)?.segments ?? []).flatMap(
      (bytes) => decodeSegment(bytes, arena.geometry()).entries,
    )) {
      told.set(slot, [...(told.get(slot) ?? []), world.tick()])
    }
  }
  expect(told.get(1)).toHaveLength(40)
  const turns = [2, 3, 4, 5].map((slot) => told.get(slot) ?? [])
  for (const ticks of turns) {
    expect(ticks).toHaveLength(10)
    for (let i = 1; i < ticks.length; i++) expect((ticks[i] as number) - (ticks[i - 1] as number)).toBe(4)
  }
  expect(new Set(turns.map((ticks) => (ticks[0] as number) % 4)).size).toBeGreaterThan(1)
})

test('[REPL-22] the cells farthest out are withheld from a view that would have too many, and come back with room to spare', () => {
  const { arena, run, viewer, world } = scene({ viewEntitiesMax: 8, farRadiusCells: 0 })
  const spawnIn = (column: number, row: number, count: number): void => {
    for (let i = 0; i < count; i++) arena.spawn(column * 1600 + 100 + i, row * 1600 + 100)
  }
  run(1, () => {
    spawnIn(3, 3, 2)
    spawnIn(3, 2, 3)
    spawnIn(4, 4, 2)
  })
  expect([viewer.model.entities.size, arena.emitter.withheldCount]).toEqual([8, 0])
  run(1, () => spawnIn(3, 3, 1))
  expect([viewer.model.entities.size, arena.emitter.withheldCount]).toEqual([7, 1])
  expect(viewer.events.filter((event) => event.startsWith('left'))).toHaveLength(2)
  // Back to eight is not enough: the cell would go again with the next who comes. Seven are.
  run(2, () => world.despawn(world.handleOf(1)))
  expect(viewer.model.entities.size).toBe(6)
  run(1, () => world.despawn(world.handleOf(2)))
  expect(viewer.model.entities.size).toBe(7)
})

test('[REPL-22] nobody is without their own cell, however many are in it and wherever the middle is', () => {
  const { arena, run, viewer } = scene({ viewEntitiesMax: 4, farRadiusCells: 0 })
  run(1, () => {
    for (let i = 0; i < 10; i++) arena.spawn(4850 + i, 5000)
    for (let i = 0; i < 10; i++) arena.spawn(4700 - i, 5000)
  })
  expect(viewer.model.entities.size).toBe(11)
  // Over the border, and not far enough for the view to move.
  run(1, () => arena.world.motion.place(0, 4790, 5000))
  expect(arena.views.middleX[0]).toBe(3)
  expect(viewer.model.entities.size).toBe(21)
  expect(viewer.model.entityOf(arena.world.handleOf(0))).not.toBeNull()
})

test('[REPL-23] a viewer that enters a room sees its members at once, and nobody of the room before', () => {
  const { arena, events, run, viewer, world } = scene({ farRadiusCells: 0 }, [3, 3], [3, 2], [4, 4])
  run(2, () => {
    world.sight.enter(1, 1)
    world.sight.enter(2, 2)
  })
  expect(comings(events)).toEqual(['left 1', 'left 2'])
  run(1, () => world.sight.enter(0, 1))
  expect([comings(events), arena.emitter.recipe.fresh]).toEqual([['entered 1'], true])
  run(1, () => world.sight.enter(0, 2))
  expect(comings(events).toSorted()).toEqual(['entered 2', 'left 1'])
  run(1, () => world.sight.enter(0, 0))
  expect(comings(events)).toEqual(['left 2'])
  expect([...viewer.model.entities.keys()].toSorted()).toEqual([0, 3])
  // A room in which nothing happens costs nobody anything.
  run(1)
  expect(viewer.frameBytes).toBe(0)
})

test('[REPL-24] what happens to the hidden costs those who do not see it not one byte', () => {
  const { run, viewer, world } = scene({ gated: true, farRadiusCells: 0 }, [3, 3])
  run(1, () => {
    world.table(Marked).add(1)
    world.table(Team).add(1, { number: 1 })
    world.table(Health).add(1, { current: 1 })
  })
  expect(viewer.model.entities.has(1)).toBe(false)
  for (let n = 0; n < 20; n++) {
    run(1, () => {
      world.motion.setVelocity(1, n, n)
      world.table(Health).columns.current.set(1, n)
      if (n === 10) world.motion.place(1, 4000, 4000)
    })
    expect(viewer.frameBytes).toBe(0)
  }
})

test('[REPL-24] a session is shown so many of the hidden at once; the others wait, itself never', () => {
  const count = privateShownMax + 20
  const { arena, run, viewer, world } = scene({ gated: true, farRadiusCells: 0, entitiesMax: 200 })
  arena.tick(() => {
    for (let i = 0; i < count; i++) arena.spawn(5000 + i, 5000)
    for (let slot = 1; slot <= count; slot++) world.table(Marked).add(slot)
  })
  viewer.frame()
  expect(viewer.model.entities.size).toBe(1 + privateShownMax - 1)
  expect(arena.emitter.own.refusedCount).toBeGreaterThan(0)
  arena.tick(() => world.table(Marked).add(0))
  viewer.frame()
  expect(viewer.model.entities.size).toBe(privateShownMax)
  expect(viewer.model.entityOf(world.handleOf(0))).not.toBeNull()
  arena.tick(() => {
    for (let slot = 1; slot <= 30; slot++) world.despawn(world.handleOf(slot))
  })
  viewer.frame()
  run(1)
  expect(viewer.model.entities.size).toBe(1 + count - 30)
})

test('[REPL-24] the hidden of cells that left the view make room for others', () => {
  const { arena, run, viewer, world } = scene({ gated: true, farRadiusCells: 0, entitiesMax: 200 })
  run(1, () => {
    for (let i = 0; i < privateShownMax - 1; i++) arena.spawn(5000 + i, 5000)
    for (let i = 0; i < privateShownMax - 1; i++) arena.spawn(9000 + i, 9000)
    for (let slot = 1; slot <= 2 * (privateShownMax - 1); slot++) world.table(Marked).add(slot)
  })
  expect(viewer.model.entities.size).toBe(privateShownMax)
  run(1, () => world.motion.place(0, 9600, 9600))
  expect([viewer.model.entities.size, arena.emitter.own.refusedCount]).toEqual([privateShownMax, 0])
})

test('[REPL-25] whoever is shown alone stays when the departures of a cell are forgotten', () => {
  const arena = new Arena({ entitiesMax: 400, gated: true })
  const { world } = arena
  arena.tick(() => {
    for (let i = 0; i < 350; i++) arena.spawn(800, 800)
    world.table(Marked).add(1)
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  const tick = world.tick()
  for (let far = true; world.tombstones.covers(tick); far = !far) {
    arena.tick(() => {
      for (let slot = 2; slot < 350; slot++) world.motion.place(slot, far ? 9000 : 800, 800)
    })
  }
  viewer.frame()
  expect(disagreement(viewer)).toBeNull()
  expect(viewer.model.entities.has(1)).toBe(true)
  arena.tick(() => world.motion.setVelocity(1, 10, 0))
  viewer.frame()
  expect(disagreement(viewer)).toBeNull()
})

test('[REPL-20] going on from an older frame costs what changed since, not the whole view', () => {
  const { arena, run, viewer, world } = scene({}, [3, 3], [2, 2], [5, 5])
  run(20)
  const wholeBytes = viewer.frames[0]?.segments.reduce((sum, { byteLength }) => sum + byteLength, 0) as number
  const kept = viewer.frames.length - 4
  run(1, () => world.motion.setVelocity(1, 5, 5))
  run(2)
  viewer.goBackTo(kept)
  run(1)
  expect(arena.emitter.recipe.fresh).toBe(true)
  expect(viewer.events).toEqual(['changed 1'])
  expect(viewer.frameBytes).toBeLessThan(wholeBytes / 2)
  expect(viewer.frames.at(-1)?.middle).toEqual({ cellX: 3, cellZ: 3 })
})

test('[REPL-20] a second step back goes from what the client has, not from what the first one assumed', () => {
  const { go, run, viewer } = scene({}, [5, 5])
  for (let back = 1; back <= 8; back++) {
    run(12, () => go(1, 5, 5))
    run(1, () => go(1, 1, 5))
    run(1, () => go(1, 1, 1))
    run(8)
    viewer.goBackTo(viewer.frames.length - 2)
    viewer.goBackTo(viewer.frames.length - 1 - back)
    run(5)
    expect(disagreement(viewer)).toBeNull()
  }
})
