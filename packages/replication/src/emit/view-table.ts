import { assert } from '@worldkeep/kernel'
import { cellOfCoordinate, type Zone } from '@worldkeep/world'
import { viewRadiusCellsMax } from '../limits.ts'
import { noBaseline } from './segment-encoder.ts'

export interface ViewOptions {
  readonly sessionsMax: number
  /** Cells from the middle to the edge of what is sent with every snapshot: 1 is a block of 3 x 3. */
  readonly radiusCells: number
  /** The same with the far ring around it, whose cells are sent less often. Not above `radiusCells`: there is none. */
  readonly farRadiusCells: number
  /** Snapshots from one delta of a far cell to the next. */
  readonly farEverySnapshots: number
  readonly ticksPerSnapshot: number
  /** How far beyond its cell's border an entity walks before its view moves. Doubled for the cell it just came from. */
  readonly hysteresisCm: number
}

const nowhere = -1

/** Middle cell of each session on one axis, and the cell it was before. */
interface Axis {
  readonly middle: Int32Array
  readonly cameFrom: Int32Array
}

/**
 * What each session sees, and what it knows of it: a square block of cells around a middle cell that follows its entity
 * with hysteresis, and a baseline for each cell of the block. Does not allocate after construction.
 */
export class ViewTable {
  readonly radiusCells: number
  /** Cells told of with every snapshot. */
  readonly nearCells: number
  /** Cells from the middle to the edge of the whole block. */
  readonly blockRadiusCells: number
  readonly farEverySnapshots: number
  readonly ticksPerSnapshot: number
  readonly middleX: Int32Array
  readonly middleZ: Int32Array
  /** Tick of the last snapshot this session was prepared for, `noBaseline` before the first. */
  readonly baseline: Int32Array
  /** 1: the next frame does not build on the one prepared last, and must state the view it goes on from. */
  readonly fresh: Uint8Array
  /** Views begun anew, and views set back to what the client is known to have. */
  refreshedCount = 0
  rewoundCount = 0
  readonly #zone: Int32Array
  readonly #alongX: Axis
  readonly #alongZ: Axis
  readonly #hysteresisCm: number
  readonly #blockWidth: number
  readonly #blockCells: number
  /**
   * Baseline of each cell of each block, and the tick it was last given whole. A cell keeps its place while the block moves
   * over it: the remainders of column and row by the width of the block.
   */
  readonly #baselines: Int32Array
  readonly #since: Int32Array

  constructor(options: ViewOptions) {
    const { sessionsMax, radiusCells } = options
    this.radiusCells = radiusCells
    this.nearCells = (radiusCells * 2 + 1) * (radiusCells * 2 + 1)
    this.blockRadiusCells = Math.max(radiusCells, options.farRadiusCells)
    assert(radiusCells >= 0 && this.blockRadiusCells <= viewRadiusCellsMax, 'view radius out of bounds')
    this.farEverySnapshots = options.farEverySnapshots
    this.ticksPerSnapshot = options.ticksPerSnapshot
    this.#hysteresisCm = options.hysteresisCm
    this.middleX = new Int32Array(sessionsMax).fill(nowhere)
    this.middleZ = new Int32Array(sessionsMax).fill(nowhere)
    this.baseline = new Int32Array(sessionsMax).fill(noBaseline)
    this.fresh = new Uint8Array(sessionsMax).fill(1)
    this.#zone = new Int32Array(sessionsMax).fill(nowhere)
    this.#alongX = { middle: this.middleX, cameFrom: new Int32Array(sessionsMax).fill(nowhere) }
    this.#alongZ = { middle: this.middleZ, cameFrom: new Int32Array(sessionsMax).fill(nowhere) }
    this.#blockWidth = this.blockRadiusCells * 2 + 1
    this.#blockCells = this.#blockWidth * this.#blockWidth
    this.#baselines = new Int32Array(sessionsMax * this.#blockCells).fill(noBaseline)
    this.#since = new Int32Array(sessionsMax * this.#blockCells).fill(noBaseline)
  }

  /** Forgets what the session has been given: its next frame carries the whole view. */
  refresh(session: number): void {
    if (this.baseline[session] !== noBaseline) this.refreshedCount++
    this.#forget(session)
  }

  /** Nobody sees through this session. */
  clear(session: number): void {
    this.#forget(session)
    this.#zone[session] = nowhere
    this.#forgetWhereFrom(session)
  }

  /**
   * The client has everything up to the frame of `tick` and nothing after it: goes on from there. A cell it was given whole
   * later than that is given whole again. Baselines may be older than what the client has: applying a change twice is
   * harmless. So a far cell counts as known up to one beat before, whenever its turn was.
   */
  rewind(session: number, tick: number): void {
    const beatTicks = this.farEverySnapshots * this.ticksPerSnapshot
    const known = this.blockRadiusCells > this.radiusCells ? tick - beatTicks : tick
    const first = session * this.#blockCells
    for (let place = first; place < first + this.#blockCells; place++) {
      const baseline = this.#baselines[place] as number
      if ((this.#since[place] as number) > tick || known < 0) this.#baselines[place] = noBaseline
      else if (baseline > known) this.#baselines[place] = known
    }
    this.baseline[session] = Math.min(this.baseline[session] as number, tick)
    this.fresh[session] = 1
    this.rewoundCount++
  }

  /** What the session knows of a cell of its block: a tick, `noBaseline` or `withheld`. */
  baselineOf(session: number, cx: number, cz: number): number {
    return this.#baselines[this.#placeOf(session, cx, cz)] as number
  }

  /** The session has been given everything of a cell up to `tick`, or nothing of it (`withheld`). */
  advance(session: number, cx: number, cz: number, to: { readonly baseline: number; readonly tick: number }): void {
    const place = this.#placeOf(session, cx, cz)
    if ((this.#baselines[place] as number) < 0 || to.baseline < 0) this.#since[place] = to.tick
    this.#baselines[place] = to.baseline
  }

  /** Moves the middle after the entity. True when it moved. A change of zone also asks for a fresh view. */
  follow(session: number, zone: Zone, xCm: number, zCm: number): boolean {
    if (this.#zone[session] !== zone.index) {
      this.#zone[session] = zone.index
      this.#forgetWhereFrom(session)
      this.middleX[session] = cellOfCoordinate(xCm, zone.cellCm)
      this.middleZ[session] = cellOfCoordinate(zCm, zone.cellCm)
      this.refresh(session)
      return true
    }
    const beforeX = this.middleX[session] as number
    const beforeZ = this.middleZ[session] as number
    const movedX = this.#followAxis(session, this.#alongX, zone, xCm)
    const movedZ = this.#followAxis(session, this.#alongZ, zone, zCm)
    if (!movedX && !movedZ) return false
    this.#forgetCellsThatCame(session, beforeX, beforeZ)
    return true
  }

  isInBlock(session: number, cx: number, cz: number): boolean {
    const radius = this.blockRadiusCells
    const dx = cx - (this.middleX[session] as number)
    const dz = cz - (this.middleZ[session] as number)
    return dx >= -radius && dx <= radius && dz >= -radius && dz <= radius
  }

  /**
   * Each axis has its own hysteresis, so that weaving along a border does not move the view again with every cell passed.
   * However wide the hysteresis, an entity never leaves its own block.
   */
  #followAxis(session: number, { middle, cameFrom }: Axis, zone: Zone, cm: number): boolean {
    const from = middle[session] as number
    const to = cellOfCoordinate(cm, zone.cellCm)
    if (to === from) return false
    const neededCm = to === cameFrom[session] ? this.#hysteresisCm * 2 : this.#hysteresisCm
    const isInBlock = Math.abs(to - from) <= this.radiusCells
    if (isInBlock && beyondBorderCm(cm, from, zone.cellCm) <= neededCm) return false
    cameFrom[session] = from
    middle[session] = to
    return true
  }

  /** Their places were those of the cells that left. */
  #forgetCellsThatCame(session: number, beforeX: number, beforeZ: number): void {
    const radius = this.blockRadiusCells
    const x = this.middleX[session] as number
    const z = this.middleZ[session] as number
    for (let cz = z - radius; cz <= z + radius; cz++) {
      for (let cx = x - radius; cx <= x + radius; cx++) {
        if (Math.abs(cx - beforeX) <= radius && Math.abs(cz - beforeZ) <= radius) continue
        this.#baselines[this.#placeOf(session, cx, cz)] = noBaseline
      }
    }
  }

  /** Cells may lie one block outside of the zone. */
  #placeOf(session: number, cx: number, cz: number): number {
    const width = this.#blockWidth
    return (session * width + ((cz + width) % width)) * width + ((cx + width) % width)
  }

  #forget(session: number): void {
    const first = session * this.#blockCells
    this.#baselines.fill(noBaseline, first, first + this.#blockCells)
    this.baseline[session] = noBaseline
    this.fresh[session] = 1
  }

  #forgetWhereFrom(session: number): void {
    this.#alongX.cameFrom[session] = nowhere
    this.#alongZ.cameFrom[session] = nowhere
  }
}

/** Distance outside of cell `cell` on one axis; 0 inside. */
function beyondBorderCm(cm: number, cell: number, cellCm: number): number {
  return Math.max(0, cell * cellCm - cm, cm - (cell + 1) * cellCm)
}
