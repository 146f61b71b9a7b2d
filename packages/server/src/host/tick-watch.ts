import { type HookPlace, type HookReport, type Pulse, reportHooks } from '@worldkeep/world'
import type { Logger } from 'pino'
import { type BoardMemories, openPulse, openTickBoard, type TickBoard } from '../core/counters.ts'

/** One time without progress, as `/api/health` tells it. */
export interface TickStall {
  /** The tick that took so long. */
  readonly tick: number
  /** What it was at; null: between two ticks. */
  readonly stage: string | null
  readonly hook: string | null
  readonly system: string | null
  readonly startedAt: string
  readonly durationMs: number
  readonly ongoing: boolean
}

export interface TickWatchParts {
  readonly boards: BoardMemories
  readonly systems: readonly string[]
  readonly tickHz: number
  readonly watchdogMs: number
  readonly log: Logger
}

/** Looks per `watchdogMs`. */
const looksPerPatience = 5

/**
 * The host's eye on the tick thread, which has no event loop and cannot be asked: reads the pulse and says what the tick
 * is at when it gets no further. Never writes to what it watches.
 */
export class TickWatch {
  /** Times without progress since the start. */
  stalls = 0
  lastStall: TickStall | null = null
  readonly #parts: TickWatchParts
  readonly #board: TickBoard
  readonly #pulse: Pulse
  readonly #patienceMs: number
  #hooks: readonly HookPlace[] = []
  #timer: NodeJS.Timeout | undefined
  #seenTicks = -1
  #seenAtMs = 0
  #lookedAtMs = 0
  #stallBegan: { readonly ms: number; readonly at: string } | null = null

  constructor(parts: TickWatchParts) {
    this.#parts = parts
    this.#board = openTickBoard(parts.boards)
    this.#pulse = openPulse(parts.boards)
    // A slow world makes no progress between two ticks, and that is no stall.
    this.#patienceMs = Math.max(parts.watchdogMs, 2_000 / parts.tickHz)
  }

  /** The tick thread is ready, with these hooks in the order they run. */
  start(hooks: readonly HookPlace[]): void {
    this.#hooks = hooks
    this.#timer = setInterval(() => this.look(performance.now()), this.#patienceMs / looksPerPatience)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Each hook's proof of life, in the order they run. */
  hooks(): readonly HookReport[] {
    return reportHooks(this.#hooks, this.#pulse, this.#board.read('tick'))
  }

  /** Ticks per second, smoothed by the tick thread; falls also while there are none. */
  tickHz(): number {
    const measured = this.#board.read('actualTickHz')
    return this.lastStall?.ongoing === true ? Math.min(measured, 1_000 / this.lastStall.durationMs) : measured
  }

  /** Once in a while, with a time that only grows. */
  look(nowMs: number): void {
    const ticks = this.#board.read('ticks')
    // Whoever did not look for so long (a sleeping machine, a busy host) knows nothing about the tick.
    const wasAway = nowMs - this.#lookedAtMs > this.#patienceMs
    this.#lookedAtMs = nowMs
    if (ticks !== this.#seenTicks || wasAway) {
      this.#seenTicks = ticks
      this.#seenAtMs = nowMs
      if (!wasAway) this.#recover(nowMs)
      return
    }
    const stalledMs = nowMs - this.#seenAtMs
    if (this.#stallBegan !== null) this.#extend(nowMs)
    else if (stalledMs >= this.#patienceMs) this.#stall(stalledMs)
  }

  #stall(stalledMs: number): void {
    this.stalls++
    this.#stallBegan = { ms: this.#seenAtMs, at: new Date(Date.now() - stalledMs).toISOString() }
    const hook = this.#hooks[this.#pulse.hook()] ?? null
    this.lastStall = {
      tick: this.#board.read('tick') + (hook === null ? 0 : 1),
      stage: hook?.stage ?? null,
      hook: hook?.name ?? null,
      system: this.#parts.systems[this.#pulse.system()] ?? null,
      startedAt: this.#stallBegan.at,
      durationMs: Math.round(stalledMs),
      ongoing: true,
    }
    const { tick, stage, system, durationMs } = this.lastStall
    this.#parts.log.error({ tick, stage, hook: hook?.name, system, durationMs }, 'the tick gets no further')
  }

  #extend(nowMs: number): void {
    if (this.lastStall === null || this.#stallBegan === null) return
    this.lastStall = { ...this.lastStall, durationMs: Math.round(nowMs - this.#stallBegan.ms) }
  }

  #recover(nowMs: number): void {
    if (this.#stallBegan === null || this.lastStall === null) return
    this.#extend(nowMs)
    this.lastStall = { ...this.lastStall, ongoing: false }
    this.#stallBegan = null
    this.#parts.log.warn({ tick: this.lastStall.tick, durationMs: this.lastStall.durationMs }, 'the tick goes on')
  }
}
