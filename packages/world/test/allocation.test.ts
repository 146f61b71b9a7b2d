import { expect, test } from 'vitest'
import { heapGrowthBytes } from '../../../testing/src/heap.ts'
import { TickPhase } from '../src/guard/tick-guard.ts'
import type { Zone } from '../src/space/zone.ts'
import { World } from '../src/world.ts'
import { arena, boot, Health, Label, Pose, spawnWanderers, wander } from './arena.ts'

/**
 * Bytes one tick may add to the heap over 2,000 ticks, after warm-up. Measured on Node 20 with 350 entities that turn,
 * change, spawn and despawn: 0. One text built per tick would be 65, one object per entity and tick 20,000.
 * Not in it: a system that writes a fraction (an angle, say) hands the engine a number it boxes, 16 bytes of the youngest
 * garbage.
 */
const budgetBytesPerTick = 48

test('[WORLD-31] a tick of a living world does not allocate', () => {
  const game = arena({
    entitiesMax: 400,
    zones: [{ name: 'meadow', sizeM: 2048, cellM: 64 }],
    systems: [
      wander,
      {
        name: 'turn',
        run: (world) => {
          const { current } = world.table(Health).columns
          for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
            if (!world.isAlive(slot)) continue
            current.set(slot, (world.tick() + slot) % 100)
          }
        },
      },
      {
        name: 'churn',
        run: (world) => {
          const slot = world.tick() % world.entities.slotsUsed
          if (world.isAlive(slot)) world.despawn(world.handleOf(slot))
          const meadow = world.zones[0] as Zone
          const fresh = world.slotOf(world.spawn(meadow, meadow.random.below(meadow.sizeCm), 100))
          if (fresh >= 0) world.table(Health).add(fresh)
        },
      },
    ],
  })
  const world = new World(game, { tickHz: 20, seed: 1 })
  boot(world, () => {
    spawnWanderers(world, 350)
    for (let slot = 0; slot < 350; slot++) world.table(Pose).add(slot)
  })
  let folded = 0
  const step = (): void => {
    world.beginTick()
    world.guard.enter(TickPhase.Simulate)
    world.runSystems()
    world.guard.enter(TickPhase.Extract)
    world.commitSpace()
    world.guard.leave()
    folded ^= world.hashState().low()
  }
  const grownBytes = heapGrowthBytes(step)
  expect(folded).not.toBe(0)
  expect(world.table(Label).has(1)).toBeTypeOf('boolean')
  expect(grownBytes).toBeLessThan(budgetBytesPerTick)
})
