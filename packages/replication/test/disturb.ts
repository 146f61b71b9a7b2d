import type { Random } from '@worldkeep/kernel'
import type { World } from '@worldkeep/world'
import { type Arena, Debt, Frozen, Health, Label, Marked, Pose, Purse, Secret, Sneaking, Team } from './arena.ts'

/** Something a game might do to an entity. Labels name whose they are, so that a hidden one is found in bytes. */
export function disturb(arena: Arena, random: Random, options: { readonly keep: ReadonlySet<number> }): void {
  const { world, zone } = arena
  const anywhere = (): number => random.below(zone.sizeCm)
  const slot = world.entities.slotsUsed === 0 ? -1 : random.below(world.entities.slotsUsed)
  const what = random.below(16)
  if (what <= 1) {
    const fresh = world.slotOf(arena.spawn(anywhere(), anywhere()))
    if (fresh < 0) return
    if (random.below(2) === 0) world.table(Health).add(fresh, { current: random.below(100), max: 100 })
    if (random.below(2) === 0) world.table(Label).add(fresh, { text: nameOf(world, fresh) })
    if (random.below(4) === 0) world.despawn(world.handleOf(fresh))
    return
  }
  if (slot < 0 || !world.isAlive(slot)) return
  const { columns } = world.table(Health)
  switch (what) {
    case 2:
      if (!options.keep.has(slot)) world.despawn(world.handleOf(slot))
      return
    case 3:
      world.motion.place(slot, anywhere(), anywhere())
      return
    case 4:
    case 5:
    case 6:
      world.motion.setVelocity(slot, random.between(-900, 900), random.between(-900, 900))
      return
    case 7:
      world.motion.setVelocity(slot, 0, 0)
      return
    case 8:
      if (world.table(Health).has(slot)) columns.current.set(slot, random.below(100))
      return
    case 9:
      world.table(Health).add(slot, { current: random.below(100) })
      return
    case 10:
      world.table(Health).remove(slot)
      return
    case 11:
      world.table(Label).add(slot, { text: nameOf(world, slot), rank: random.below(256) })
      return
    case 12:
      world.table(Pose).add(slot, { facing: random.below(1000) / 1000, lean: random.below(200) / 100 - 1 })
      return
    case 13:
      if (random.below(2) === 0) world.table(Frozen).add(slot)
      else world.table(Frozen).remove(slot)
      return
    case 14:
      if (random.below(2) === 0)
        world.table(Debt).add(slot, { amount: random.between(-70_000, 70_000), due: random.below(2) })
      else world.table(Debt).remove(slot)
      return
    default:
      world.table(Secret).add(slot, { value: random.below(9) })
      world.table(Purse).add(slot, { coins: random.below(9) })
  }
}

/** Text in the label of an entity, and of no other. */
export function nameOf(world: World, slot: number): string {
  return `🌼 ${world.handleOf(slot).toString(36)};`
}

/** Something a game might do to who sees whom. */
export function disturbSight(arena: Arena, random: Random): void {
  const { world } = arena
  const slot = random.below(world.entities.slotsUsed)
  if (!world.isAlive(slot)) return
  const mark = random.below(2) === 0 ? Marked : Sneaking
  switch (random.below(6)) {
    case 0:
      world.sight.enter(slot, random.below(3))
      return
    case 1:
      world.table(Team).add(slot, { number: random.below(2) })
      return
    case 2:
    case 3:
      world.table(mark).add(slot)
      return
    default:
      world.table(mark).remove(slot)
  }
}
