const none = -1

/**
 * Which cell each session's body belongs to: the middle of its view, which follows with hysteresis. Does not allocate
 * after construction.
 */
export class Handovers {
  /** Number of the cell, the one before it, and the tick it changed in; -1 where there is none yet. */
  readonly ownedCell: Int32Array
  readonly previousCell: Int32Array
  readonly handoverTick: Int32Array
  /** Tick in which the body was first seen outside of its cell. */
  readonly #strayedTick: Int32Array

  constructor(sessionsMax: number) {
    this.ownedCell = new Int32Array(sessionsMax).fill(none)
    this.previousCell = new Int32Array(sessionsMax).fill(none)
    this.handoverTick = new Int32Array(sessionsMax).fill(none)
    this.#strayedTick = new Int32Array(sessionsMax).fill(none)
  }

  clear(session: number): void {
    this.ownedCell[session] = none
    this.previousCell[session] = none
    this.handoverTick[session] = none
    this.#strayedTick[session] = none
  }

  /**
   * The body belongs to `owned` now and stands in `stood`. Ticks since it left the cell before when that is a handover,
   * else -1. The first cell is none.
   */
  settle(session: number, owned: number, stood: number, tick: number): number {
    const before = this.ownedCell[session] as number
    const strayed = this.#strayedTick[session] as number
    if (stood === owned) this.#strayedTick[session] = none
    else if (strayed === none || before !== owned) this.#strayedTick[session] = tick
    if (before === owned) return none
    this.ownedCell[session] = owned
    if (before === none) return none
    this.previousCell[session] = before
    this.handoverTick[session] = tick
    return strayed === none ? 0 : tick - strayed
  }
}
