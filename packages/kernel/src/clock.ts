/** Monotonic time. Adapters live in `server` and `client`; tests turn the hands themselves. */
export interface Clock {
  /** Milliseconds since an arbitrary fixed moment, fractions included. */
  nowMs(): number
}

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  #nowMs = 0
  nowMs(): number {
    return this.#nowMs
  }
  advanceMs(ms: number): void {
    this.#nowMs += ms
  }
}
