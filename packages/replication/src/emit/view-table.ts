import { assert } from '@worldkeep/kernel'
import { cellOfCoordinate, type Zone } from '@worldkeep/world'
import { viewRadiusCellsMax } from '../limits.ts'
import { noBaseline } from './segment-encoder.ts'

export interface ViewOptions {
  readonly sessionsMax: number
  /** Cells from the middle to the edge: 1 is a block of 3 x 3. */
  readonly radiusCells: number
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
 * What each session sees: a square block of cells around a middle cell that follows its entity, with hysteresis, so that
 * pacing along a border moves the view at most once. Does not allocate after construction.
 */
export class ViewTable {
  readonly radiusCells: number
  readonly middleX: Int32Array
  readonly middleZ: Int32Array
  /** Tick of the last snapshot this session was given whole; `noBaseline` asks for a fresh view. */
  readonly baseline: Int32Array
  readonly #zone: Int32Array
  readonly #alongX: Axis
  readonly #alongZ: Axis
  readonly #hysteresisCm: number

  constructor(options: ViewOptions) {
    assert(options.radiusCells >= 0 && options.radiusCells <= viewRadiusCellsMax, 'view radius out of bounds')
    this.radiusCells = options.radiusCells
    this.#hysteresisCm = options.hysteresisCm
    this.middleX = new Int32Array(options.sessionsMax).fill(nowhere)
    this.middleZ = new Int32Array(options.sessionsMax).fill(nowhere)
    this.baseline = new Int32Array(options.sessionsMax).fill(noBaseline)
    this.#zone = new Int32Array(options.sessionsMax).fill(nowhere)
    this.#alongX = { middle: this.middleX, cameFrom: new Int32Array(options.sessionsMax).fill(nowhere) }
    this.#alongZ = { middle: this.middleZ, cameFrom: new Int32Array(options.sessionsMax).fill(nowhere) }
  }

  /** Forgets what the session has been given: its next frame carries the whole view. */
  refresh(session: number): void {
    this.baseline[session] = noBaseline
  }

  clear(session: number): void {
    this.baseline[session] = noBaseline
    this.#zone[session] = nowhere
    this.#forgetWhereFrom(session)
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
    const movedX = this.#followAxis(session, this.#alongX, zone, xCm)
    const movedZ = this.#followAxis(session, this.#alongZ, zone, zCm)
    return movedX || movedZ
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

  #forgetWhereFrom(session: number): void {
    this.#alongX.cameFrom[session] = nowhere
    this.#alongZ.cameFrom[session] = nowhere
  }
}

/** Distance outside of cell `cell` on one axis; 0 inside. */
function beyondBorderCm(cm: number, cell: number, cellCm: number): number {
  return Math.max(0, cell * cellCm - cm, cm - (cell + 1) * cellCm)
}
