import { ByteReader } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { noBaseline, nothingNew, segmentRefused } from '../src/emit/segment-encoder.ts'
import { Arena, Debt, disagreement, Frozen, Health, Label, Luck, Pose, Purse, Secret, Viewer } from './arena.ts'
import { decodeSegment } from './segment-decoder.ts'

/** Departures a world remembers. */
const tombstonesMax = 16_384

function arenaWith(places: readonly (readonly [number, number])[]): Arena {
  const arena = new Arena()
  arena.tick(() => {
    for (const [xCm, zCm] of places) arena.spawn(xCm, zCm)
  })
  return arena
}

function bytesOf(arena: Arena, cell: number, baseline: number): Uint8Array {
  const id = arena.encoder.segment(arena.zone, cell, baseline)
  expect(id).toBeGreaterThan(0)
  return arena.sink.segments.get(id) as Uint8Array
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

test('[REPL-2] each baseline has its own segment, kept for up to four of them and right beyond', () => {
  const arena = arenaWith([[800, 800]])
  for (let n = 0; n < 8; n++) arena.tick(() => arena.world.motion.setVelocity(0, n + 1, 0))
  const cell = arena.cell(0, 0)
  const tick = arena.world.tick()
  const ids = [0, 1, 2, 3, 4, 5].map((back) => arena.encoder.segment(arena.zone, cell, tick - 1 - back))
  expect(ids).toEqual([1, 2, 3, 4, 5, 6])
  const again = [0, 1, 2, 3, 4].map((back) => arena.encoder.segment(arena.zone, cell, tick - 1 - back))
  expect(again).toEqual([1, 2, 3, 4, 7])
  expect(arena.sink.segments.get(7)).toEqual(arena.sink.segments.get(5))
})

test('[REPL-2] a new tick starts with new segments, numbered from 1', () => {
  const arena = arenaWith([[800, 800]])
  const cell = arena.cell(0, 0)
  expect(arena.encoder.segment(arena.zone, cell, noBaseline)).toBe(1)
  arena.tick(() => arena.world.motion.setVelocity(0, 5, 5))
  expect(arena.encoder.segment(arena.zone, cell, noBaseline)).toBe(1)
  expect(arena.encoder.encodedCount).toBe(2)
})

test('[REPL-3] where nothing is new there is no segment', () => {
  const arena = arenaWith([[800, 800]])
  const { encoder, world, zone } = arena
  const cell = arena.cell(0, 0)
  const tick = world.tick()
  arena.tick()
  expect(encoder.segment(zone, cell, tick)).toBe(nothingNew)
  expect(encoder.segment(zone, arena.cell(3, 3), tick)).toBe(nothingNew)
  expect(encoder.segment(zone, arena.cell(3, 3), noBaseline)).toBe(1)
  arena.tick(() => {
    world.table(Secret).add(0, { value: 3 })
    world.table(Purse).add(0, { coins: 3 })
    world.motion.setVelocity(0, 0, 0)
    world.motion.place(0, 800, 800)
    world.table(Health).remove(0)
  })
  expect(encoder.segment(zone, cell, tick)).toBe(nothingNew)
  expect(encoder.encodedCount).toBe(1)
})

test('[REPL-3] a cell that was touched and has nothing to tell costs nothing either', () => {
  const arena = arenaWith([[800, 800]])
  const tick = arena.world.tick()
  // The column of somebody without the component: stamped, and invisible.
  arena.tick(() => arena.world.table(Health).columns.current.set(0, 5))
  const cell = arena.cell(0, 0)
  expect(arena.world.changes.cellChangedTick[cell]).toBe(tick + 1)
  expect(arena.encoder.segment(arena.zone, cell, tick)).toBe(nothingNew)
  expect(arena.encoder.segment(arena.zone, cell, tick)).toBe(nothingNew)
  expect([arena.encoder.encodedCount, arena.encoder.reusedCount, arena.sink.segments.size]).toEqual([0, 1, 0])
})

test('[REPL-4] a straight walker costs no bytes until it turns, and is known exactly all the while', () => {
  const arena = new Arena({ sizeM: 1000, cellM: 500 })
  arena.tick(() => {
    arena.spawn(2000, 2000)
    arena.spawn(2050, 1950)
    arena.world.motion.setVelocity(0, 137, -11)
  })
  const viewer = new Viewer(arena, 0, 1)
  viewer.frame()
  for (let n = 0; n < 400; n++) {
    arena.tick()
    viewer.frame()
    expect(viewer.frameBytes).toBe(0)
    expect(disagreement(viewer)).toBeNull()
  }
  arena.tick(() => arena.world.motion.setVelocity(0, 137, -10))
  viewer.frame()
  // Cell, flags; slot, mask, x, z, two velocities; end.
  expect(viewer.frameBytes).toBe(1 + 1 + (1 + 1 + 2 + 2 + 2 + 1) + 1)
  expect(disagreement(viewer)).toBeNull()
  expect(viewer.events).toEqual(['changed 0'])
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
  expect(decodeSegment(bytesOf(arena, cell, tick)).entries).toEqual([
    { slot: 1, generation: null, motion: null, rows: { health: { current: 77, max: 9 } } },
  ])
  const whole = decodeSegment(bytesOf(arena, cell, tick - 1)).entries
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
  expect(decodeSegment(bytesOf(arena, arena.cell(0, 0), tick)).entries).toEqual([
    { slot: 0, generation: 1, motion: { x: 100, z: 100, vx: 0, vz: 0 }, rows: {} },
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
  expect(arena.encoder.segment(arena.zone, arena.cell(0, 0), 0)).toBe(1)
  expect(arena.encoder.segment(arena.zone, arena.cell(1, 0), 0)).toBe(segmentRefused)
  expect(viewer.frame()).toBe(false)
  expect(viewer.events).toEqual([])
  arena.tick()
  arena.sink.roomBytes = Infinity
  expect(viewer.frame()).toBe(true)
  expect(arena.emitter.recipe.reset).toBe(true)
  expect(disagreement(viewer)).toBeNull()
  expect(viewer.events).toEqual(['changed 0', 'changed 1'])
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
  expect(decodeSegment(bytesOf(arena, arena.cell(0, 0), tick)).isKeyframe).toBe(true)
  viewer.frame()
  expect(arena.emitter.recipe.reset).toBe(false)
  expect(disagreement(viewer)).toBeNull()
})

test('[REPL-12] a segment is laid out as the specification says: the worked example', () => {
  const arena = new Arena()
  const { world } = arena
  arena.tick(() => {
    arena.spawn(1700, 150)
    arena.spawn(1650, 20)
    world.table(Health).add(0, { current: 300, max: 1000 })
    world.table(Label).add(1, { text: 'Fé', rank: 7 })
    world.motion.setVelocity(1, 100, -40)
  })
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').replaceAll(/../g, '$& ').trim()
  const cell = arena.cell(1, 0)
  expect([arena.zone.firstCell, arena.zone.cellsWide, cell]).toEqual([9, 7, 10])
  expect(hex(bytesOf(arena, cell, noBaseline))).toBe(
    '0a 01 01 05 01 64 00 96 00 00 00 2c 01 e8 03 01 09 01 37 00 12 00 c8 01 4f 03 46 c3 a9 07 00',
  )
  const tick = world.tick()
  arena.tick(() => {
    world.despawn(world.handleOf(0))
    world.motion.setVelocity(1, 100, 0)
  })
  expect(hex(bytesOf(arena, cell, tick))).toBe('0a 02 01 00 02 02 3c 00 12 00 c8 01 00 00')
})

test('[REPL-12] a decoder written from the specification alone reads every segment', () => {
  const arena = new Arena()
  const { world } = arena
  arena.tick(() => {
    for (let i = 0; i < 40; i++) arena.spawn(i * 40, 10 + i)
    for (let slot = 0; slot < 40; slot += 3) world.table(Debt).add(slot, { amount: -slot * 99_999, due: slot & 1 })
    for (let slot = 0; slot < 40; slot += 4) world.table(Pose).add(slot, { facing: slot / 40, lean: slot / 40 })
    for (let slot = 0; slot < 40; slot += 5) world.table(Label).add(slot, { text: `é${slot}`, rank: slot })
    for (let slot = 0; slot < 40; slot += 6) world.motion.setVelocity(slot, -slot * 100, slot)
  })
  const cell = arena.cell(0, 0)
  const { departures, entries, ...head } = decodeSegment(bytesOf(arena, cell, noBaseline))
  expect(head).toEqual({ cell, isKeyframe: true })
  expect(departures).toEqual([])
  expect(entries.map(({ slot }) => slot)).toEqual(Array.from({ length: entries.length }, (_, slot) => slot))
  for (const { slot, motion, rows } of entries) {
    expect(motion).toEqual({
      x: world.motion.xCm(slot),
      z: world.motion.zCm(slot),
      vx: world.motion.vx[slot],
      vz: world.motion.vz[slot],
    })
    const expected = [Label, Pose, Debt].filter((component) => world.table(component as typeof Label).has(slot))
    expect(Object.keys(rows)).toEqual(expected.map(({ name }) => name))
    for (const component of expected) {
      expect(rows[component.name]).toEqual(world.table(component as typeof Label).row(slot))
    }
  }
  const model = arena.silentModel()
  expect(model.applySegment(new ByteReader(bytesOf(arena, cell, noBaseline)), 1)).toBe(true)
  expect(model.entities.size).toBe(entries.length)
})
