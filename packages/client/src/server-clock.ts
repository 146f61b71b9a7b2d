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
  #newestMs = 0

  constructor(tickHz: number) {
    this.#tickHz = tickHz
  }

  heard(tick: number, nowMs: number): void {
    const sample = tick - (nowMs * this.#tickHz) / 1000
    const awayTicks = sample - this.#offsetTicks
    if (this.#samples === 0 || Math.abs(awayTicks) > this.#tickHz) this.#anchor(sample, { tick, nowMs, awayTicks })
    if (tick >= this.#newestTick) {
      this.#newestTick = tick
      this.#newestMs = nowMs
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

  /** Ticks per second the server has really done, from the first message to the newest: a quiet world says little. */
  measuredTickHz(): number {
    const elapsedMs = this.#newestMs - this.#firstMs
    return elapsedMs < 1_000 ? this.#tickHz : ((this.#newestTick - this.#firstTick) * 1000) / elapsedMs
  }

  /** More than a second off is no delay to filter: the server has been started anew, or all stood still for a while. */
  #anchor(sample: number, at: { readonly tick: number; readonly nowMs: number; readonly awayTicks: number }): void {
    this.#offsetTicks = sample
    // Late, and the count goes on: its rate is measured from where it was.
    if (this.#samples > 0 && at.awayTicks < 0 && at.tick >= this.#newestTick) return
    this.#newestTick = at.tick
    this.#firstTick = at.tick
    this.#firstMs = at.nowMs
  }
}
