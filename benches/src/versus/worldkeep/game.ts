import { turnBackAtBorder } from '@worldkeep/meadow'
import {
  axis,
  component,
  defineGame,
  type Game,
  input,
  steerTowards,
  system,
  u8,
  u32,
  type World,
  type Zone,
} from '@worldkeep/world'
import { directions, hpChangesIn, spinDirection } from '../walk.ts'
import { type Crowd, cellM, hpShareChangedPerS, speedMps, tickHz } from '../workloads.ts'

const speedCmPerS = speedMps * 100

const Hp = component('hp', { audience: 'nearby', fields: { hp: u8 } })

/** When an entity that is nobody's body turns next. */
const Wander = component('wander', { audience: 'server', fields: { turnTick: u32 } })

export const Walk = input({
  fields: { x: axis, z: axis },
  steer: (motion, slot, intent) => {
    steerTowards(motion, slot, intent, speedCmPerS)
  },
})

const wander = system('wander', (world) => {
  const table = world.table(Wander)
  const { turnTick } = table.columns
  const tick = world.tick()
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!table.has(slot)) continue
    if (turnTick.get(slot) > tick) turnBackAtBorder(world, slot)
    else turn(world, slot, tick)
  }
})

const spin = system('spin', (world) => {
  const wanders = world.table(Wander)
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (world.entities.alive[slot] !== 1 || wanders.has(slot)) continue
    const [x, z] = spinDirection(world.tick(), slot)
    world.motion.setVelocity(slot, Math.round((x * speedCmPerS) / 1000), Math.round((z * speedCmPerS) / 1000))
  }
})

const hurt = system('hurt', (world) => {
  const table = world.table(Hp)
  const count = world.entities.count
  const changes = hpChangesIn(world.tick(), { count, sharePerS: hpShareChangedPerS, tickHz: world.tickHz })
  const { random } = world.zones[0] as Zone
  for (let i = 0; i < changes; i++) {
    const slot = random.below(world.entities.slotsUsed)
    if (table.has(slot)) table.columns.hp.set(slot, random.below(100))
  }
})

/** The crowd of the comparison, as a game of Worldkeep. */
export function createGame(crowd: Crowd): Game<typeof Walk> {
  return defineGame({
    name: 'versus',
    entitiesMax: crowd.entities + crowd.clients + crowd.burstClients + 16,
    zones: [{ name: 'field', sizeM: crowd.sizeM, cellM }],
    components: [Hp, Wander],
    input: Walk,
    commands: [],
    systems: crowd.players === 'spin' ? [wander, spin, hurt] : [wander, hurt],
    player: {
      birthplace: (world) => {
        const { random } = world.zones[0] as Zone
        return { zone: 'field', xM: random.below(crowd.sizeM), zM: random.below(crowd.sizeM) }
      },
      join: (world, slot) => world.table(Hp).add(slot, { hp: 100 }),
    },
    start: (world) => populate(world, crowd),
  })
}

function populate(world: World, crowd: Crowd): void {
  const zone = world.zones[0] as Zone
  const { random } = zone
  for (let i = 0; i < crowd.entities; i++) {
    const handle = world.spawn(zone, random.below(zone.sizeCm), random.below(zone.sizeCm))
    const slot = world.slotOf(handle)
    world.table(Hp).add(slot, { hp: 100 })
    world.table(Wander).add(slot, { turnTick: random.below(tickHz * 2) })
  }
}

function turn(world: World, slot: number, tick: number): void {
  const { random } = world.zoneOfEntity(slot)
  world.table(Wander).columns.turnTick.set(slot, tick + random.between(tickHz, 3 * tickHz))
  const [x, z] = directions[random.below(directions.length)] as readonly [number, number]
  world.motion.setVelocity(slot, Math.round((x * speedCmPerS) / 1000), Math.round((z * speedCmPerS) / 1000))
}
