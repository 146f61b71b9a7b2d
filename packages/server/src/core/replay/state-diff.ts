import type { World } from '@worldkeep/world'

/** One value that is not the same in two worlds of one game. */
export interface StateDifference {
  /** Handle of the entity; 0 for what belongs to none. */
  readonly entity: number
  /** `motion.vx`, `health.current`, `health` for having it at all, or `entities`. */
  readonly leaf: string
  readonly first: number | string | null
  readonly second: number | string | null
}

const motionColumns = ['x', 'z', 'vx', 'vz'] as const

/** Where two worlds differ, entities in slot order, at most `most` places. */
export function diffWorlds(first: World, second: World, most: number): readonly StateDifference[] {
  const differences: StateDifference[] = []
  const slots = Math.max(first.entities.slotsUsed, second.entities.slotsUsed)
  for (let slot = 0; slot < slots && differences.length < most; slot++)
    differences.push(...diffSlot(first, second, slot))
  return differences.slice(0, most)
}

function diffSlot(first: World, second: World, slot: number): readonly StateDifference[] {
  const differences: StateDifference[] = []
  const [a, b] = [handleIn(first, slot), handleIn(second, slot)]
  const entity = a === 0 ? b : a
  const compare = (leaf: string, left: number | string | null, right: number | string | null): void => {
    if (left !== right) differences.push({ entity, leaf, first: left, second: right })
  }
  compare('entities', a, b)
  if (a !== b || a === 0) return differences
  compare('zone', first.zoneOfEntity(slot).name, second.zoneOfEntity(slot).name)
  for (const column of motionColumns)
    compare(`motion.${column}`, first.motion[column][slot] ?? 0, second.motion[column][slot] ?? 0)
  for (const [index, table] of first.tables.entries()) {
    const other = second.tables[index]
    const { name } = table.component
    if (other === undefined) continue
    compare(name, table.has(slot) ? 'present' : null, other.has(slot) ? 'present' : null)
    if (!table.has(slot) || !other.has(slot)) continue
    const [left, right] = [table.row(slot), other.row(slot)]
    for (const field of Object.keys(left)) compare(`${name}.${field}`, left[field] ?? null, right[field] ?? null)
  }
  return differences
}

function handleIn(world: World, slot: number): number {
  return world.entities.alive[slot] === 1 ? world.handleOf(slot) : 0
}
