import type { Doorbell } from '@worldkeep/kernel'

/** What the tick has published is sent as soon as the doorbell rings, whichever way the thread sleeps meanwhile. */
export class OutboundWatch {
  readonly #core: { drain(): void }
  readonly #doorbell: Doorbell
  readonly #rang: () => void
  #seen = 0

  /** `rang` is told of every ring, before what is there is sent. */
  constructor(core: { drain(): void }, doorbell: Doorbell, rang: () => void = () => undefined) {
    this.#core = core
    this.#doorbell = doorbell
    this.#rang = rang
  }

  /** Wakes the thread, from any other or from itself. */
  ring(): void {
    this.#doorbell.ring()
  }

  /** Sends what is there; resolves at the next ring, or after `napMs`. The event loop turns meanwhile. */
  next(napMs: number): Promise<void> {
    this.#drain()
    return this.#doorbell.waitAsync(this.#seen, napMs)
  }

  /** Blocks the thread and its event loop until the doorbell rings, at most `restMs`; then sends what is there. */
  restFor(restMs: number): void {
    this.#doorbell.wait(this.#seen, restMs)
    if (this.#doorbell.seen() !== this.#seen) this.#drain()
  }

  /** Looks at the count first: what is published while this sends has rung again. */
  #drain(): void {
    const seen = this.#doorbell.seen()
    if (seen !== this.#seen) this.#rang()
    this.#seen = seen
    this.#core.drain()
  }
}
