import {
  axis,
  command,
  component,
  defineGame,
  entity,
  type Game,
  hook,
  input,
  steerTowards,
  system,
  text,
  u16,
  u32,
  type World,
  type Zone,
} from '@worldkeep/world'

/* A small game that has one of everything, for tests of the node itself. */

export const Label = component('label', { audience: 'nearby', fields: { text: text(24) } })
export const Health = component('health', { audience: 'nearby', fields: { current: u16 } })
export const Gold = component('gold', { audience: 'owner', saved: true, fields: { amount: u32 } })
export const Secret = component('secret', { audience: 'server', fields: { value: u32 } })

export const Move = input({
  fields: { x: axis, z: axis },
  steer: (motion, slot, intent) => steerTowards(motion, slot, intent, 400),
})

/** Processed: changes what everybody nearby sees. */
export const Hit = command('hit', {
  acknowledged: 'processed',
  fields: { target: entity },
  refusals: ['no_target'],
  handle: (world, _actor, args) => {
    const slot = world.slotOf(args.target)
    const health = world.table(Health)
    if (slot < 0 || !health.has(slot)) return 'no_target'
    health.columns.current.set(slot, Math.max(0, health.columns.current.get(slot) - 1))
    return 'ok'
  },
})

/** Durable: the purse of the player grows. */
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

export interface ArenaOptions {
  readonly entitiesMax: number
  readonly dummies: number
  /** The tick in which a system throws; 0: never. */
  readonly failAtTick: number
  /** The tick in which a system spins for `stallMs`; 0: never. */
  readonly stallAtTick: number
  readonly stallMs: number
  /** The world cannot be filled. */
  readonly failAtStart: boolean
  /** The first of `pollFaults` ticks in a row whose poll fails; 0: never. */
  readonly pollFaultAtTick: number
  readonly pollFaults: number
}

const noFaults = { failAtStart: false, stallAtTick: 0, stallMs: 0, pollFaultAtTick: 0, pollFaults: 1 }

const arenaDefaults: ArenaOptions = { entitiesMax: 200, dummies: 4, failAtTick: 0, ...noFaults }

export function createGame(overrides: Partial<ArenaOptions> = {}): Game<typeof Move> {
  const options = { ...arenaDefaults, ...overrides }
  return defineGame({
    name: 'arena',
    entitiesMax: options.entitiesMax,
    zones: [{ name: 'arena', sizeM: 512, cellM: 64 }],
    components: [Label, Health, Gold, Secret],
    input: Move,
    commands: [Hit, Earn],
    systems: [
      system('fault', (world) => {
        if (world.tick() === options.failAtTick) throw new Error(`planted fault at tick ${options.failAtTick}`)
      }),
      system('stall', (world) => {
        if (world.tick() === options.stallAtTick) spin(options.stallMs)
      }),
    ],
    hooks: [
      // After the server's own polls: what they took in by then must not be lost.
      hook('arenaPoll', { stage: 'poll', order: 90 }, (_world, tick) => {
        const first = options.pollFaultAtTick
        if (first > 0 && tick >= first && tick < first + options.pollFaults) throw new Error('planted poll fault')
      }),
    ],
    player: {
      birthplace: () => ({ zone: 'arena', xM: 256, zM: 256 }),
      join: (world, slot, player) => {
        world.table(Label).add(slot, { text: player.name })
        world.table(Health).add(slot, { current: 100 })
        world.table(Gold).add(slot)
        world.table(Secret).add(slot, { value: 4242 })
      },
      rename: (world, slot, name) => world.table(Label).columns.text.set(slot, name),
    },
    start: (world) => {
      if (options.failAtStart) throw new Error('planted fault at the start')
      for (let i = 0; i < options.dummies; i++) spawnDummy(world, i)
    },
  })
}

function spin(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

function spawnDummy(world: World, number: number): void {
  const zone = world.zones[0] as Zone
  const slot = world.slotOf(world.spawn(zone, 25_000 + number * 300, 26_000))
  world.table(Label).add(slot, { text: `dummy ${number}` })
  world.table(Health).add(slot, { current: 50 })
}
