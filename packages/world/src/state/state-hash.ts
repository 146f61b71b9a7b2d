import { Hash64 } from '@worldkeep/kernel'
import type { World } from '../world.ts'

/**
 * The state hash and the leaves it is made of: one per column, so that two runs that differ can be told apart by the
 * field that differs first. A component nobody has changed since keeps its leaves. Does not allocate per tick.
 */
export class StateHash {
  /** What each leaf covers: `entities`, `motion.vx`, `health.current` … */
  readonly names: readonly string[]
  /** Low halves of the leaves' digests, in the order of `names`. */
  readonly leaves: Uint32Array
  readonly #highs: Uint32Array
  /** Count of changes of each component when its leaves were digested. */
  readonly #digestedAt: Float64Array
  /** The digest of everything, after `update`. */
  readonly total = new Hash64()
  readonly #world: World
  readonly #leaf = new Hash64()
  #at = 0

  constructor(world: World) {
    this.#world = world
    const names = ['entities', 'zone', 'motion.x', 'motion.z', 'motion.vx', 'motion.vz', 'room']
    for (const table of world.tables) names.push(...table.leafNames)
    for (const zone of world.zones) names.push(`chance of ${zone.name}`)
    if (hasSlices(world)) names.push('slices')
    this.names = names
    this.leaves = new Uint32Array(names.length)
    this.#highs = new Uint32Array(names.length)
    this.#digestedAt = new Float64Array(world.tables.length).fill(-1)
  }

  /** Digests the world as it is now. */
  update(): void {
    const world = this.#world
    const { slotsUsed } = world.entities
    this.total.reset()
    this.total.u32(world.changes.tick)
    this.#at = 0
    world.entities.hash(this.#begin())
    this.#end()
    this.#column(world.zoneOf, slotsUsed)
    this.#column(world.motion.x, slotsUsed)
    this.#column(world.motion.z, slotsUsed)
    this.#column(world.motion.vx, slotsUsed)
    this.#column(world.motion.vz, slotsUsed)
    this.#column(world.sight.roomOf, slotsUsed)
    for (let i = 0; i < world.tables.length; i++) {
      const table = world.tables[i]
      if (table === undefined) continue
      const isKnown = this.#digestedAt[i] === table.changeCount
      this.#digestedAt[i] = table.changeCount
      for (let leaf = 0; leaf < table.leafNames.length; leaf++) {
        if (isKnown) {
          this.#repeat()
          continue
        }
        table.hashLeaf(leaf, this.#begin(), slotsUsed)
        this.#end()
      }
    }
    for (let i = 0; i < world.zones.length; i++) {
      const zone = world.zones[i]
      if (zone !== undefined) this.#column(zone.random.state, zone.random.state.length)
    }
    if (!hasSlices(world)) return
    world.slices.hash(this.#begin())
    this.#end()
  }

  #column(column: { readonly [index: number]: number }, count: number): void {
    this.#begin().column(column, 0, count)
    this.#end()
  }

  #begin(): Hash64 {
    this.#leaf.reset()
    return this.#leaf
  }

  #end(): void {
    this.leaves[this.#at] = this.#leaf.lowWord()
    this.#highs[this.#at] = this.#leaf.highWord()
    this.#repeat()
  }

  #repeat(): void {
    this.total.u32(this.leaves[this.#at] as number)
    this.total.u32(this.#highs[this.#at] as number)
    this.#at++
  }
}

/** A game without slices has the hash it had before there were any. */
export function hasSlices(world: World): boolean {
  return (world.game.slices?.length ?? 0) > 0
}
