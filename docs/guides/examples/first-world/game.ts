import {
  axis,
  command,
  component,
  defineGame,
  entity,
  type Game,
  input,
  steerTowards,
  system,
  u8,
  u32,
  type World,
} from '@worldkeep/world'

/** Berries on a bush: everybody who is near sees them. */
export const Bush = component('bush', { audience: 'nearby', fields: { berries: u8 } })

/** Berries a player has picked: only the player sees them, and they are saved. */
export const Basket = component('basket', { audience: 'owner', saved: true, fields: { berries: u32 } })

/** Where a player wants to go. The server runs `steer`, and so does the client, to move without waiting. */
export const Walk = input({
  fields: { x: axis, z: axis },
  steer: (motion, slot, intent) => steerTowards(motion, slot, intent, 400),
})

const reachCm = 200

/** Moves one berry from a bush to the basket. Refuses before it changes anything, or does all of it. */
export const Pick = command('pick', {
  acknowledged: 'durable',
  fields: { bush: entity },
  refusals: ['no_bush', 'too_far', 'no_berries'],
  handle: (world, actor, args) => {
    const slot = world.slotOf(args.bush)
    const bushes = world.table(Bush)
    if (slot < 0 || !bushes.has(slot)) return 'no_bush'
    if (distanceSquaredCm(world, actor.slot, slot) > reachCm * reachCm) return 'too_far'
    const left = bushes.columns.berries.get(slot)
    if (left === 0) return 'no_berries'
    const basket = world.table(Basket).columns.berries
    bushes.columns.berries.set(slot, left - 1)
    basket.set(actor.slot, basket.get(actor.slot) + 1)
    return 'ok'
  },
})

/** Every two seconds each bush grows a berry, up to five. */
const grow = system('grow', (world) => {
  if (world.tick() % world.ticksOf(2) !== 0) return
  const bushes = world.table(Bush)
  const { berries } = bushes.columns
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (bushes.has(slot)) berries.set(slot, Math.min(5, berries.get(slot) + 1))
  }
})

/** Server and client both call this: the same declarations, the same protocol. */
export function createGame(options: { readonly bushes?: number; readonly spreadM?: number } = {}): Game<typeof Walk> {
  const { bushes = 64, spreadM = 120 } = options
  return defineGame({
    name: 'orchard',
    entitiesMax: bushes + 100,
    zones: [{ name: 'orchard', sizeM: 256, cellM: 64 }],
    components: [Bush, Basket],
    input: Walk,
    commands: [Pick],
    systems: [grow],
    player: {
      birthplace: () => ({ zone: 'orchard', xM: 128, zM: 128 }),
      join: (world, slot) => world.table(Basket).add(slot),
    },
    start: (world) => plant(world, { bushes, spreadCm: spreadM * 100 }),
  })
}

/** Bushes at random places around the middle. The zone's chance is seeded: one seed, one orchard. */
function plant(world: World, options: { readonly bushes: number; readonly spreadCm: number }): void {
  const { bushes, spreadCm } = options
  for (const zone of world.zones) {
    const place = (): number => zone.sizeCm / 2 + zone.random.between(-spreadCm, spreadCm)
    for (let i = 0; i < bushes; i++) {
      const slot = world.slotOf(world.spawn(zone, place(), place()))
      world.table(Bush).add(slot, { berries: 3 })
    }
  }
}

function distanceSquaredCm(world: World, a: number, b: number): number {
  const dx = world.motion.xCm(a) - world.motion.xCm(b)
  const dz = world.motion.zCm(a) - world.motion.zCm(b)
  return dx * dx + dz * dz
}
