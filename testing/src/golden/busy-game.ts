import {
  angle,
  axis,
  command,
  component,
  defineGame,
  entity,
  type Game,
  input,
  steerTowards,
  system,
  text,
  u16,
  u32,
  type World,
  type Zone,
} from '@worldkeep/world'

/*
 * The game of the golden recordings: a hundred rotating entities before the first tick, and players who walk, hit and earn
 * among them. Every duration is in seconds, so that it is the same game at every tick rate. It is compiled, so that
 * `worldkeep replay` can load it.
 */

export interface BusyOptions {
  readonly entities: number
  /** Of a player who walks. */
  readonly speedCmPerS: number
  /** Of the entities around them. */
  readonly turnsPerS: number
}

const busyDefaults: BusyOptions = { entities: 100, speedCmPerS: 400, turnsPerS: 0.25 }

const Heading = component('heading', { audience: 'motion', fields: { turns: angle } })
const Label = component('label', { audience: 'nearby', fields: { text: text(24) } })
export const Health = component('health', { audience: 'nearby', fields: { current: u16 } })
const Gold = component('gold', { audience: 'owner', saved: true, fields: { amount: u32 } })
const Mind = component('mind', { audience: 'server', fields: { turnTick: u32 } })

export const Hit = command('hit', {
  acknowledged: 'processed',
  fields: { target: entity },
  refusals: ['no_target'],
  handle: (world, _actor, { target }) => {
    const slot = world.slotOf(target)
    const health = world.table(Health)
    if (slot < 0 || !health.has(slot)) return 'no_target'
    health.columns.current.set(slot, Math.max(0, health.columns.current.get(slot) - 1))
    return 'ok'
  },
})

export const Earn = command('earn', {
  acknowledged: 'durable',
  fields: { amount: u16 },
  refusals: ['nothing'],
  handle: (world, actor, args) => {
    if (args.amount === 0) return 'nothing'
    const { amount } = world.table(Gold).columns
    amount.set(actor.slot, amount.get(actor.slot) + args.amount)
    return 'ok'
  },
})

/** The module's contract with `worldkeep replay`. */
export function createGame(overrides: Partial<BusyOptions> = {}): Game {
  const { entities, speedCmPerS, turnsPerS } = { ...busyDefaults, ...overrides }
  const rotate = system('rotate', (world) => {
    const headings = world.table(Heading)
    const { turns } = headings.columns
    for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
      if (headings.has(slot)) turns.set(slot, turns.get(slot) + (turnsPerS * (1 + (slot % 3))) / world.tickHz)
    }
  })
  return defineGame({
    name: 'busy',
    entitiesMax: entities + 20,
    zones: [{ name: 'field', sizeM: 256, cellM: 32 }],
    components: [Heading, Label, Health, Gold, Mind],
    input: input({
      fields: { x: axis, z: axis },
      steer: (motion, slot, intent) => steerTowards(motion, slot, intent, speedCmPerS),
    }),
    commands: [Hit, Earn],
    systems: [rotate, wander],
    player: {
      birthplace: () => ({ zone: 'field', xM: 128, zM: 128 }),
      join: (world, slot, player) => {
        world.table(Label).add(slot, { text: player.name })
        world.table(Health).add(slot, { current: 100 })
        world.table(Gold).add(slot)
      },
      rename: (world, slot, name) => world.table(Label).columns.text.set(slot, name),
    },
    start: (world) => {
      for (let i = 0; i < entities; i++) spawnOne(world, i)
    },
  })
}

/** Every second entity goes somewhere else every one to four seconds. */
const wander = system('wander', (world) => {
  const minds = world.table(Mind)
  const { turnTick } = minds.columns
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!minds.has(slot) || turnTick.get(slot) > world.tick()) continue
    const { random } = world.zoneOfEntity(slot)
    turnTick.set(slot, world.tick() + random.between(world.ticksOf(1), world.ticksOf(4)))
    world.motion.setVelocity(slot, random.between(-200, 200), random.between(-200, 200))
  }
})

function spawnOne(world: World, number: number): void {
  const zone = world.zones[0] as Zone
  const { random } = zone
  const slot = world.slotOf(world.spawn(zone, random.below(zone.sizeCm), random.below(zone.sizeCm)))
  world.table(Heading).add(slot, { turns: random.below(1000) / 1000 })
  world.table(Health).add(slot, { current: 50 + (number % 50) })
  if (number % 2 === 0) world.table(Mind).add(slot, { turnTick: random.below(world.ticksOf(2)) })
}
