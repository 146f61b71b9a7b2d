import type { World } from '../world.ts'
import { requireIdentifier } from './component.ts'

/** Decides who takes part in a tick. Asked once per entity, before the tick begins; must only look. */
export interface Gate {
  readonly name: string
  allows(world: World, slot: number): boolean
}

/** Names a gate; see `Gate`. An entity takes part when every gate allows it. */
export function gate(name: string, allows: (world: World, slot: number) => boolean): Gate {
  requireIdentifier(name, 'gate')
  return { name, allows }
}
