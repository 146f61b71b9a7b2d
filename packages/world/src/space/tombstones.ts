import { tombstonesMax } from '../limits.ts'

/**
 * Who left which cell, when, and on which channel: a bounded ring of departures, chained newest first per cell. A delta
 * from a baseline the ring no longer covers is impossible, and `covers` says so. Does not allocate after construction.
 */
export class Tombstones {
  /** Departures remembered at once. */
  readonly max = tombstonesMax
  /** Departures no longer known: baselines before them get whole cells instead of deltas. */
  forgottenCount = 0
  readonly #handles = new Uint32Array(tombstonesMax)
  readonly #ticks = new Int32Array(tombstonesMax)
  readonly #channels = new Uint16Array(tombstonesMax)
  /** Doubles, because a departure number outgrows 2^31 within months. */
  readonly #older = new Float64Array(tombstonesMax)
  readonly #newestOfCell: Float64Array
  #written = 0
  #forgottenTick = -1

  constructor(cells: number) {
    this.#newestOfCell = new Float64Array(cells).fill(-1)
  }

  add(cell: number, handle: number, tick: number, channel: number): void {
    const place = this.#written & (tombstonesMax - 1)
    if (this.#written >= tombstonesMax) {
      this.#forgottenTick = this.#ticks[place] as number
      this.forgottenCount++
    }
    this.#handles[place] = handle
    this.#ticks[place] = tick
    this.#channels[place] = channel
    this.#older[place] = this.#newestOfCell[cell] as number
    this.#newestOfCell[cell] = this.#written
    this.#written++
  }

  /** Whether every departure after `baseline` is still known. */
  covers(baseline: number): boolean {
    return baseline >= this.#forgottenTick
  }

  /** Newest departure of a cell after `baseline`, or -1. Walk on with `older`. */
  newest(cell: number, baseline: number): number {
    return this.#known(this.#newestOfCell[cell] as number, baseline)
  }

  older(seq: number, baseline: number): number {
    return this.#known(this.#older[seq & (tombstonesMax - 1)] as number, baseline)
  }

  handleAt(seq: number): number {
    return this.#handles[seq & (tombstonesMax - 1)] as number
  }

  channelAt(seq: number): number {
    return this.#channels[seq & (tombstonesMax - 1)] as number
  }

  #known(seq: number, baseline: number): number {
    if (seq < 0 || seq < this.#written - tombstonesMax) return -1
    return (this.#ticks[seq & (tombstonesMax - 1)] as number) > baseline ? seq : -1
  }
}
