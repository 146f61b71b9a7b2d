import { Motion } from '@worldkeep/world'
import { expect, test } from 'vitest'
import { Wander } from '../src/game/components.ts'
import {
  Appearance,
  createGame,
  kinds,
  meadowDefaults,
  Name,
  Purse,
  playerSpeedCmPerS,
  Walk,
} from '../src/game/index.ts'
import { coinSlots, join, meadowWorld, runTick } from './meadow.ts'

test('[MEADOW-4] wanderers stay inside for 2,000 ticks, and keep walking', () => {
  const world = meadowWorld({ wanderers: 100, sizeM: 64, villageM: 64 })
  const sizeCm = 6400
  const wanderers = world.table(Wander)
  const travelledCm = new Array<number>(world.entities.slotsUsed).fill(0)
  for (let n = 0; n < 2000; n++) {
    runTick(world)
    for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
      if (!wanderers.has(slot)) continue
      const [x, z] = [world.motion.x[slot] as number, world.motion.z[slot] as number]
      const edge = sizeCm * world.motion.unitsPerCm - 1
      if (x < 0 || z < 0 || x > edge || z > edge) throw new Error(`tick ${n}: ${slot} is outside`)
      const [vx, vz] = [world.motion.vx[slot] as number, world.motion.vz[slot] as number]
      travelledCm[slot] = (travelledCm[slot] as number) + Math.hypot(vx, vz) / 20
      if (Math.hypot(vx, vz) > 221) throw new Error(`tick ${n}: ${slot} runs`)
    }
  }
  expect(Math.min(...travelledCm)).toBeGreaterThan(1000)
})

test('[MEADOW-4] two meadows of one seed are one meadow', () => {
  const one = meadowWorld({ wanderers: 50, coins: 50 }, 9)
  const other = meadowWorld({ wanderers: 50, coins: 50 }, 9)
  const third = meadowWorld({ wanderers: 50, coins: 50 }, 10)
  for (let n = 0; n < 200; n++) {
    for (const world of [one, other, third]) runTick(world)
    expect(one.hashState().hex()).toBe(other.hashState().hex())
    expect(one.hashState().hex()).not.toBe(third.hashState().hex())
  }
})

test('[MEADOW-5] the options say how large the meadow is and who is in it', () => {
  const game = createGame({ sizeM: 256, wanderers: 7, coins: 11, playersMax: 3 })
  expect(game.zones).toEqual([{ name: 'meadow', sizeM: 256, cellM: 64 }])
  expect(game.entitiesMax).toBe(7 + 22 + 3)
  const world = meadowWorld({ sizeM: 256, wanderers: 7, coins: 11, playersMax: 3 })
  expect(world.entities.count).toBe(18)
  expect(coinSlots(world)).toHaveLength(11)
  const looks = world.table(Appearance).columns.kind
  const walkers = Array.from({ length: 18 }, (_, slot) => looks.get(slot)).filter((kind) => kind === kinds.wanderer)
  expect(walkers).toHaveLength(7)
})

test('[MEADOW-5] without options it is the default meadow, and every meadow speaks one protocol', () => {
  const game = createGame()
  expect(game.zones[0]?.sizeM).toBe(meadowDefaults.sizeM)
  expect(game.entitiesMax).toBe(meadowDefaults.wanderers + meadowDefaults.coins * 2 + meadowDefaults.playersMax)
  expect(createGame({ sizeM: 64, wanderers: 1, coins: 1 }).declarationsHash).toBe(game.declarationsHash)
})

test('[MEADOW-5] the village holds its share', () => {
  const options = { sizeM: 1024, villageM: 64, villageShare: 0.5, wanderers: 100, coins: 100 }
  const world = meadowWorld(options)
  const inVillage = (slot: number): boolean =>
    Math.abs(world.motion.xCm(slot) - 51_200) <= 3200 && Math.abs(world.motion.zCm(slot) - 51_200) <= 3200
  const villageCoins = coinSlots(world).filter(inVillage).length
  const coins = new Set(coinSlots(world))
  const villagers = Array.from({ length: 200 }, (_, slot) => slot).filter(
    (slot) => !coins.has(slot) && inVillage(slot),
  ).length
  for (const count of [villageCoins, villagers]) {
    expect(count).toBeGreaterThanOrEqual(50)
    expect(count).toBeLessThan(60)
  }
})

test('[MEADOW-6] players appear in the village, with a face, a name and an empty purse', () => {
  const world = meadowWorld()
  runTick(world, () => {
    for (let n = 0; n < 50; n++) {
      const { zone, xM, zM } = world.game.player.birthplace(world)
      expect(zone).toBe('meadow')
      expect(Math.max(Math.abs(xM - 64), Math.abs(zM - 64))).toBeLessThanOrEqual(12)
    }
    const { slot } = join(world, 'ada', { xCm: 100, zCm: 100 })
    expect(world.table(Appearance).row(slot).kind).toBe(kinds.player)
    expect(world.table(Name).row(slot)).toEqual({ text: 'ada' })
    expect(world.table(Purse).row(slot)).toEqual({ coins: 0 })
    const again = join(world, 'ada', { xCm: 100, zCm: 100 })
    expect(world.table(Appearance).row(again.slot)).toEqual(world.table(Appearance).row(slot))
  })
})

test('[MEADOW-6] players walk at one speed in every direction', () => {
  const motion = new Motion({ capacity: 1, tickHz: 20 }, { turned: () => undefined, placed: () => undefined })
  for (let x = -127; x <= 127; x += 14) {
    for (let z = -127; z <= 127; z += 14) {
      Walk.steer(motion, 0, { x: x / 127, z: z / 127 })
      expect(Math.hypot(motion.vx[0] as number, motion.vz[0] as number)).toBeLessThanOrEqual(playerSpeedCmPerS + 1)
    }
  }
  Walk.steer(motion, 0, { x: 0, z: 0 })
  expect([motion.vx[0], motion.vz[0]]).toEqual([0, 0])
})
