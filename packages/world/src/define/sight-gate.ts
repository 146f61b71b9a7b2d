import type { World } from '../world.ts'
import { type Component, requireIdentifier } from './component.ts'

/**
 * Decides who sees an entity that is not for everybody: the stealthy, the marks of a team. Entities with the guarding
 * component are in no shared segment; each viewer whose view has their cell is asked about, once a snapshot.
 */
export interface SightGate {
  readonly name: string
  /** Entities that have it are guarded. Give it the audience `server`, unless those who see them may know of it. */
  readonly guards: Component
  /** `viewer` and `slot` are slots of live entities; must only look. Whoever is the entity itself is not asked. */
  allows(world: World, viewer: number, slot: number): boolean
}

/** Names a gate of sight; see `SightGate`. A guarded entity is seen when every gate that guards it allows it. */
export function sightGate(
  name: string,
  guards: Component,
  allows: (world: World, viewer: number, slot: number) => boolean,
): SightGate {
  requireIdentifier(name, 'sight gate')
  return { name, guards, allows }
}
