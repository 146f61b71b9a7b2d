/** Where a tick is. One bit each, so that a permission is a mask and asking for it costs one `&`. */
export const TickPhase = {
  /** Between two ticks: nothing may change. */
  Closed: 1,
  /** Before the first tick: the world is filled, or restored. */
  Boot: 2,
  Poll: 4,
  Apply: 8,
  Simulate: 16,
  Extract: 32,
  Send: 64,
  /** After the last tick: goodbyes and last saves. */
  Stop: 128,
  /** A stage has failed. For good: nobody may touch or save what it left. */
  Failed: 256,
} as const
export type TickPhase = (typeof TickPhase)[keyof typeof TickPhase]

/** When a game may change its world. */
export const mutationPhases = TickPhase.Boot | TickPhase.Apply | TickPhase.Simulate

/** Something that belongs to the tick was called outside of the phases it is for. */
export class TickThreadOnly extends Error {
  override readonly name = 'TickThreadOnly'
  readonly code = 'TICK_THREAD_ONLY'
  /** What was called, as `docs/spec/guards.md` lists it. */
  readonly entry: string

  constructor(entry: string, phases: { readonly now: number; readonly allowed: number }) {
    super(`TICK_THREAD_ONLY: ${entry} is for ${namesOf(phases.allowed)}; now is ${namesOf(phases.now)}`)
    this.entry = entry
  }
}

/**
 * Who may touch the world now: one per world, asked by every entry that belongs to the tick, in production too. The
 * pipeline opens one phase per stage; outside of them the world is closed to everybody.
 */
export class TickGuard {
  #phase: TickPhase = TickPhase.Closed

  /** For what has no tick, such as a client's prediction of its own body: everything is allowed. */
  static open(): TickGuard {
    const guard = new TickGuard()
    guard.#phase = TickPhase.Apply
    return guard
  }

  phase(): TickPhase {
    return this.#phase
  }

  /**
   * Throws `TickThreadOnly` outside of the `allowed` phases, a mask of `TickPhase`. Measured: about 2 ns of the 6 that one
   * write of a column takes.
   */
  require(entry: string, allowed: number): void {
    if ((this.#phase & allowed) === 0) refuse(entry, this.#phase, allowed)
  }

  enter(phase: TickPhase): void {
    this.require('TickGuard.enter', ~TickPhase.Failed)
    this.#phase = phase
  }

  leave(): void {
    this.enter(TickPhase.Closed)
  }

  /** One phase for the time of `work`, and then the one of before. */
  during<T>(phase: TickPhase, work: () => T): T {
    const before = this.#phase
    this.enter(phase)
    const result = work()
    this.enter(before)
    return result
  }

  /** Closes for good. */
  fail(): void {
    this.#phase = TickPhase.Failed
  }
}

/** Apart, so that `require` is small enough to disappear into its callers. */
function refuse(entry: string, now: number, allowed: number): never {
  throw new TickThreadOnly(entry, { now, allowed })
}

function namesOf(mask: number): string {
  const names = Object.entries(TickPhase).filter(([, phase]) => (mask & phase) !== 0)
  return names.map(([name]) => name.toLowerCase()).join(', ')
}
