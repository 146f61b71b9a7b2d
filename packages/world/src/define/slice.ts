import { assert } from '@worldkeep/kernel'
import type { World } from '../world.ts'
import { requireIdentifier } from './component.ts'

/** What `step` returns when nothing is left to do. */
export const sliceDone = -1

/**
 * Work that is too long for one tick, cut into steps. A step costs `units` of the tick's budget, which is a count and no
 * time, because a tick must not depend on a clock. Where a step is, is one number, the cursor; so a task can be
 * recorded, and goes on after a replay where it was.
 */
export interface Slice {
  readonly name: string
  readonly units: number
  /** One step, from `cursor` (0 at first), with the number the task was added with. The next cursor, or `sliceDone`. */
  step(world: World, cursor: number, arg: number): number
}

/** Declares work in slices; see `Slice`. Add a task of it with `world.slices.add`. */
export function slice(
  name: string,
  options: { readonly units: number; step(world: World, cursor: number, arg: number): number },
): Slice {
  requireIdentifier(name, 'slice')
  const { units, step } = options
  assert(Number.isInteger(units) && units >= 1, `slice ${name}: a step costs at least one unit`)
  return { name, units, step }
}
