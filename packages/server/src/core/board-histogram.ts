/** Upper bounds of the buckets of each histogram the threads keep, in the unit of its name. */
export const histogramBounds = {
  frameAgeMs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  frameBytes: [16, 32, 64, 128, 256, 512, 1024, 4096, 16_384, 65_536],
  frameEntities: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
  handoverMs: [50, 100, 200, 500, 1000, 2000, 5000],
} as const

export type HistogramName = keyof typeof histogramBounds
type HistogramCounter<Name extends HistogramName> = `${Name}Sum` | `${Name}Count` | `${Name}Bucket_${number}`

/** Names of a histogram's counters on its board: sum, count, and one for each bucket. */
export function histogramCounters<Name extends HistogramName>(name: Name): readonly HistogramCounter<Name>[] {
  return [`${name}Sum`, `${name}Count`, ...histogramBounds[name].map((bound) => `${name}Bucket_${bound}` as const)]
}

/** A board that has the counters of a histogram. */
interface HistogramBoard {
  slot(name: string): number
  add(slot: number, amount: number): void
}

/**
 * A histogram on a counter board, written by one thread. Each value is counted in the first bucket it fits into, and those
 * beyond the last in none; whoever reads adds them up. Does not allocate after construction.
 */
export class BoardHistogram {
  readonly #board: HistogramBoard
  readonly #bounds: readonly number[]
  readonly #buckets: Int32Array
  readonly #sum: number
  readonly #count: number

  constructor(board: HistogramBoard, name: HistogramName) {
    this.#board = board
    this.#bounds = histogramBounds[name]
    this.#buckets = Int32Array.from(histogramBounds[name], (bound) => board.slot(`${name}Bucket_${bound}`))
    this.#sum = board.slot(`${name}Sum`)
    this.#count = board.slot(`${name}Count`)
  }

  add(value: number): void {
    const board = this.#board
    board.add(this.#sum, value)
    board.add(this.#count, 1)
    let bucket = 0
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket++
    if (bucket < this.#bounds.length) board.add(this.#buckets[bucket] as number, 1)
  }
}
