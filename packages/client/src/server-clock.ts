import { Lateness } from './lateness.ts'

/** What is told of a tick is in force from the tick before on: so much is needed when nothing is ever late. */
const marginTicks = 1

/** Longest display delay: what is later than this is drawn by extrapolation. */
const delayTicksMax = 10

/** Ticks by which the delay changes per tick: up within a second or two, down so slowly that one bad moment is not forgotten. */
const delayUpPerTick = 0.25
const delayDownPerTick = 0.02

/** A silence counts as this many ticks at most: whoever is heard again has not been measured meanwhile. */
const slewTicksMax = 20

/**
 * Which tick it is, as far as messages tell. Each message says "tick T has happened"; the least delayed of them are the
 * truth, so the estimate follows earlier ones at once and later ones slowly, and never jumps.
 */
export class ServerClock {
  readonly #tickHz: number
  #offsetTicks = 0
  readonly #lateness = new Lateness()
  #delayTicks = marginTicks
  #heardMs = 0
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
    this.#lateness.add(-error)
    this.#slewDelay(nowMs)
  }

  /** The tick now happening on the server, seen from here: its messages arrive just now. */
  tickAt(nowMs: number): number {
    return (nowMs * this.#tickHz) / 1000 + this.#offsetTicks
  }

  /** How far behind `tickAt` others are drawn, so that nearly all of what they did is known by then. */
  delayTicks(): number {
    return this.#delayTicks
  }

  newestTick(): number {
    return this.#newestTick
  }

  /** Ticks per second the server has really done, from the first message to the newest: a quiet world says little. */
  measuredTickHz(): number {
    const elapsedMs = this.#newestMs - this.#firstMs
    return elapsedMs < 1_000 ? this.#tickHz : ((this.#newestTick - this.#firstTick) * 1000) / elapsedMs
  }

  #slewDelay(nowMs: number): void {
    const elapsedTicks = Math.min(slewTicksMax, Math.max(0, ((nowMs - this.#heardMs) * this.#tickHz) / 1000))
    this.#heardMs = nowMs
    const change = Math.min(delayTicksMax, marginTicks + this.#lateness.bound()) - this.#delayTicks
    this.#delayTicks += Math.min(elapsedTicks * delayUpPerTick, Math.max(-elapsedTicks * delayDownPerTick, change))
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
