import { Random } from '@worldkeep/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TickPhase } from '../src/guard/tick-guard.ts'
import { cellOfCoordinate, type Zone } from '../src/space/zone.ts'
import { World } from '../src/world.ts'
import { arena, arenaWorld, boot, disturb, Health, Label, runTick } from './arena.ts'

const field = (world: World): Zone => world.zone('field') as Zone

test('[WORLD-18] outside of its windows the world neither spawns nor despawns', () => {
  const world = arenaWorld()
  expect(() => world.spawn(field(world), 0, 0)).toThrow('World.spawn is for')
  let handle = 0
  boot(world, () => {
    handle = world.spawn(field(world), 0, 0)
  })
  expect(() => world.despawn(handle)).toThrow('World.despawn is for')
  runTick(world, () => world.despawn(handle))
  expect(world.guard.phase()).toBe(TickPhase.Closed)
  expect(() => world.spawn(field(world), 0, 0)).toThrow('World.spawn is for')
})

test('[WORLD-18] systems may spawn and despawn', () => {
  let handle = 0
  const game = arena({
    systems: [
      {
        name: 'mayfly',
        run: (world) => {
          world.despawn(handle)
          handle = world.spawn(field(world), 10, 10)
        },
      },
    ],
  })
  const world = new World(game, { tickHz: 20, seed: 1 })
  for (let n = 0; n < 200; n++) runTick(world)
  expect(world.entities.count).toBe(1)
  expect(world.slotOf(handle)).toBeGreaterThanOrEqual(0)
})

test('[WORLD-19] zones are laid out one after the other, and found by name', () => {
  const world = arenaWorld()
  expect(world.zones.map(({ name, firstCell }) => [name, firstCell])).toEqual([
    ['field', 0],
    ['cave', 49],
  ])
  expect(world.changes.cellChangedTick.length).toBe(49 + 9)
  expect(world.zone('cave')).toBe(world.zones[1])
  expect(world.zone('moon')).toBeNull()
})

test('[WORLD-19] a place outside of its zone is brought back inside', () => {
  const world = arenaWorld()
  boot(world, () => {
    world.spawn(field(world), -100, 99_999)
    world.spawn(world.zone('cave') as Zone, 3000, -1)
  })
  expect([world.motion.xCm(0), world.motion.zCm(0)]).toEqual([0, 9999])
  expect([world.motion.xCm(1), world.motion.zCm(1)]).toEqual([2999, 0])
  runTick(world, () => world.motion.place(1, -5000, 1e6))
  expect(world.changes.cellOf[1]).toBe(49 + 6)
  expectOneCellEach(world)
})

test('[WORLD-19] after every tick an entity is in one zone and in the one cell it stands in', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const world = arenaWorld({ seed, entitiesMax: 24 })
      const random = new Random(seed)
      for (let n = 0; n < 150; n++) {
        runTick(world, () => {
          for (let i = random.below(6); i > 0; i--) disturb(world, random)
        })
        expectOneCellEach(world)
      }
    }),
    { numRuns: 30, examples: [[1], [0xcafebabe | 0], [-1]] },
  )
})

test('[WORLD-20] what a command spawns in tick N is newer than the extraction of tick N - 1', () => {
  const world = arenaWorld()
  for (let n = 0; n < 5; n++) runTick(world)
  const extracted = world.tick()
  let handle = 0
  runTick(world, () => {
    handle = world.spawn(field(world), 5000, 5000)
    world.table(Health).add(world.slotOf(handle), { current: 1 })
  })
  const slot = world.slotOf(handle)
  expect(world.tick()).toBe(extracted + 1)
  const stamps = [world.enteredTick, world.shapeTick, world.motionChangedTick, world.table(Health).changedTick]
  for (const stamp of stamps) expect(stamp[slot]).toBe(extracted + 1)
  expect(world.changes.cellChangedTick[world.changes.cellOf[slot] as number]).toBe(extracted + 1)
})

test('[WORLD-20] what the world starts with is of tick 0', () => {
  const world = arenaWorld()
  boot(world, () => void world.spawn(field(world), 100, 100))
  expect([world.tick(), world.enteredTick[0], world.motionChangedTick[0], world.shapeTick[0]]).toEqual([0, 0, 0, 0])
})

test('[WORLD-21] a despawned entity is gone for the rest of the tick, and its place is free after it', () => {
  const world = arenaWorld({ entitiesMax: 1 })
  let handle = 0
  boot(world, () => {
    handle = world.spawn(field(world), 100, 100)
    world.table(Health).add(0, { current: 5 })
  })
  const cell = world.changes.cellOf[0] as number
  runTick(world, () => {
    world.despawn(handle)
    world.despawn(handle)
    expect([world.slotOf(handle), world.isAlive(0)]).toEqual([-1, false])
    expect(world.spawn(field(world), 0, 0)).toBe(0)
  })
  expect(world.entities.refusedCount).toBe(1)
  expect([world.entities.count, world.cells.counts[cell], world.table(Health).has(0)]).toEqual([0, 0, false])
  const departure = world.tombstones.newest(cell, 0)
  expect(departure).toBeGreaterThanOrEqual(0)
  expect(world.tombstones.handleAt(departure)).toBe(handle)
  runTick(world, () => expect(world.slotOf(world.spawn(field(world), 0, 0))).toBe(0))
  expect(world.slotOf(handle)).toBe(-1)
})

test('[WORLD-12] who moves on to another cell leaves a departure in the one before, and none in the new one', () => {
  const world = arenaWorld()
  boot(world, () => void world.spawn(field(world), 100, 100))
  runTick(world, () => world.motion.place(0, 1700, 100))
  const { tombstones } = world
  expect([tombstones.newest(0, 0), tombstones.newest(0, 1), tombstones.newest(1, 0)]).toEqual([0, -1, -1])
  expect(tombstones.handleAt(0)).toBe(world.handleOf(0))
  expect([world.changes.cellChangedTick[0], world.changes.cellChangedTick[1]]).toEqual([1, 1])
})

test('[WORLD-21] spawned and despawned in one tick leaves no trace', () => {
  const world = arenaWorld()
  runTick(world, () => {
    const handle = world.spawn(field(world), 100, 100)
    world.table(Label).add(world.slotOf(handle), { text: 'brief' })
    world.despawn(handle)
  })
  expect([world.entities.count, world.tombstones.newest(0, -1), world.changes.cellChangedTick[0]]).toEqual([0, -1, -1])
})

test('[WORLD-21] stale and invented handles are ignored', () => {
  const world = arenaWorld()
  runTick(world, () => {
    for (const handle of [0, 1, -1, 0xffffffff, 1 << 18]) world.despawn(handle)
  })
  expect(world.entities.count).toBe(0)
})

test('[WORLD-18] a tick rate out of bounds refuses the boot', () => {
  for (const tickHz of [0, 0.5, 241, Number.NaN]) expect(() => arenaWorld({ tickHz })).toThrow('tickHz')
  expect(arenaWorld({ tickHz: 240 }).ticksOf(0.5)).toBe(120)
  expect(arenaWorld({ tickHz: 20 }).ticksOf(0)).toBe(1)
})

test('[WORLD-18] a component that is not of the game has no rows', () => {
  expect(() => arenaWorld().table({ ...Health })).toThrow('health is not part of game arena')
})

function expectOneCellEach(world: World): void {
  const found = new Map<number, number>()
  for (let cell = 0; cell < world.cells.first.length; cell++) {
    let before = -1
    let count = 0
    for (let slot = world.cells.first[cell] as number; slot >= 0; slot = world.cells.next[slot] as number) {
      if (slot <= before) throw new Error(`cell ${cell}: ${slot} after ${before}`)
      if (found.has(slot)) throw new Error(`${slot} is in ${cell} and in ${found.get(slot)}`)
      found.set(slot, cell)
      before = slot
      count++
    }
    if (world.cells.counts[cell] !== count)
      throw new Error(`cell ${cell} counts ${world.cells.counts[cell]}, has ${count}`)
  }
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    const zone = world.zoneOfEntity(slot)
    const [x, z] = [world.motion.xCmFloor(slot), world.motion.zCmFloor(slot)]
    const cell = zone.firstCell + cellOfCoordinate(z, zone.cellCm) * zone.cellsWide + cellOfCoordinate(x, zone.cellCm)
    const expected = world.entities.alive[slot] === 1 ? cell : undefined
    if (found.get(slot) !== expected)
      throw new Error(`${slot} at ${x}, ${z} is in cell ${found.get(slot)}, not ${expected}`)
    if (world.changes.cellOf[slot] !== (expected ?? -1))
      throw new Error(`cellOf ${slot}: ${world.changes.cellOf[slot]}`)
    if (expected !== undefined && (x < 0 || z < 0 || x >= zone.sizeCm || z >= zone.sizeCm))
      throw new Error(`${slot} is outside`)
  }
}
