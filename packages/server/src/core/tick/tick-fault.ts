import type { HookPlace } from '@worldkeep/world'

/** Something was thrown inside a tick: where, and what is needed to see it again. */
export class TickFault extends Error {
  override readonly name = 'TickFault'
  readonly tick: number
  readonly seed: number
  /** The hook that threw, and its stage; null between two hooks. */
  readonly hook: HookPlace | null
  /** The system that threw, where it was one. */
  readonly system: string | null

  constructor(
    at: {
      readonly tick: number
      readonly seed: number
      readonly hook: HookPlace | null
      readonly system: string | null
    },
    cause: unknown,
  ) {
    const { tick, seed, hook, system } = at
    const where = [`tick ${tick}`, `stage ${hook?.stage ?? 'none'}`, `hook ${hook?.name ?? 'none'}`]
    if (system !== null) where.push(`system ${system}`)
    super(`${where.join(', ')}, seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.tick = tick
    this.seed = seed
    this.hook = hook
    this.system = system
    // Only text crosses from thread to thread: the line that threw is in the stack of the cause.
    if (cause instanceof Error) this.stack = `${this.name}: ${this.message}\ncaused by ${cause.stack ?? cause.message}`
  }
}
