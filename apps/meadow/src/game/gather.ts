import { command, entity, type World, type Zone } from '@worldkeep/world'
import { Appearance, Coin, kinds, Purse } from './components.ts'

/** How near a player must stand to pick a coin up. */
export const gatherRadiusCm = 250

/**
 * Picks up a coin. Durable: it is acknowledged once purse and pick-up are committed. A coin lost from the ground grows
 * again somewhere else in its zone.
 */
export const Gather = command('gather', {
  acknowledged: 'durable',
  fields: { coin: entity },
  refusals: ['gone', 'too_far'],
  handle: (world, actor, args) => {
    const coins = world.table(Coin)
    const slot = world.slotOf(args.coin)
    if (slot < 0 || !coins.has(slot)) return 'gone'
    if (distanceSquaredCm(world, actor.slot, slot) > gatherRadiusCm * gatherRadiusCm) return 'too_far'
    const purse = world.table(Purse).columns.coins
    purse.set(actor.slot, purse.get(actor.slot) + coins.columns.value.get(slot))
    const zone = world.zoneOfEntity(slot)
    world.despawn(args.coin)
    dropCoin(world, zone, { xCm: zone.random.below(zone.sizeCm), zCm: zone.random.below(zone.sizeCm) })
    return 'ok'
  },
})

export function dropCoin(world: World, zone: Zone, place: { readonly xCm: number; readonly zCm: number }): void {
  const handle = world.spawn(zone, place.xCm, place.zCm)
  const slot = world.slotOf(handle)
  if (slot < 0) return
  world.table(Appearance).add(slot, { kind: kinds.coin, hue: 45 })
  world.table(Coin).add(slot, { value: zone.random.below(10) === 0 ? 5 : 1 })
}

function distanceSquaredCm(world: World, a: number, b: number): number {
  const dx = world.motion.xCm(a) - world.motion.xCm(b)
  const dz = world.motion.zCm(a) - world.motion.zCm(b)
  return dx * dx + dz * dz
}
