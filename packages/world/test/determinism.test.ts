import { Random } from '@worldkeep/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Component } from '../src/define/component.ts'
import { TickPhase } from '../src/guard/tick-guard.ts'
import type { World } from '../src/world.ts'
import {
  arenaWorld,
  Brain,
  boot,
  disturb,
  Frozen,
  Health,
  Hidden,
  hashOf,
  Label,
  Pose,
  Purse,
  runTick,
  spawnWanderers,
  Walk,
} from './arena.ts'

/** Hash of every tick of a world with wanderers, one walking player, and a game that does this and that to it. */
function hashesOf(options: { readonly seed: number; readonly script: number; readonly ticks: number }): string[] {
  const world = arenaWorld({ seed: options.seed })
  const script = new Random(options.script)
  boot(world, () => spawnWanderers(world, 20))
  const hashes = [hashOf(world)]
  for (let n = 0; n < options.ticks; n++) {
    runTick(world, () => {
      Walk.steer(world.motion, 0, { x: script.between(-127, 127) / 127, z: script.between(-127, 127) / 127 })
      for (let i = script.below(3); i > 0; i--) disturb(world, script)
    })
    hashes.push(hashOf(world))
  }
  return hashes
}

test('[WORLD-22] the same seed and the same inputs make the same world, tick by tick', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (seed, script) => {
      expect(hashesOf({ seed, script, ticks: 60 })).toEqual(hashesOf({ seed, script, ticks: 60 }))
    }),
    { numRuns: 20 },
  )
})

test('[WORLD-22] another seed, or other inputs, make another world', () => {
  const one = hashesOf({ seed: 1, script: 1, ticks: 100 })
  const otherSeed = hashesOf({ seed: 2, script: 1, ticks: 100 })
  const otherScript = hashesOf({ seed: 1, script: 2, ticks: 100 })
  expect(one.filter((hash, tick) => hash === otherSeed[tick])).toEqual([])
  expect(one.filter((hash, tick) => hash === otherScript[tick])).toEqual([one[0]])
  expect(new Set(one).size).toBe(one.length)
})

test('[WORLD-22] each zone has its own chance', () => {
  const [field, cave] = arenaWorld().zones
  expect(field?.random.nextU32()).not.toBe(cave?.random.nextU32())
})

test('[WORLD-23] any single field, place, velocity, zone, room, component or chance changes the hash', () => {
  const world = arenaWorld()
  boot(world, () => {
    spawnWanderers(world, 6)
    for (let slot = 0; slot < 6; slot++) {
      world.table(Pose).add(slot)
      world.table(Purse).add(slot)
    }
  })
  const hash = hashOf(world)
  world.guard.enter(TickPhase.Apply)
  const written: readonly Component[] = [Health, Label, Pose, Purse, Brain]
  for (const table of world.tables.filter(({ component }) => written.includes(component))) {
    for (const [name, column] of Object.entries(table.columns)) {
      for (let slot = 0; slot < 6; slot++) {
        const before = column.get(slot)
        column.set(slot, typeof before === 'string' ? `${before}?` : before === 0 ? 0.5 : 0)
        expect(hashOf(world), `${table.component.name}.${name} of ${slot}`).not.toBe(hash)
        column.set(slot, before)
      }
    }
  }
  const { x, z, vx, vz } = world.motion
  for (const column of [x, z, vx, vz, world.zoneOf, world.sight.roomOf]) {
    column[3] = (column[3] as number) + 1
    expect(hashOf(world)).not.toBe(hash)
    column[3] = (column[3] as number) - 1
  }
  for (const component of [Frozen, Hidden]) {
    world.table(component).add(2)
    expect(hashOf(world)).not.toBe(hash)
    world.table(component).remove(2)
  }
  expect(hashOf(world)).toBe(hash)
  world.zones[1]?.random.nextU32()
  expect(hashOf(world)).not.toBe(hash)
})

test('[WORLD-23] which of two empty components an entity has is part of the state', () => {
  const hashWith = (component: typeof Frozen | typeof Hidden): string => {
    const world = arenaWorld()
    boot(world, () => {
      spawnWanderers(world, 3)
      world.table(component as typeof Frozen).add(1)
    })
    return hashOf(world)
  }
  expect(hashWith(Frozen)).not.toBe(hashWith(Hidden))
})

test('[WORLD-23] two ticks without any change have different hashes', () => {
  const world: World = arenaWorld()
  runTick(world)
  const hash = hashOf(world)
  runTick(world)
  expect(hashOf(world)).not.toBe(hash)
})
