import { assert } from '@worldkeep/kernel'
import { hooksMax } from '../limits.ts'

/** A hook not run for this many ticks is stale. */
const staleAfterTicks = 5

const headWords = 2
const words = headWords + hooksMax * 2

/**
 * What a tick is at, and what each hook has done, in memory that other threads may read: one store per step, nothing
 * allocated. Hooks and systems are numbered in the order they run.
 *
 *     f64 0      1        2        3             4        5
 *     ┌──────┬────────┬────────┬─────────────┬────────┬─────────────┬───
 *     │ hook │ system │ runs 0 │ last tick 0 │ runs 1 │ last tick 1 │ …     hook, system: -1 for none
 *     └──────┴────────┴────────┴─────────────┴────────┴─────────────┴───
 */
export class Pulse {
  readonly #words: Float64Array

  constructor(memory: SharedArrayBuffer = Pulse.create()) {
    assert(memory.byteLength === words * 8, 'a pulse has one size')
    this.#words = new Float64Array(memory)
  }

  /** Memory of a tick that has not begun. */
  static create(): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(words * 8)
    const pulse = new Pulse(memory)
    pulse.rest()
    for (let hook = 0; hook < hooksMax; hook++) pulse.#words[headWords + hook * 2 + 1] = -1
    return memory
  }

  hook(): number {
    return this.#words[0] as number
  }

  system(): number {
    return this.#words[1] as number
  }

  /** About to run a hook. */
  enterHook(hook: number): void {
    this.#words[0] = hook
  }

  /** About to run a system, or -1: done with them. */
  enterSystem(system: number): void {
    this.#words[1] = system
  }

  /** A hook has run. */
  ran(hook: number, tick: number): void {
    const at = headWords + hook * 2
    this.#words[at] = (this.#words[at] as number) + 1
    this.#words[at + 1] = tick
  }

  /** Between two ticks. */
  rest(): void {
    this.#words[0] = -1
    this.#words[1] = -1
  }

  runs(hook: number): number {
    return this.#words[headWords + hook * 2] as number
  }

  lastTick(hook: number): number {
    return this.#words[headWords + hook * 2 + 1] as number
  }

  isStale(hook: number, tick: number): boolean {
    return tick - this.lastTick(hook) >= staleAfterTicks
  }
}
