import { frameSegmentsMax } from '@worldkeep/wire'
import { Channel, type World, type Zone } from '@worldkeep/world'
import { Handovers } from './handovers.ts'
import { PrivateViews } from './private-views.ts'
import { noBaseline, nothingNew, type SegmentEncoder, segmentRefused, withheld } from './segment-encoder.ts'
import type { ViewTable } from './view-table.ts'

/** What one session is to receive of one tick. Reused: valid until the next `prepare`. */
export interface Recipe {
  /** The frame states where the block of the view is: it has moved, or the frame does not build on the one before. */
  statesView: boolean
  /** The frame goes on from a known state of the client, whatever was sent in between. */
  fresh: boolean
  middleX: number
  middleZ: number
  /** Entities of all cells of the view that are shown. */
  entityCount: number
  /** Ticks from leaving a cell to being handed over to the next; -1: nothing was handed over. */
  handoverTicks: number
  segmentCount: number
  readonly segments: Int32Array
}

/** Eighths of a view's bound that a cell must leave free to be shown again: no cell comes and goes with one entity. */
const returnEighths = 7

/**
 * Turns views into recipes: where the block is, and which segments each session needs. Cells are gone through from the
 * middle outwards; when a view would have more entities than it may, the cells farthest out are withheld, but never the
 * middle cell nor the one the viewer stands in. Does not allocate.
 */
export class ViewEmitter {
  readonly recipe: Recipe = {
    statesView: false,
    fresh: false,
    middleX: 0,
    middleZ: 0,
    entityCount: 0,
    handoverTicks: -1,
    segmentCount: 0,
    segments: new Int32Array(frameSegmentsMax),
  }
  /** Bytes for the session alone, beside the recipe's segments. */
  readonly own: PrivateViews
  readonly handovers: Handovers
  /** Cells taken from views that had too many entities. */
  withheldCount = 0
  readonly #world: World
  readonly #views: ViewTable
  readonly #encoder: SegmentEncoder
  readonly #entitiesMax: number
  /** Cells of a block relative to its middle, nearest first. */
  readonly #dx: Int8Array
  readonly #dz: Int8Array
  /** Room whose members the session's viewer was among. */
  readonly #rooms: Uint16Array
  readonly #at = { zone: null as unknown as Zone, cell: 0, baseline: 0 }
  readonly #given = { baseline: 0, tick: 0 }

  constructor(
    parts: { readonly world: World; readonly views: ViewTable; readonly encoder: SegmentEncoder },
    options: { readonly sessionsMax: number; readonly entitiesMax: number },
  ) {
    this.#world = parts.world
    this.#views = parts.views
    this.#encoder = parts.encoder
    this.#entitiesMax = options.entitiesMax
    this.own = new PrivateViews(parts.world, parts.views, options)
    this.handovers = new Handovers(options.sessionsMax)
    this.#rooms = new Uint16Array(options.sessionsMax)
    const offsets = offsetsOfBlock(parts.views.blockRadiusCells)
    this.#dx = Int8Array.from(offsets, ({ dx }) => dx)
    this.#dz = Int8Array.from(offsets, ({ dz }) => dz)
  }

  /** Nobody sees through this session. */
  clear(session: number): void {
    this.#views.clear(session)
    this.handovers.clear(session)
  }

  /** The client has everything up to the frame of `tick`, and nothing after it; `noBaseline`: nothing at all. */
  rewind(session: number, tick: number): void {
    if (tick !== noBaseline && this.own.isUnchangedSince(session, tick)) this.#views.rewind(session, tick)
    else this.#views.refresh(session)
  }

  /** Fills `recipe` and `own` for a session whose view follows `slot`. False when a segment was refused: set it back. */
  prepare(session: number, slot: number, tick: number): boolean {
    const { recipe } = this
    const views = this.#views
    const { motion, sight } = this.#world
    const zone = this.#world.zoneOfEntity(slot)
    const room = sight.roomOf[slot] as number
    if (room !== this.#rooms[session]) {
      this.#rooms[session] = room
      views.refresh(session)
    }
    const moved = views.follow(session, zone, motion.xCmFloor(slot), motion.zCmFloor(slot))
    recipe.fresh = views.fresh[session] === 1
    recipe.statesView = recipe.fresh || moved
    recipe.middleX = views.middleX[session] as number
    recipe.middleZ = views.middleZ[session] as number
    recipe.segmentCount = 0
    const owned = zone.firstCell + recipe.middleZ * zone.cellsWide + recipe.middleX
    const stood = this.#world.changes.cellOf[slot] as number
    recipe.handoverTicks = this.handovers.settle(session, owned, stood, tick)
    this.own.begin()
    if (views.baseline[session] === noBaseline) this.own.clear(session)
    else if (moved) this.own.dropOutside(session, zone)
    if (!this.#listCells(session, slot, zone, tick)) return false
    views.fresh[session] = 0
    views.baseline[session] = tick
    return true
  }

  #listCells(session: number, viewer: number, zone: Zone, tick: number): boolean {
    const { recipe } = this
    const { changes, cells, tombstones } = this.#world
    // Nobody is ever without themselves, also where they stand beside the middle cell.
    const ownCell = changes.cellOf[viewer] as number
    let entities = cells.counts[ownCell] as number
    for (let i = 0; i < this.#dx.length; i++) {
      const cx = recipe.middleX + (this.#dx[i] as number)
      const cz = recipe.middleZ + (this.#dz[i] as number)
      if (cx < 0 || cz < 0 || cx >= zone.cellsWide || cz >= zone.cellsWide) continue
      const cell = zone.firstCell + cz * zone.cellsWide + cx
      const baseline = this.#views.baselineOf(session, cx, cz)
      const count = cell === ownCell ? 0 : (cells.counts[cell] as number)
      if (i > 0 && cell !== ownCell && entities + count > this.#boundFor(baseline)) {
        if (baseline !== withheld && !this.#withhold(session, zone, cx, cz, tick)) return false
        continue
      }
      entities += count
      if (!this.#isDue(i, cx, cz, baseline, tick)) continue
      const known = baseline === withheld || !tombstones.covers(baseline) ? noBaseline : baseline
      if (!this.#listCell(session, viewer, zone, cell, known)) return false
      this.#given.baseline = tick
      this.#given.tick = tick
      this.#views.advance(session, cx, cz, this.#given)
    }
    recipe.entityCount = entities
    return true
  }

  /** How many entities a view may have with this cell: fewer when the cell would come back. */
  #boundFor(baseline: number): number {
    return baseline >= 0 ? this.#entitiesMax : Math.floor((this.#entitiesMax * returnEighths) / 8)
  }

  /** Near cells with every snapshot; far ones each in its turn, so that a tick has as much to do as the next. */
  #isDue(index: number, cx: number, cz: number, baseline: number, tick: number): boolean {
    const { nearCells, farEverySnapshots, ticksPerSnapshot } = this.#views
    if (baseline < 0 || index < nearCells) return true
    // Whoever missed a turn does not wait for the next: `rewind` relies on it.
    if (tick - baseline >= farEverySnapshots * ticksPerSnapshot) return true
    return (tick / ticksPerSnapshot + cx + 2 * cz) % farEverySnapshots === 0
  }

  #listCell(session: number, viewer: number, zone: Zone, cell: number, baseline: number): boolean {
    if (!this.#listSegment(zone, cell, baseline, Channel.Everybody)) return false
    const { sight } = this.#world
    if (!sight.inUse) return true
    const room = this.#rooms[session] as number
    if (room !== 0 && !this.#listSegment(zone, cell, baseline, room)) return false
    this.#at.zone = zone
    this.#at.cell = cell
    this.#at.baseline = baseline
    this.own.prepare(session, viewer, this.#at)
    return true
  }

  #withhold(session: number, zone: Zone, cx: number, cz: number, tick: number): boolean {
    const cell = zone.firstCell + cz * zone.cellsWide + cx
    if (!this.#listSegment(zone, cell, withheld, Channel.Everybody)) return false
    this.own.dropCell(session, cell)
    this.#given.baseline = withheld
    this.#given.tick = tick
    this.#views.advance(session, cx, cz, this.#given)
    this.withheldCount++
    return true
  }

  #listSegment(zone: Zone, cell: number, baseline: number, channel: number): boolean {
    const id = this.#encoder.segment(zone, cell, baseline, channel)
    if (id === segmentRefused) return false
    if (id !== nothingNew) this.recipe.segments[this.recipe.segmentCount++] = id
    return true
  }
}

function offsetsOfBlock(radius: number): readonly { readonly dx: number; readonly dz: number }[] {
  const offsets: { dx: number; dz: number }[] = []
  for (let dz = -radius; dz <= radius; dz++) for (let dx = -radius; dx <= radius; dx++) offsets.push({ dx, dz })
  const ringOf = ({ dx, dz }: { dx: number; dz: number }): number => Math.max(Math.abs(dx), Math.abs(dz))
  return offsets.toSorted((a, b) => ringOf(a) - ringOf(b) || a.dx * a.dx + a.dz * a.dz - b.dx * b.dx - b.dz * b.dz)
}
