/** Ticks added to the jitter when choosing how far behind to draw. */
const marginTicks = 1

/** Longest display delay: what is later than this is drawn by extrapolation. */
const delayTicksMax = 10

/**
 * Which tick it is, as far as messages tell. Each message says "tick T has happened"; the least delayed of them are the
 * truth, so the estimate follows earlier ones at once and later ones slowly, and never jumps.
 */
export class ServerClock {
  readonly #tickHz: number
  #offsetTicks = 0
  #jitterTicks = 0.5
  #samples = 0
  #firstTick = 0
  #firstMs = 0
  #newestTick = 0

  constructor(tickHz: number) {
    this.#tickHz = tickHz
  }

  heard(tick: number, nowMs: number): void {
    const sample = tick - (nowMs * this.#tickHz) / 1000
    if (tick > this.#newestTick) this.#newestTick = tick
    // More than a second off is another count, not a delay: the server has been started anew.
    if (this.#samples === 0 || Math.abs(sample - this.#offsetTicks) > this.#tickHz) {
      this.#offsetTicks = sample
      this.#newestTick = tick
      this.#firstTick = tick
      this.#firstMs = nowMs
    }
    this.#samples++
    const error = sample - this.#offsetTicks
    this.#offsetTicks += error * (error > 0 ? 0.25 : 0.02)
    this.#jitterTicks += (Math.abs(error) - this.#jitterTicks) * 0.05
  }

  /** The tick now happening on the server, seen from here: its messages arrive just now. */
  tickAt(nowMs: number): number {
    return (nowMs * this.#tickHz) / 1000 + this.#offsetTicks
  }

  /** How far behind `tickAt` others are drawn, so that what they did is known by then. */
  delayTicks(): number {
    return Math.min(delayTicksMax, marginTicks + this.#jitterTicks * 3)
  }

  newestTick(): number {
    return this.#newestTick
  }

  /** Ticks per second the server has really done since the first message. */
  measuredTickHz(nowMs: number): number {
    const elapsedMs = nowMs - this.#firstMs
    return elapsedMs < 1_000 ? this.#tickHz : ((this.#newestTick - this.#firstTick) * 1000) / elapsedMs
  }
}
