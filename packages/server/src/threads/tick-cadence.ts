import type { Clock } from '@worldkeep/kernel'
import type { TickBoard } from '../core/counters.ts'

/** Slept through up to here, spun after: sleeping is late by up to a tenth of this. */
const spinMs = 1

/**
 * When the next tick is due. A late loop runs at most `maxCatchUpTicks` ticks without waiting; what it is late beyond
 * that is given up, counted, and the next deadline is one whole interval away. 0: never catch up.
 */
export class TickCadence {
  readonly #intervalMs: number
  readonly #maxCatchUpTicks: number
  readonly #clock: Clock
  readonly #board: TickBoard
  readonly #sleep = new Int32Array(new SharedArrayBuffer(4))
  #dueMs: number
  #caughtUp = 0

  constructor(options: { readonly tickHz: number; readonly maxCatchUpTicks: number }, clock: Clock, board: TickBoard) {
    this.#intervalMs = 1000 / options.tickHz
    this.#maxCatchUpTicks = options.maxCatchUpTicks
    this.#clock = clock
    this.#board = board
    this.#dueMs = clock.nowMs() + this.#intervalMs
  }

  /** Returns when a tick is due. Blocks the thread. */
  waitForTick(): void {
    const lateMs = this.#clock.nowMs() - this.#dueMs
    if (lateMs < this.#intervalMs) {
      this.#caughtUp = 0
      this.#sleepUntil(this.#dueMs)
      this.#dueMs += this.#intervalMs
      return
    }
    if (this.#caughtUp < this.#maxCatchUpTicks) {
      this.#caughtUp++
      this.#board.add(this.#board.slot('catchUpTicks'), 1)
      this.#dueMs += this.#intervalMs
      return
    }
    this.#caughtUp = 0
    this.#board.add(this.#board.slot('catchUpClamped'), 1)
    this.#dueMs = this.#clock.nowMs() + this.#intervalMs
  }

  #sleepUntil(dueMs: number): void {
    const sleepMs = dueMs - this.#clock.nowMs() - spinMs
    if (sleepMs > 0) Atomics.wait(this.#sleep, 0, 0, sleepMs)
    while (this.#clock.nowMs() < dueMs);
  }
}
