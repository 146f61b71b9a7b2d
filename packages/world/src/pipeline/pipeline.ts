import { assert, type Clock } from '@worldkeep/kernel'
import { TickGuard, TickPhase } from '../guard/tick-guard.ts'
import { hooksMax } from '../limits.ts'
import { Pulse } from './pulse.ts'

/** One tick, top to bottom. The order is the contract (TICK-2). */
export const stages = ['poll', 'apply', 'simulate', 'extract', 'send'] as const
export type Stage = (typeof stages)[number]

/** Where a step of a tick stands. Hooks of one stage run by `order`, lowest first; no two may share one. */
export interface HookPlace {
  readonly name: string
  readonly stage: Stage
  readonly order: number
}

/** A step of a tick. */
export interface Hook extends HookPlace {
  run(tick: number): void
}

export interface HookReport {
  readonly name: string
  readonly stage: Stage
  readonly runs: number
  readonly lastTick: number
  readonly stale: boolean
}

export class PipelineMissingHooks extends Error {
  override readonly name = 'PipelineMissingHooks'
  readonly code = 'RUNTIME_PIPELINE_MISSING_HOOKS'
  readonly missing: readonly string[]

  constructor(missing: readonly string[]) {
    super(`RUNTIME_PIPELINE_MISSING_HOOKS: ${missing.join(', ')}`)
    this.missing = missing
  }
}

/** In stage order. */
const phases = [TickPhase.Poll, TickPhase.Apply, TickPhase.Simulate, TickPhase.Extract, TickPhase.Send] as const

/**
 * The tick as a fixed list of hooks. Wiring is checked when it is built: a missing required hook, two hooks of one name
 * or two hooks of one place refuse the boot. Opens the guard for one stage after the other. Does not allocate per tick.
 */
export class Pipeline {
  /** In the order they run. */
  readonly hooks: readonly Hook[]
  /** Milliseconds each stage took in the last tick, in stage order. */
  readonly stageMs = new Float64Array(stages.length)
  readonly #stageIndexes: Int32Array
  readonly #clock: Clock
  readonly #guard: TickGuard
  readonly #pulse: Pulse

  constructor(
    hooks: readonly Hook[],
    required: readonly string[],
    parts: { readonly clock: Clock; readonly guard?: TickGuard; readonly pulse?: Pulse },
  ) {
    requireDistinct(hooks)
    assert(hooks.length <= hooksMax, `${hooks.length} hooks, at most ${hooksMax}`)
    this.hooks = [...hooks].sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || a.order - b.order)
    for (let i = 1; i < this.hooks.length; i++) {
      const [a, b] = [this.hooks[i - 1] as Hook, this.hooks[i] as Hook]
      assert(a.stage !== b.stage || a.order !== b.order, `hooks ${a.name} and ${b.name} share ${a.stage}:${a.order}`)
    }
    this.verify(required)
    this.#stageIndexes = Int32Array.from(this.hooks, (hook) => stages.indexOf(hook.stage))
    this.#clock = parts.clock
    this.#guard = parts.guard ?? new TickGuard()
    this.#pulse = parts.pulse ?? new Pulse()
  }

  /** Throws `PipelineMissingHooks` with the names of all that are missing. Asked again by whoever drives the ticks. */
  verify(required: readonly string[]): void {
    const names = new Set(this.hooks.map((hook) => hook.name))
    const missing = required.filter((name) => !names.has(name))
    if (missing.length > 0) throw new PipelineMissingHooks(missing)
  }

  /** What a hook throws comes through, and leaves guard and pulse where it happened: see `current` and `abandon`. */
  run(tick: number): void {
    let at = 0
    this.stageMs.fill(0)
    for (let stage = 0; stage < stages.length; stage++) {
      const startedMs = this.#clock.nowMs()
      this.#guard.enter(phases[stage] as TickPhase)
      for (; at < this.hooks.length && this.#stageIndexes[at] === stage; at++) {
        this.#pulse.enterHook(at)
        this.hooks[at]?.run(tick)
        this.#pulse.ran(at, tick)
      }
      this.stageMs[stage] = this.#clock.nowMs() - startedMs
    }
    this.abandon()
  }

  /** The hook that runs now, or that has thrown. */
  current(): HookPlace | null {
    return this.hooks[this.#pulse.hook()] ?? null
  }

  /** Ends the tick where it stands. */
  abandon(): void {
    this.#pulse.rest()
    this.#guard.leave()
  }

  /** Hooks in the order they run, with their proof of life. Allocates. */
  report(tick: number): readonly HookReport[] {
    return reportHooks(this.hooks, this.#pulse, tick)
  }
}

/** Proof of life of each of these hooks, which are in the order they run. */
export function reportHooks(hooks: readonly HookPlace[], pulse: Pulse, tick: number): readonly HookReport[] {
  return hooks.map(({ name, stage }, index) => ({
    name,
    stage,
    runs: pulse.runs(index),
    lastTick: pulse.lastTick(index),
    stale: pulse.isStale(index, tick),
  }))
}

function requireDistinct(hooks: readonly Hook[]): void {
  const names = new Set<string>()
  for (const { name, stage, order } of hooks) {
    assert(!names.has(name), `two hooks are named ${name}`)
    assert(stages.includes(stage), `hook ${name}: there is no stage ${stage}`)
    assert(Number.isFinite(order), `hook ${name}: its order is no number`)
    names.add(name)
  }
}
