/** Messages looked back on: five seconds of a busy world at 20 Hz. */
const samplesMax = 100

/** Of a hundred messages so many are waited for; the few that come later are corrected when they do. */
const percent = 95

/**
 * How late messages are, as a bound that nearly all of them keep: one stray message does not move it, and many do within a
 * second. Does not allocate after construction.
 */
export class Lateness {
  readonly #samples = new Float64Array(samplesMax)
  readonly #sorted = new Float64Array(samplesMax)
  #count = 0

  /** One message, in ticks after the moment it was expected; negative when it was early. */
  add(lateTicks: number): void {
    this.#samples[this.#count % samplesMax] = lateTicks
    this.#count++
  }

  /** Ticks within which nearly all messages come, not below 0. */
  bound(): number {
    const count = Math.min(this.#count, samplesMax)
    if (count === 0) return 0
    // Places without a sample sort behind all others.
    this.#sorted.fill(Number.POSITIVE_INFINITY)
    for (let i = 0; i < count; i++) this.#sorted[i] = this.#samples[i] as number
    this.#sorted.sort()
    return Math.max(0, this.#sorted[Math.ceil((count * percent) / 100) - 1] as number)
  }
}
