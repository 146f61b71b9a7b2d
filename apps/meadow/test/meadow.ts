import { type Actor, TickPhase, World } from '@worldkeep/world'
import { Coin, createGame, type MeadowOptions, Purse } from '../src/game/index.ts'

const small: Partial<MeadowOptions> = { sizeM: 128, wanderers: 0, coins: 0, playersMax: 10, villageM: 64 }

/** A meadow after its boot, as a node makes it. */
export function meadowWorld(overrides: Partial<MeadowOptions> = {}, seed = 1): World {
  const game = createGame({ ...small, ...overrides })
  const world = new World(game, { tickHz: 20, seed })
  world.guard.enter(TickPhase.Boot)
  game.start?.(world)
  world.commitSpace()
  world.guard.leave()
  return world
}

export function runTick(world: World, apply: () => void = () => undefined): void {
  world.beginTick()
  world.guard.enter(TickPhase.Apply)
  apply()
  world.guard.enter(TickPhase.Simulate)
  world.runSystems()
  world.guard.enter(TickPhase.Extract)
  world.commitSpace()
  world.guard.leave()
}

/** A player at a place, as a join makes one; only inside a tick. */
export function join(world: World, playerId: string, place: { readonly xCm: number; readonly zCm: number }): Actor {
  const zone = world.zones[0] as World['zones'][number]
  const entity = world.spawn(zone, place.xCm, place.zCm)
  const slot = world.slotOf(entity)
  world.game.player.join(world, slot, { playerId, name: playerId })
  return { playerId, entity, slot }
}

export function coinsOf(world: World, actor: Actor): number {
  return world.table(Purse).columns.coins.get(actor.slot)
}

/** Live coins by slot. */
export function coinSlots(world: World): readonly number[] {
  const coins = world.table(Coin)
  const slots: number[] = []
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (world.isAlive(slot) && coins.has(slot)) slots.push(slot)
  }
  return slots
}
