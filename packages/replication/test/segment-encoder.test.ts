import { Channel } from '@worldkeep/world'
import { expect, test } from 'vitest'
import { noBaseline, nothingNew, segmentRefused } from '../src/emit/segment-encoder.ts'
import { segmentsPerCellMax } from '../src/limits.ts'
import { Arena, Frozen, Health, Label, Luck, Pose, Purse, Secret } from './arena.ts'
import { disagreement } from './oracle.ts'
import { decodeSegment } from './segment-decoder.ts'
import { Viewer } from './viewer.ts'

/** Departures a world remembers. */
const tombstonesMax = 16_384

function arenaWith(places: readonly (readonly [number, number])[]): Arena {
  const arena = new Arena()
  arena.tick(() => {
    for (const [xCm, zCm] of places) arena.spawn(xCm, zCm)
  })
  return arena
}

function segment(arena: Arena, cell: number, baseline: number): number {
  return arena.encoder.segment(arena.zone, cell, baseline, Channel.Everybody)
}

function bytesOf(arena: Arena, cell: number, baseline: number): Uint8Array {
  const id = segment(arena, cell, baseline)
  expect(id).toBeGreaterThan(0)
  return arena.sink.segments.get(id) as Uint8Array
}

function decode(arena: Arena, bytes: Uint8Array) {
  return decodeSegment(bytes, arena.geometry())
}

test('[REPL-2] a segment is encoded once per cell and baseline, and shared by every viewer that has that baseline', () => {
  const arena = arenaWith([
    [800, 800],
    [900, 900],
  ])
  const viewers = [0, 1, 2, 3, 4].map((session) => new Viewer(arena, session, session % 2))
  for (const viewer of viewers) viewer.frame()
  // In a corner of the zone a block of 3 x 3 has four cells.
  expect([arena.encoder.encodedCount, arena.encoder.reusedCount]).toEqual([4, 16])
  arena.tick(() => arena.world.motion.setVelocity(0, 100, 0))
  for (const viewer of viewers) viewer.frame()
  expect([arena.encoder.encodedCount, arena.encoder.reusedCount]).toEqual([5, 20])
  expect([...arena.sink.segments.keys()]).toEqual([1])
})

test('[REPL-2] each baseline has its own segment, kept for up to eight of them and right beyond', () => {
  const arena = arenaWith([[800, 800]])
  for (let n = 0; n < 12; n++) arena.tick(() => arena.world.motion.setVelocity(0, n + 1, 0))
  const cell = arena.cell(0, 0)
  const tick = arena.world.tick()
  const backs = Array.from({ length: segmentsPerCellMax + 2 }, (_, back) => back)
  expect(backs.map((back) => segment(arena, cell, tick - 1 - back))).toEqual(backs.map((back) => back + 1))
  const again = backs.slice(0, -1).map((back) => segment(arena, cell, tick - 1 - back))
  expect(again).toEqual([...backs.slice(0, -2).map((back) => back + 1), backs.length + 1])
  expect(arena.sink.segments.get(backs.length + 1)).toEqual(arena.sink.segments.get(backs.length - 1))
})

test('[REPL-2] many viewers of one cell with mixed baselines cost one segment per baseline', () => {
  const arena = new Arena({ sizeM: 16, sessionsMax: 60 })
  arena.tick(() => {
    for (let i = 0; i < 60; i++) arena.spawn(10 * i, 10 * i)
  })
  const viewers = Array.from({ length: 60 }, (_, slot) => new Viewer(arena, slot, slot))
  for (let n = 1; n <= 12; n++) {
    arena.tick(() => arena.world.motion.setVelocity(n, 100, n))
    const { encodedCount, reusedCount } = arena.encoder
    // Everybody, then every second, third or fourth viewer's turn: baselines of one to four ticks ago.
    const due = viewers.filter(({ session }) => n % ((session % 4) + 1) === 0)
    const baselines = new Set(due.map(({ session }) => arena.views.baseline[session]))
    for (const viewer of due) viewer.frame()
    expect(arena.encoder.encodedCount - encodedCount).toBe(baselines.size)
    expect(arena.encoder.reusedCount - reusedCount).toBe(due.length - baselines.size)
  }
})

test('[REPL-2] a new tick starts with new segments, numbered from 1', () => {
  const arena = arenaWith([[800, 800]])
  const cell = arena.cell(0, 0)
  expect(segment(arena, cell, noBaseline)).toBe(1)
  arena.tick(() => arena.world.motion.setVelocity(0, 5, 5))
  expect(segment(arena, cell, noBaseline)).toBe(1)
  expect(arena.encoder.encodedCount).toBe(2)
})

test('[REPL-3] where nothing is new there is no segment', () => {
  const arena = arenaWith([[800, 800]])
  const { encoder, world } = arena
  const cell = arena.cell(0, 0)
  const tick = world.tick()
  arena.tick()
  expect(segment(arena, cell, tick)).toBe(nothingNew)
  expect(segment(arena, arena.cell(3, 3), tick)).toBe(nothingNew)
  expect(segment(arena, arena.cell(3, 3), noBaseline)).toBe(1)
  arena.tick(() => {
    world.table(Secret).add(0, { value: 3 })
    world.table(Purse).add(0, { coins: 3 })
    world.motion.setVelocity(0, 0, 0)
    world.motion.place(0, 800, 800)
    world.table(Health).remove(0)
  })
  expect(segment(arena, cell, tick)).toBe(nothingNew)
  expect(encoder.encodedCount).toBe(1)
})

test('[REPL-3] a cell that was touched and has nothing to tell costs nothing either', () => {
  const arena = arenaWith([[800, 800]])
  const tick = arena.world.tick()
  // The column of somebody without the component: stamped, and invisible.
  arena.tick(() => arena.world.table(Health).columns.current.set(0, 5))
  const cell = arena.cell(0, 0)
  expect(arena.world.changes.cellChangedTick[cell]).toBe(tick + 1)
  expect(segment(arena, cell, tick)).toBe(nothingNew)
  expect(segment(arena, cell, tick)).toBe(nothingNew)
  expect([arena.encoder.encodedCount, arena.encoder.reusedCount, arena.sink.segments.size]).toEqual([0, 1, 0])
})

test('[REPL-5] a segment carries only what changed after its baseline', () => {
  const arena = arenaWith([
    [100, 100],
    [200, 200],
    [300, 300],
  ])
  const { world } = arena
  const cell = arena.cell(0, 0)
  arena.tick(() => {
    for (const slot of [0, 1, 2]) world.table(Health).add(slot, { current: slot, max: 9 })
    world.table(Label).add(1, { text: 'one' })
  })
  const tick = world.tick()
  arena.tick(() => world.table(Health).columns.current.set(1, 77))
  const nothing = { generation: null, place: null, velocity: null, ageTicks: null }
  expect(decode(arena, bytesOf(arena, cell, tick)).entries).toEqual([
    { ...nothing, slot: 1, kind: 'rows', rows: { health: { current: 77, max: 9 } } },
  ])
  const whole = decode(arena, bytesOf(arena, cell, tick - 1)).entries
  expect(whole.map(({ slot, generation }) => [slot, generation])).toEqual([
    [0, 1],
    [1, 1],
    [2, 1],
  ])
  expect(whole[1]?.rows).toEqual({ health: { current: 77, max: 9 }, label: { text: 'one', rank: 0 } })
})

test('[REPL-5] a component that came or went makes the entity whole', () => {
  const arena = arenaWith([[100, 100]])
  const { world } = arena
  arena.tick(() => world.table(Frozen).add(0))
  const tick = world.tick()
  arena.tick(() => world.table(Frozen).remove(0))
  expect(decode(arena, bytesOf(arena, arena.cell(0, 0), tick)).entries).toMatchObject([
    { slot: 0, kind: 'whole', generation: 1, place: { x: 100, z: 100 }, velocity: { vx: 0, vz: 0 }, rows: {} },
  ])
})

test('[REPL-6] what is not for viewers never travels: components of server and owner', () => {
  const arena = arenaWith([[100, 100]])
  const { world } = arena
  arena.tick(() => {
    world.table(Secret).add(0, { value: 0x5ec7e7 })
    world.table(Purse).add(0, { coins: 0x5ec7e7, note: 'mine' })
    world.table(Luck).add(0, { value: 200 })
    world.table(Pose).add(0, { facing: 0.25 })
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  const known = viewer.model.entityOf(world.handleOf(0))
  expect(known?.rows.flatMap((row, index) => (row === null ? [] : [world.game.components[index]?.name]))).toEqual([
    'pose',
  ])
  expect(Buffer.concat([...arena.sink.segments.values()]).includes('mine')).toBe(false)
})

test('[REPL-9] a full sink refuses, and the viewer is not told half of it', () => {
  const arena = arenaWith([
    [100, 100],
    [2000, 100],
  ])
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  arena.tick(() => {
    arena.world.motion.setVelocity(0, 10, 0)
    arena.world.motion.setVelocity(1, 10, 0)
  })
  arena.sink.roomBytes = 100
  expect(segment(arena, arena.cell(0, 0), 0)).toBe(1)
  expect(segment(arena, arena.cell(1, 0), 0)).toBe(segmentRefused)
  expect(viewer.frame()).toBe(false)
  expect(viewer.events).toEqual([])
  arena.tick()
  arena.sink.roomBytes = Infinity
  expect(viewer.frame()).toBe(true)
  expect(arena.emitter.recipe.fresh).toBe(true)
  expect(disagreement(viewer)).toBeNull()
  expect(viewer.events).toEqual(['changed 0', 'changed 1'])
  expect([arena.views.refreshedCount, arena.views.rewoundCount]).toEqual([0, 1])
})

test('[REPL-10] a viewer whose departures are forgotten is given the cell whole', () => {
  const arena = new Arena({ entitiesMax: 256 })
  const { world } = arena
  arena.tick(() => {
    for (let i = 0; i < 200; i++) arena.spawn(800, 800)
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  const tick = world.tick()
  let far = false
  while (world.tombstones.covers(tick)) {
    far = !far
    arena.tick(() => {
      for (let slot = 1; slot < 200; slot++) world.motion.place(slot, far ? 9000 : 800, 800)
    })
  }
  expect(world.tick() - tick).toBeGreaterThan(tombstonesMax / 199)
  arena.tick(() => {
    for (let slot = 1; slot < 100; slot++) world.despawn(world.handleOf(slot))
  })
  expect(decode(arena, bytesOf(arena, arena.cell(0, 0), tick)).kind).toBe('keyframe')
  viewer.frame()
  expect(arena.emitter.recipe.fresh).toBe(false)
  expect(disagreement(viewer)).toBeNull()
})
