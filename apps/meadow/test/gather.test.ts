import { type Actor, TickPhase, type World } from '@worldkeep/world'
import { expect, test } from 'vitest'
import { dropCoin } from '../src/game/gather.ts'
import { Coin, Gather, gatherRadiusCm } from '../src/game/index.ts'
import { coinSlots, coinsOf, join, meadowWorld, runTick } from './meadow.ts'

/** A meadow with one coin at 50 m, 50 m, and players around it. */
function scene(places: readonly (readonly [number, number])[]) {
  const world = meadowWorld()
  const players: Actor[] = []
  runTick(world, () => {
    for (const [i, [xCm, zCm]] of places.entries()) players.push(join(world, `player ${i}`, { xCm, zCm }))
    dropCoin(world, world.zones[0] as World['zones'][number], { xCm: 5000, zCm: 5000 })
  })
  const slot = coinSlots(world)[0] as number
  return { world, players, slot, coin: world.handleOf(slot), value: world.table(Coin).columns.value.get(slot) }
}

function gather(world: World, actor: Actor, coin: number): string {
  return Gather.handle(world, actor, { coin })
}

test('[MEADOW-1] a coin is picked up from as far as an arm reaches, and no farther', () => {
  const { world, players, coin, value } = scene([
    [5000 + gatherRadiusCm + 1, 5000],
    [5000 + gatherRadiusCm, 5000],
  ])
  const [far, near] = players as [Actor, Actor]
  runTick(world, () => {
    expect(gather(world, far, coin)).toBe('too_far')
    expect(coinsOf(world, far)).toBe(0)
    expect(gather(world, near, coin)).toBe('ok')
    expect(coinsOf(world, near)).toBe(value)
  })
})

test('[MEADOW-1] what is no coin, or no more, is gone', () => {
  const { world, players, coin } = scene([[5000, 5000]])
  const [player] = players as [Actor]
  runTick(world, () => {
    for (const handle of [0, 1, 0xffffffff, player.entity, coin + 1]) expect(gather(world, player, handle)).toBe('gone')
    expect(gather(world, player, coin)).toBe('ok')
    expect(gather(world, player, coin)).toBe('gone')
  })
  runTick(world, () => expect(gather(world, player, coin)).toBe('gone'))
})

test('[MEADOW-2] of two who reach for a coin in one tick exactly one gets it', () => {
  const { world, players, coin, value } = scene([
    [5100, 5000],
    [4900, 5000],
  ])
  const [first, second] = players as [Actor, Actor]
  runTick(world, () => {
    expect([gather(world, first, coin), gather(world, second, coin)]).toEqual(['ok', 'gone'])
  })
  expect([coinsOf(world, first), coinsOf(world, second)]).toEqual([value, 0])
})

test('[MEADOW-2] a refusal changes nothing', () => {
  const { world, players, coin } = scene([[9000, 9000]])
  const [player] = players as [Actor]
  runTick(world)
  const hash = world.hashState().hex()
  world.guard.enter(TickPhase.Apply)
  expect(gather(world, player, coin)).toBe('too_far')
  expect(gather(world, player, 12345)).toBe('gone')
  world.guard.leave()
  expect(world.hashState().hex()).toBe(hash)
})

test('[MEADOW-3] for every coin picked up another grows in its zone, and the purse grows by its value', () => {
  const world = meadowWorld({ coins: 30, sizeM: 64, villageM: 64 })
  let player: Actor | null = null
  runTick(world, () => {
    player = join(world, 'ada', { xCm: 3200, zCm: 3200 })
  })
  const ada = player as unknown as Actor
  let purse = 0
  let gathered = 0
  for (let n = 0; n < 300; n++) {
    runTick(world, () => {
      const target = coinSlots(world)[n % 30] as number
      world.motion.place(ada.slot, world.motion.xCm(target), world.motion.zCm(target))
      const value = world.table(Coin).columns.value.get(target)
      if (gather(world, ada, world.handleOf(target)) !== 'ok') return
      gathered++
      purse += value
    })
    expect(coinSlots(world)).toHaveLength(30)
    expect(coinsOf(world, ada)).toBe(purse)
  }
  expect(gathered).toBe(300)
  expect(world.entities.count).toBe(31)
  expect(world.entities.refusedCount).toBe(0)
})

test('[MEADOW-3] there is room for all coins to be picked up in one tick', () => {
  const world = meadowWorld({ coins: 40, playersMax: 1, sizeM: 64, villageM: 64 })
  runTick(world, () => {
    const player = join(world, 'ada', { xCm: 0, zCm: 0 })
    for (const slot of coinSlots(world)) {
      world.motion.place(player.slot, world.motion.xCm(slot), world.motion.zCm(slot))
      expect(gather(world, player, world.handleOf(slot))).toBe('ok')
    }
  })
  expect(coinSlots(world)).toHaveLength(40)
  expect(world.entities.refusedCount).toBe(0)
})
