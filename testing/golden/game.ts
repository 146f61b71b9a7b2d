import { ByteReader, ByteWriter, Random, type Row } from '@worldkeep/kernel'
import {
  angle,
  axis,
  component,
  defineGame,
  entity,
  flag,
  input,
  quantized,
  steerTowards,
  system,
  TickPhase,
  text,
  u8,
  u16,
  u32,
  World,
  type Zone,
} from '@worldkeep/world'

/*
 * The world of the golden recording. It has one of everything that can make a difference: turning and wandering
 * entities, inputs, commands, births and deaths, two zones, every kind of column. Any change here changes the recording.
 */

const goldenSeed = 0xcafebabe
const goldenTickHz = 20
export const goldenTicks = 600
const entities = 100

const Heading = component('heading', { audience: 'motion', fields: { turns: angle, lean: quantized(-1, 1, 0.01) } })
const Vigour = component('vigour', { audience: 'nearby', fields: { current: u16, resting: flag } })
const Sign = component('sign', { audience: 'nearby', fields: { text: text(16) } })
const Pouch = component('pouch', { audience: 'owner', saved: true, fields: { coins: u32 } })
const Mind = component('mind', { audience: 'server', fields: { turnTick: u32, friend: entity, mood: u8 } })
const Asleep = component('asleep', { audience: 'nearby', fields: {} })

const Walk = input({
  fields: { x: axis, z: axis },
  steer: (motion, slot, intent) => steerTowards(motion, slot, intent, 450),
})

const rotate = system('rotate', (world) => {
  const headings = world.table(Heading)
  const { turns, lean } = headings.columns
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!headings.has(slot)) continue
    turns.set(slot, turns.get(slot) + (1 + (slot % 7)) / 256)
    lean.set(slot, ((world.tick() + slot) % 200) / 100 - 1)
  }
})

const wander = system('wander', (world) => {
  const minds = world.table(Mind)
  const { turnTick, friend, mood } = minds.columns
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!minds.has(slot) || !world.isAlive(slot) || turnTick.get(slot) > world.tick()) continue
    const { random } = world.zoneOfEntity(slot)
    turnTick.set(slot, world.tick() + random.between(5, 60))
    mood.set(slot, random.below(256))
    friend.set(slot, world.handleOf(random.below(world.entities.slotsUsed)))
    world.motion.setVelocity(slot, random.between(-300, 300), random.between(-300, 300))
    if (random.below(4) === 0) world.table(Asleep).add(slot)
    else world.table(Asleep).remove(slot)
  }
})

/** Once a second the oldest entity goes and another one comes. */
const renew = system('renew', (world) => {
  if (world.tick() % goldenTickHz !== 0) return
  const slot = (world.tick() / goldenTickHz) % world.entities.slotsUsed
  if (world.isAlive(slot)) world.despawn(world.handleOf(slot))
  spawnOne(world, world.zones[slot % world.zones.length] as Zone, slot)
})

const vigour = system('vigour', (world) => {
  const table = world.table(Vigour)
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!table.has(slot)) continue
    const resting = world.motion.vx[slot] === 0 && world.motion.vz[slot] === 0
    table.columns.resting.set(slot, resting ? 1 : 0)
    table.columns.current.set(slot, table.columns.current.get(slot) + (resting ? 3 : -1))
  }
})

const game = defineGame({
  name: 'golden',
  entitiesMax: entities + 20,
  zones: [
    { name: 'field', sizeM: 200, cellM: 32 },
    { name: 'cave', sizeM: 50, cellM: 10 },
  ],
  components: [Heading, Vigour, Sign, Pouch, Mind, Asleep],
  input: Walk,
  commands: [],
  systems: [rotate, wander, renew, vigour],
  player: { birthplace: () => ({ zone: 'field', xM: 0, zM: 0 }), join: () => undefined },
})

/** State hash of the world after each tick, in order. */
export function* goldenHashes(): Generator<{ readonly low: number; readonly high: number }> {
  const world = new World(game, { tickHz: goldenTickHz, seed: goldenSeed })
  const script = new Random(goldenSeed ^ 0xffffffff)
  world.guard.enter(TickPhase.Boot)
  for (let i = 0; i < entities; i++) spawnOne(world, world.zones[i % 4 === 3 ? 1 : 0] as Zone, i)
  world.commitSpace()
  world.guard.leave()
  for (let n = 0; n < goldenTicks; n++) {
    world.beginTick()
    world.guard.enter(TickPhase.Apply)
    applyInputs(world, script)
    world.guard.enter(TickPhase.Simulate)
    world.runSystems()
    world.guard.enter(TickPhase.Extract)
    world.commitSpace()
    world.guard.leave()
    const hash = world.hashState()
    yield { low: hash.low(), high: hash.high() }
  }
}

function spawnOne(world: World, zone: Zone, number: number): void {
  const { random } = zone
  const slot = world.slotOf(world.spawn(zone, random.below(zone.sizeCm), random.below(zone.sizeCm)))
  if (slot < 0) return
  world.table(Heading).add(slot, { turns: random.below(1000) / 1000 })
  world.table(Vigour).add(slot, { current: random.below(1000) })
  world.table(Sign).add(slot, { text: `Élan ${number} 🌼` })
  if (number % 5 === 0) world.table(Pouch).add(slot, { coins: random.below(1000) })
  if (number % 3 !== 0) world.table(Mind).add(slot, { turnTick: random.below(40) })
}

/** Five players, whose inputs arrive through the wire's own bytes; sometimes one jumps, or finds a coin. */
function applyInputs(world: World, script: Random): void {
  const intent: Row<typeof Walk.fields> = Walk.codec.empty()
  for (let player = 0; player < 5; player++) {
    const slot = player * 15
    if (!world.isAlive(slot) || script.below(6) !== 0) continue
    const writer = ByteWriter.ofSize(8)
    Walk.codec.write(writer, { x: script.between(-100, 100) / 100, z: script.between(-100, 100) / 100 })
    Walk.codec.read(new ByteReader(writer.copy()), intent)
    Walk.steer(world.motion, slot, intent)
    const { coins } = world.table(Pouch).columns
    if (script.below(4) === 0) coins.set(slot, coins.get(slot) + 1)
    if (script.below(10) === 0) world.motion.place(slot, script.between(-100, 21_000), script.between(-100, 21_000))
  }
}
