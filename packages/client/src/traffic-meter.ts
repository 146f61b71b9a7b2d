/** What an overlay shows; a fresh object once a second. */
export interface ClientStats {
  /** Ticks per second the server really does. */
  readonly tickHz: number
  readonly serverTick: number
  readonly roundTripMs: number
  readonly bytesPerS: number
  readonly framesPerS: number
  readonly entitiesInView: number
  readonly interpolationDelayMs: number
}

export const emptyStats: ClientStats = {
  tickHz: 0,
  serverTick: 0,
  roundTripMs: 0,
  bytesPerS: 0,
  framesPerS: 0,
  entitiesInView: 0,
  interpolationDelayMs: 0,
}

/** Counts what arrives. */
export class TrafficMeter {
  /** Since the start: for benchmarks. */
  bytes = 0
  frames = 0
  #sinceMs = 0
  #bytesBefore = 0
  #framesBefore = 0

  received(byteLength: number): void {
    this.bytes += byteLength
  }

  framed(): void {
    this.frames++
  }

  /** Rates since the last call. */
  lap(nowMs: number): { readonly bytesPerS: number; readonly framesPerS: number } {
    const elapsedS = Math.max(0.001, (nowMs - this.#sinceMs) / 1000)
    const rates = {
      bytesPerS: (this.bytes - this.#bytesBefore) / elapsedS,
      framesPerS: (this.frames - this.#framesBefore) / elapsedS,
    }
    this.#sinceMs = nowMs
    this.#bytesBefore = this.bytes
    this.#framesBefore = this.frames
    return rates
  }
}
