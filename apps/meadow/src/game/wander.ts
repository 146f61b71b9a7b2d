import { system, type World, type Zone } from '@worldkeep/world'
import { Appearance, kinds, Name, Wander } from './components.ts'

/** Sixteen directions, thousandths: a table, so that no engine's sine decides where somebody walks. */
const directions = [
  [1000, 0],
  [924, 383],
  [707, 707],
  [383, 924],
  [0, 1000],
  [-383, 924],
  [-707, 707],
  [-924, 383],
  [-1000, 0],
  [-924, -383],
  [-707, -707],
  [-383, -924],
  [0, -1000],
  [383, -924],
  [707, -707],
  [924, -383],
] as const

/** One turn in four is a rest. */
const restInTurns = 4

/** Wanderers walk straight, turn or rest every two seconds or so, and turn back at the border. */
export const wander = system('wander', (world) => {
  const table = world.table(Wander)
  const { turnTick, speed } = table.columns
  const tick = world.tick()
  const slots = world.entities.slotsUsed
  for (let slot = 0; slot < slots; slot++) {
    if (!table.has(slot)) continue
    if (turnTick.get(slot) > tick) {
      turnBackAtBorder(world, slot)
      continue
    }
    const random = world.zoneOfEntity(slot).random
    turnTick.set(slot, tick + random.between(world.ticksOf(1), world.ticksOf(3)))
    const [dx, dz] = directions[random.below(directions.length)] as readonly [number, number]
    const pace = random.below(restInTurns) === 0 ? 0 : speed.get(slot)
    world.motion.setVelocity(slot, (dx * pace) / 1000, (dz * pace) / 1000)
  }
})

/** A flock of wanderers, inside a square of `spreadCm` around the middle of the zone. */
export function spawnWanderers(
  world: World,
  zone: Zone,
  options: { readonly count: number; readonly spreadCm: number },
): void {
  const corner = Math.floor((zone.sizeCm - options.spreadCm) / 2)
  for (let i = 0; i < options.count; i++) {
    const { random } = zone
    const handle = world.spawn(zone, corner + random.below(options.spreadCm), corner + random.below(options.spreadCm))
    const slot = world.slotOf(handle)
    if (slot < 0) return
    world.table(Appearance).add(slot, { kind: kinds.wanderer, hue: random.below(256) })
    world.table(Name).add(slot, { text: wandererName(random.below(names.length), random.below(100)) })
    world.table(Wander).add(slot, { turnTick: random.below(world.ticksOf(3)), speed: random.between(80, 220) })
  }
}

const names = ['Clover', 'Bramble', 'Thistle', 'Sorrel', 'Fern', 'Hazel', 'Poppy', 'Moss', 'Wren', 'Lark'] as const

function wandererName(name: number, number: number): string {
  return `${names[name]} ${number + 1}`
}

/** Whoever would reach the border of its zone in this tick walks back, at the same speed. */
export function turnBackAtBorder(world: World, slot: number): void {
  const { motion } = world
  const inside = world.zoneOfEntity(slot).sizeCm * motion.unitsPerCm - 1
  const vx = motion.vx[slot] as number
  const vz = motion.vz[slot] as number
  const x = (motion.x[slot] as number) + vx
  const z = (motion.z[slot] as number) + vz
  if (x >= 0 && x <= inside && z >= 0 && z <= inside) return
  motion.setVelocity(slot, x < 0 || x > inside ? -vx : vx, z < 0 || z > inside ? -vz : vz)
}
