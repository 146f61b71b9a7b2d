import { angle, axis, flag, quantized, type Random, text, u8, u16, u32 } from '@worldkeep/kernel'
import { command } from '../src/define/command.ts'
import { component } from '../src/define/component.ts'
import { defineGame, type Game, type GameOptions, system } from '../src/define/game.ts'
import { input } from '../src/define/input.ts'
import { TickPhase } from '../src/guard/tick-guard.ts'
import { steerTowards } from '../src/space/motion.ts'
import { World } from '../src/world.ts'

/** A small game with one of everything. */

export const Health = component('health', { audience: 'nearby', fields: { current: u16, max: u16 } })
export const Label = component('label', { audience: 'nearby', fields: { text: text(12) } })
export const Pose = component('pose', {
  audience: 'motion',
  fields: { facing: angle, lean: quantized(-1, 1, 0.01), dir: axis },
})
export const Purse = component('purse', { audience: 'owner', saved: true, fields: { coins: u32 } })
export const Brain = component('brain', { audience: 'server', fields: { turnTick: u32, bold: flag } })
/** Two components without fields: being there is all they say. */
export const Frozen = component('frozen', { audience: 'nearby', fields: {} })
export const Hidden = component('hidden', { audience: 'nearby', fields: {} })

export const Walk = input({
  fields: { x: axis, z: axis },
  steer: (motion, slot, intent) => steerTowards(motion, slot, intent, 500),
})

export const Rest = command('rest', {
  acknowledged: 'processed',
  fields: { turns: u8 },
  handle: () => 'ok',
})

/** Turns everybody with a brain at random, about once a second. */
export const wander = system('wander', (world) => {
  const brains = world.table(Brain)
  const { turnTick } = brains.columns
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!brains.has(slot) || turnTick.get(slot) > world.tick()) continue
    const random = world.random(world.zoneOfEntity(slot))
    turnTick.set(slot, world.tick() + random.between(1, world.ticksOf(2)))
    world.motion.setVelocity(slot, random.between(-400, 400), random.between(-400, 400))
  }
})

const arenaOptions: GameOptions<typeof Walk> = {
  name: 'arena',
  entitiesMax: 64,
  zones: [
    { name: 'field', sizeM: 100, cellM: 16 },
    { name: 'cave', sizeM: 30, cellM: 10 },
  ],
  components: [Health, Label, Pose, Purse, Brain, Frozen, Hidden],
  input: Walk,
  commands: [Rest],
  systems: [wander],
  player: { birthplace: () => ({ zone: 'field', xM: 50, zM: 50 }), join: () => undefined },
}

export function arena(overrides: Partial<GameOptions<typeof Walk>> = {}): Game<typeof Walk> {
  return defineGame({ ...arenaOptions, ...overrides })
}

export function arenaWorld(
  options: { readonly seed?: number; readonly tickHz?: number; readonly entitiesMax?: number } = {},
): World {
  const { seed = 1, tickHz = 20, entitiesMax = arenaOptions.entitiesMax } = options
  return new World(arena({ entitiesMax }), { tickHz, seed })
}

/** One tick as a node runs it, with `apply` in the place of its commands. */
export function runTick(world: World, apply: (world: World) => void = () => undefined): void {
  world.beginTick()
  world.guard.enter(TickPhase.Apply)
  apply(world)
  world.guard.enter(TickPhase.Simulate)
  world.runSystems()
  world.guard.enter(TickPhase.Extract)
  world.commitSpace()
  world.guard.leave()
}

/** Fills the world before its first tick. */
export function boot(world: World, fill: (world: World) => void): void {
  world.guard.enter(TickPhase.Boot)
  fill(world)
  world.commitSpace()
  world.guard.leave()
}

export function spawnWanderers(world: World, count: number): void {
  for (let i = 0; i < count; i++) {
    const zone = world.zones[i % world.zones.length] as World['zones'][number]
    const slot = world.slotOf(world.spawn(zone, zone.random.below(zone.sizeCm), zone.random.below(zone.sizeCm)))
    world.table(Health).add(slot, { current: zone.random.below(100), max: 100 })
    world.table(Label).add(slot, { text: `walker ${i}` })
    world.table(Brain).add(slot)
  }
}

/** One random thing that a game might do to its world. */
export function disturb(world: World, random: Random): void {
  const { slotsUsed } = world.entities
  const slot = slotsUsed === 0 ? -1 : random.below(slotsUsed)
  const zone = world.zones[random.below(world.zones.length)] as World['zones'][number]
  switch (random.below(8)) {
    case 0:
    case 1:
      world.spawn(zone, random.between(-500, zone.sizeCm + 500), random.between(-500, zone.sizeCm + 500))
      return
    case 2:
      if (slot >= 0 && world.isAlive(slot)) world.despawn(world.handleOf(slot))
      return
    case 3:
      if (slot >= 0 && world.isAlive(slot))
        world.motion.place(slot, random.between(-9000, 19000), random.between(-9000, 19000))
      return
    case 4:
      if (slot >= 0 && world.isAlive(slot)) world.table(Health).add(slot, { current: random.below(9) })
      return
    case 5:
      if (slot >= 0 && world.isAlive(slot)) world.table(Health).remove(slot)
      return
    default:
      if (slot >= 0 && world.isAlive(slot)) {
        world.motion.setVelocity(slot, random.between(-2000, 2000), random.between(-2000, 2000))
      }
  }
}

export function hashOf(world: World): string {
  return world.hashState().hex()
}
