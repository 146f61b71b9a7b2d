import type { Clock } from '@worldkeep/kernel'
import { type Pipeline, stages } from '@worldkeep/world'
import { type TickBoard, tickBucketsMs, tickDurationsMax } from '../counters.ts'

/** What one interval counts for in the rate, once there have been many. */
const rateWeight = 0.05

/** Measures each tick once and writes it to the board. Does not allocate. */
export class TickMeter {
  readonly #board: TickBoard
  readonly #pipeline: Pipeline
  readonly #clock: Clock
  readonly #durations: Float32Array | null
  readonly #buckets: Int32Array
  readonly #stageSlots: Int32Array
  readonly #ticks: number
  readonly #sum: number
  readonly #min: number
  readonly #max: number
  readonly #overruns: number
  readonly #intervalMs: number
  readonly #tick: number
  readonly #hz: number
  #startedMs = 0
  #intervals = 0

  constructor(
    board: TickBoard,
    parts: {
      readonly pipeline: Pipeline
      readonly clock: Clock
      readonly tickHz: number
      readonly durations: Float32Array | null
    },
  ) {
    const { pipeline, clock, durations } = parts
    this.#intervalMs = 1000 / parts.tickHz
    this.#board = board
    this.#pipeline = pipeline
    this.#clock = clock
    this.#durations = durations
    this.#buckets = Int32Array.from(tickBucketsMs, (bucket) => board.slot(`tickMsBucket_${bucket}`))
    this.#stageSlots = Int32Array.from(stages, (stage) => board.slot(`stageMsSum_${stage}`))
    this.#ticks = board.slot('ticks')
    this.#sum = board.slot('tickMsSum')
    this.#min = board.slot('tickMsMin')
    this.#max = board.slot('tickMsMax')
    this.#overruns = board.slot('overruns')
    this.#tick = board.slot('tick')
    this.#hz = board.slot('actualTickHz')
  }

  begin(): void {
    const nowMs = this.#clock.nowMs()
    const sinceMs = nowMs - this.#startedMs
    // Smoothed over about a second at 20 Hz, so that one late tick does not read as another rate, nor the very first.
    if (this.#startedMs > 0 && sinceMs > 0) {
      const before = this.#board.get(this.#hz)
      const weight = Math.max(rateWeight, 1 / ++this.#intervals)
      this.#board.set(this.#hz, before === 0 ? 1000 / sinceMs : 1 / ((1 - weight) / before + (weight * sinceMs) / 1000))
    }
    this.#startedMs = nowMs
  }

  end(): void {
    const board = this.#board
    const tookMs = this.#clock.nowMs() - this.#startedMs
    // The duration first: whoever sees the count finds it there.
    if (this.#durations !== null) this.#durations[board.get(this.#ticks) & (tickDurationsMax - 1)] = tookMs
    board.add(this.#ticks, 1)
    board.add(this.#tick, 1)
    board.add(this.#sum, tookMs)
    if (tookMs > board.get(this.#max)) board.set(this.#max, tookMs)
    if (tookMs < board.get(this.#min) || board.get(this.#ticks) === 1) board.set(this.#min, tookMs)
    if (tookMs > this.#intervalMs) board.add(this.#overruns, 1)
    for (let i = 0; i < this.#buckets.length; i++) {
      if (tookMs <= (tickBucketsMs[i] as number)) board.add(this.#buckets[i] as number, 1)
    }
    for (let i = 0; i < stages.length; i++) {
      board.add(this.#stageSlots[i] as number, this.#pipeline.stageMs[i] as number)
    }
  }
}
