import { assert, type Clock } from '@worldkeep/kernel'

/** One tick, top to bottom. The order is the contract (TICK-2). */
export const stages = ['poll', 'apply', 'simulate', 'extract', 'send'] as const
export type Stage = (typeof stages)[number]

/** A step of a tick. Hooks of one stage run by `order`, lowest first; no two may share one. */
export interface Hook {
  readonly name: string
  readonly stage: Stage
  readonly order: number
  run(tick: number): void
}

/** A hook not run for this many ticks is stale. */
const staleAfterTicks = 5

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

/**
 * The tick as a fixed list of hooks. Wiring is checked when it is built: a missing required hook, two hooks of one name
 * or two hooks of one place refuse the boot. Does not allocate per tick.
 */
export class Pipeline {
  readonly #hooks: readonly Hook[]
  readonly #runs: Float64Array
  readonly #lastTick: Float64Array
  readonly #stageIndexes: Int32Array
  readonly #clock: Clock
  /** Milliseconds each stage took in the last tick, in stage order. */
  readonly stageMs = new Float64Array(stages.length)

  constructor(hooks: readonly Hook[], required: readonly string[], clock: Clock) {
    const names = new Set(hooks.map((hook) => hook.name))
    const missing = required.filter((name) => !names.has(name))
    if (missing.length > 0) throw new PipelineMissingHooks(missing)
    requireDistinct(hooks)
    this.#hooks = [...hooks].sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage) || a.order - b.order)
    for (let i = 1; i < this.#hooks.length; i++) {
      const [a, b] = [this.#hooks[i - 1] as Hook, this.#hooks[i] as Hook]
      assert(a.stage !== b.stage || a.order !== b.order, `hooks ${a.name} and ${b.name} share ${a.stage}:${a.order}`)
    }
    this.#runs = new Float64Array(hooks.length)
    this.#lastTick = new Float64Array(hooks.length).fill(-1)
    this.#stageIndexes = Int32Array.from(this.#hooks, (hook) => stages.indexOf(hook.stage))
    this.#clock = clock
  }

  run(tick: number): void {
    let at = 0
    for (let stage = 0; stage < stages.length; stage++) {
      const startedMs = this.#clock.nowMs()
      for (; at < this.#hooks.length && this.#stageIndexes[at] === stage; at++) {
        this.#hooks[at]?.run(tick)
        this.#runs[at] = (this.#runs[at] as number) + 1
        this.#lastTick[at] = tick
      }
      this.stageMs[stage] = this.#clock.nowMs() - startedMs
    }
  }

  /** Hooks in the order they run, with their proof of life. Allocates. */
  report(tick: number): readonly HookReport[] {
    return this.#hooks.map((hook, index) => ({
      name: hook.name,
      stage: hook.stage,
      runs: this.#runs[index] as number,
      lastTick: this.#lastTick[index] as number,
      stale: tick - (this.#lastTick[index] as number) >= staleAfterTicks,
    }))
  }
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
