import type { TickBoard } from '../counters.ts'

/**
 * When the next tick is due. A late loop runs at most `maxCatchUpTicks` ticks without waiting; what it is late beyond
 * that is given up, counted as one clamp, and the next deadline is one whole interval away. 0: never catch up.
 */
export class TickSchedule {
  readonly #intervalMs: number
  readonly #maxCatchUpTicks: number
  readonly #board: TickBoard
  #dueMs: number
  #caughtUp = 0

  constructor(
    options: { readonly tickHz: number; readonly maxCatchUpTicks: number; readonly startMs: number },
    board: TickBoard,
  ) {
    this.#intervalMs = 1000 / options.tickHz
    this.#maxCatchUpTicks = options.maxCatchUpTicks
    this.#board = board
    this.#dueMs = options.startMs + this.#intervalMs
  }

  /** The moment to run the next tick at; in the past when it is to run at once. Call once per tick. */
  nextMs(nowMs: number): number {
    const dueMs = this.#dueMs
    if (nowMs - dueMs < this.#intervalMs) {
      this.#caughtUp = 0
    } else if (this.#caughtUp < this.#maxCatchUpTicks) {
      this.#caughtUp++
      this.#board.add(this.#board.slot('catchUpTicks'), 1)
    } else {
      this.#caughtUp = 0
      this.#board.add(this.#board.slot('catchUpClamped'), 1)
      this.#dueMs = nowMs + this.#intervalMs * 2
      return nowMs + this.#intervalMs
    }
    this.#dueMs += this.#intervalMs
    return dueMs
  }
}
