/** Shortest rest, and what is slept while nobody knows when the next tick comes. */
const restMinMs = 4

/** Longest rest: a ping waits as long. */
const restMaxMs = 16

/** So long before the next tick everything that has come is read: a few hundred inputs take a millisecond or two. */
const leadMs = 4

/**
 * How long the gateway may leave its sockets alone, so that inputs are read a few times between two ticks and once more
 * just before the next. Every waking costs some 40 us of CPU time, whatever it brings. Time is passed in.
 */
export class RestPlan {
  readonly #tickIntervalMs: number
  #publishedMs = Number.NEGATIVE_INFINITY

  constructor(tickIntervalMs: number) {
    this.#tickIntervalMs = tickIntervalMs
  }

  /** The tick has just published: the next one is an interval away. */
  published(nowMs: number): void {
    this.#publishedMs = nowMs
  }

  restMs(nowMs: number): number {
    const leftMs = this.#publishedMs + this.#tickIntervalMs - leadMs - nowMs
    if (leftMs <= 1) return restMinMs
    return leftMs / Math.ceil(leftMs / restMaxMs)
  }
}
