import { frameCellsMax } from '@worldkeep/wire'
import type { World, Zone } from '@worldkeep/world'
import { noBaseline, nothingNew, type SegmentEncoder, segmentRefused } from './segment-encoder.ts'
import type { ViewTable } from './view-table.ts'

/** What one session is to receive of one tick. Reused: valid until the next `recipe`. */
export interface Recipe {
  /** The client must forget its view first. */
  reset: boolean
  dropCount: number
  readonly drops: Int32Array
  segmentCount: number
  readonly segments: Int32Array
}

/** Turns views into recipes: which cells left, and which segments each session needs. Does not allocate. */
export class ViewEmitter {
  readonly recipe: Recipe = {
    reset: false,
    dropCount: 0,
    drops: new Int32Array(frameCellsMax),
    segmentCount: 0,
    segments: new Int32Array(frameCellsMax),
  }
  readonly #world: World
  readonly #views: ViewTable
  readonly #encoder: SegmentEncoder

  constructor(world: World, views: ViewTable, encoder: SegmentEncoder) {
    this.#world = world
    this.#views = views
    this.#encoder = encoder
  }

  /**
   * Fills `recipe` for a session whose view follows `slot`. False when a segment was refused: nothing may be sent, and
   * the view starts afresh with the next snapshot.
   */
  prepare(session: number, slot: number, tick: number): boolean {
    const { recipe } = this
    const views = this.#views
    const zone = this.#world.zoneOfEntity(slot)
    const { motion } = this.#world
    const beforeX = views.middleX[session] as number
    const beforeZ = views.middleZ[session] as number
    views.follow(session, zone, motion.xCmFloor(slot), motion.zCmFloor(slot))
    const baseline = views.baseline[session] as number
    recipe.reset = baseline === noBaseline
    recipe.dropCount = 0
    recipe.segmentCount = 0
    if (!recipe.reset) this.#listDrops(session, zone, beforeX, beforeZ)
    if (!this.#listSegments(session, zone, beforeX, beforeZ, baseline)) {
      views.refresh(session)
      return false
    }
    views.baseline[session] = tick
    return true
  }

  #listDrops(session: number, zone: Zone, beforeX: number, beforeZ: number): void {
    const { recipe } = this
    const radius = this.#views.radiusCells
    const x = this.#views.middleX[session] as number
    const z = this.#views.middleZ[session] as number
    if (x === beforeX && z === beforeZ) return
    for (let cz = beforeZ - radius; cz <= beforeZ + radius; cz++) {
      for (let cx = beforeX - radius; cx <= beforeX + radius; cx++) {
        if (!isInside(zone, cx, cz) || isWithin(cx, cz, x, z, radius)) continue
        recipe.drops[recipe.dropCount++] = zone.firstCell + cz * zone.cellsWide + cx
      }
    }
  }

  #listSegments(session: number, zone: Zone, beforeX: number, beforeZ: number, baseline: number): boolean {
    const { recipe } = this
    const radius = this.#views.radiusCells
    const x = this.#views.middleX[session] as number
    const z = this.#views.middleZ[session] as number
    for (let cz = z - radius; cz <= z + radius; cz++) {
      for (let cx = x - radius; cx <= x + radius; cx++) {
        if (!isInside(zone, cx, cz)) continue
        const known = isWithin(cx, cz, beforeX, beforeZ, radius) ? baseline : noBaseline
        const id = this.#encoder.segment(zone, zone.firstCell + cz * zone.cellsWide + cx, known)
        if (id === segmentRefused) return false
        if (id !== nothingNew) recipe.segments[recipe.segmentCount++] = id
      }
    }
    return true
  }
}

function isInside(zone: Zone, cx: number, cz: number): boolean {
  return cx >= 0 && cz >= 0 && cx < zone.cellsWide && cz < zone.cellsWide
}

function isWithin(cx: number, cz: number, x: number, z: number, radius: number): boolean {
  return Math.abs(cx - x) <= radius && Math.abs(cz - z) <= radius
}
