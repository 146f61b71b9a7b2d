import { ByteReader, ByteWriter, Random } from '@worldkeep/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sightGate } from '../src/define/sight-gate.ts'
import { TickPhase } from '../src/guard/tick-guard.ts'
import { roomsMax } from '../src/limits.ts'
import { Channel } from '../src/space/sight.ts'
import { checkpointBytesMax, readCheckpoint, writeCheckpoint } from '../src/state/checkpoint.ts'
import { World } from '../src/world.ts'
import { arena, arenaWorld, Brain, disturb, Frozen, Health, Hidden, hashOf, runTick } from './arena.ts'

/** The brave see the frozen; the healthy see the hidden. */
const gates = [
  sightGate('brave', Frozen, (world, viewer) => world.table(Brain).columns.bold.get(viewer) === 1),
  sightGate('healthy', Hidden, (world, viewer, slot) => {
    const { current } = world.table(Health).columns
    return current.get(viewer) >= current.get(slot)
  }),
]

function gatedWorld(shownPerCellMax?: number): World {
  const crowds = shownPerCellMax === undefined ? {} : { shownPerCellMax }
  return new World(arena({ sight: gates }), { tickHz: 20, seed: 1, ...crowds })
}

function spawn(world: World, places: readonly (readonly [number, number])[]): void {
  runTick(world, () => {
    for (const [x, z] of places) world.spawn(world.zones[0] as World['zones'][number], x, z)
  })
}

test('[WORLD-33] an entity in a room is on the channel of the room from the end of the tick on, and a new one in none', () => {
  const world = arenaWorld({ entitiesMax: 2 })
  spawn(world, [
    [100, 100],
    [200, 200],
  ])
  expect([world.sight.inUse, ...world.sight.channelOf.subarray(0, 2)]).toEqual([false, 0, 0])
  runTick(world, () => {
    expect(world.sight.enter(1, 7)).toBe(true)
    expect(world.sight.channelOf[1]).toBe(Channel.Everybody)
  })
  const tick = world.tick()
  expect([...world.sight.channelOf.subarray(0, 2)]).toEqual([0, 7])
  // It left one channel of its cell and came to another.
  const departure = world.tombstones.newest(0, tick - 1)
  expect([world.tombstones.handleAt(departure), world.tombstones.channelAt(departure)]).toEqual([world.handleOf(1), 0])
  expect([world.enteredTick[1], world.changes.cellChangedTick[0]]).toEqual([tick, tick])
  runTick(world)
  expect(world.changes.cellChangedTick[0]).toBe(tick)
  runTick(world, () => world.despawn(world.handleOf(1)))
  spawn(world, [[300, 300]])
  expect([world.isAlive(1), world.sight.roomOf[1], world.sight.channelOf[1]]).toEqual([true, 0, 0])
})

test('[WORLD-33] rooms are 1 to 65,534, 0 is none, and only a tick changes them', () => {
  const world = arenaWorld()
  spawn(world, [[100, 100]])
  runTick(world, () => {
    for (const room of [-1, 0.5, Number.NaN, roomsMax + 1, Channel.Private])
      expect(world.sight.enter(0, room)).toBe(false)
    expect([world.sight.roomOf[0], world.sight.enter(0, roomsMax), world.sight.enter(0, 0)]).toEqual([0, true, true])
  })
  expect(() => world.guard.during(TickPhase.Send, () => world.sight.enter(0, 1))).toThrow('Sight.enter')
})

test('[WORLD-33] rooms are part of the state: a checkpoint brings them back', () => {
  const world = arenaWorld()
  spawn(world, [
    [100, 100],
    [200, 200],
  ])
  runTick(world, () => world.sight.enter(1, 9))
  const writer = ByteWriter.ofSize(checkpointBytesMax(world))
  writeCheckpoint(world, writer)
  const restored = arenaWorld()
  expect(readCheckpoint(restored, new ByteReader(writer.copy()))).toBe(true)
  expect([restored.sight.inUse, ...restored.sight.channelOf.subarray(0, 2)]).toEqual([true, 0, 9])
  expect(hashOf(restored)).toBe(hashOf(world))
})

test('[WORLD-34] a guarded entity is on no shared channel, and is seen by itself and by whom every gate allows', () => {
  const world = gatedWorld()
  spawn(world, [
    [100, 100],
    [200, 200],
    [300, 300],
  ])
  runTick(world, () => {
    for (const slot of [0, 1, 2]) world.table(Health).add(slot, { current: slot * 10 })
    world.table(Brain).add(0, { bold: 1 })
    world.table(Frozen).add(1)
  })
  const { sight } = world
  const seers = (slot: number): readonly number[] => [0, 1, 2].filter((viewer) => sight.allows(viewer, slot))
  expect([...sight.channelOf.subarray(0, 3), sight.privateCount[0]]).toEqual([0, Channel.Private, 0, 1])
  expect(seers(1)).toEqual([0, 1])
  runTick(world, () => world.table(Hidden).add(1))
  expect(seers(1)).toEqual([1])
  runTick(world, () => world.table(Health).columns.current.set(0, 10))
  expect(seers(1)).toEqual([0, 1])
  runTick(world, () => sight.enter(1, 3))
  expect(seers(1)).toEqual([1])
  runTick(world, () => sight.enter(0, 3))
  expect(seers(1)).toEqual([0, 1])
  runTick(world, () => {
    world.table(Hidden).remove(1)
    world.table(Frozen).remove(1)
  })
  expect([...sight.channelOf.subarray(0, 3), sight.privateCount[0]]).toEqual([3, 3, 0, 0])
})

test('[WORLD-34] two gates of one name are refused, and a name that is none', () => {
  const [brave] = gates
  if (brave === undefined) throw new Error('no gate')
  expect(() => arena({ sight: [brave, brave] })).toThrow('two sight gates are named brave')
  expect(() => sightGate('Not a name', Frozen, () => true)).toThrow('sight gate')
})

test('[WORLD-35] in a crowded cell those who came first are seen; when one leaves, the first slot of the others is', () => {
  const world = gatedWorld(2)
  spawn(world, [
    [100, 100],
    [200, 200],
    [300, 300],
    [400, 400],
    [5000, 5000],
  ])
  const shown = (): readonly number[] =>
    [0, 1, 2, 3, 4].filter((slot) => world.isAlive(slot) && world.sight.channelOf[slot] === Channel.Everybody)
  expect(shown()).toEqual([0, 1, 4])
  expect([world.sight.allows(2, 2), world.sight.allows(0, 2), world.sight.privateCount[0]]).toEqual([true, false, 2])
  runTick(world, () => world.motion.place(0, 5100, 5100))
  expect(shown()).toEqual([0, 1, 2, 4])
  // Who comes back is the last now, however low the slot.
  runTick(world, () => world.motion.place(0, 100, 100))
  expect(shown()).toEqual([1, 2, 4])
  runTick(world, () => world.despawn(world.handleOf(1)))
  expect(shown()).toEqual([0, 2, 4])
})

test('[WORLD-35] whatever happens, as many of a cell are not crowded out as it has, up to the bound', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 4 }), (seed, shownMax) => {
      const world = new World(arena({ entitiesMax: 24 }), { tickHz: 20, seed, shownPerCellMax: shownMax })
      const random = new Random(seed)
      for (let n = 0; n < 80; n++) {
        runTick(world, () => {
          for (let i = random.below(6); i > 0; i--) disturb(world, random)
        })
        const counts = new Map<number, { all: number; shown: number }>()
        for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
          if (!world.isAlive(slot)) continue
          const cell = world.changes.cellOf[slot] as number
          const count = counts.get(cell) ?? { all: 0, shown: 0 }
          counts.set(cell, count)
          count.all++
          if (world.sight.channelOf[slot] === Channel.Everybody) count.shown++
        }
        for (const [cell, { all, shown }] of counts) {
          expect([shown, world.sight.privateCount[cell]]).toEqual([
            Math.min(all, shownMax),
            Math.max(0, all - shownMax),
          ])
        }
      }
    }),
    { numRuns: 40, examples: [[1, 1] as [number, number], [-77, 2] as [number, number]] },
  )
})

test('[WORLD-36] a motion tells when it changed, when before that, and when its path last broke', () => {
  const world = arenaWorld()
  spawn(world, [[5000, 5000]])
  const stamps = (): readonly unknown[] =>
    [world.motionChangedTick, world.motionBeforeTick, world.motionPlacedTick].map((column) => column[0])
  const born = world.tick()
  expect(stamps()).toEqual([born, -1, born])
  runTick(world, () => {
    world.motion.setVelocity(0, 100, 0)
    world.motion.setVelocity(0, 200, 0)
  })
  expect(stamps()).toEqual([born + 1, born, born])
  runTick(world)
  runTick(world, () => world.motion.setVelocity(0, 200, 1))
  expect(stamps()).toEqual([born + 3, born + 1, born])
  runTick(world, () => world.motion.place(0, 100, 100))
  expect(stamps()).toEqual([born + 4, born + 3, born + 4])
  runTick(world, () => world.motion.setVelocity(0, -10_000, 0))
  expect([world.motion.x[0], world.motion.vx[0]]).toEqual([0, 0])
  expect(stamps()).toEqual([born + 5, born + 4, born + 5])
})

test('[WORLD-36] who turns after the step of motion, or is held still while walking, is off the path', () => {
  const world = arenaWorld()
  spawn(world, [[5000, 5000]])
  const placed = (): number => world.motionPlacedTick[0] as number
  runTick(world, () => world.motion.setVelocity(0, 100, 0))
  const before = placed()
  world.beginTick()
  world.guard.enter(TickPhase.Simulate)
  world.runSystems()
  world.motion.setVelocity(0, 0, 100)
  world.guard.enter(TickPhase.Extract)
  world.commitSpace()
  world.guard.leave()
  expect([before, placed()]).toEqual([1, world.tick()])
  runTick(world, () => world.motion.setVelocity(0, 5, 5))
  expect(placed()).toBe(world.tick() - 1)
  world.beginTick()
  world.guard.enter(TickPhase.Poll)
  world.skipTick()
  world.guard.leave()
  expect(placed()).toBe(world.tick())
})
