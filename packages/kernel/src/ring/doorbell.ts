/** Words of shared memory one doorbell needs. */
export const doorbellBytes = 4

/**
 * Wakes one sleeping thread. The count only grows; a sleeper passes the count it last saw, so a ring between its look
 * and its sleep is never missed. Several rings that one thread reads may share its doorbell.
 */
export class Doorbell {
  readonly #word: Int32Array

  constructor(shared: SharedArrayBuffer, byteOffset = 0) {
    this.#word = new Int32Array(shared, byteOffset, 1)
  }

  static create(): SharedArrayBuffer {
    return new SharedArrayBuffer(doorbellBytes)
  }

  /** Count of rings so far, wrapping at 2^32. */
  seen(): number {
    return Atomics.load(this.#word, 0)
  }

  ring(): void {
    Atomics.add(this.#word, 0, 1)
    Atomics.notify(this.#word, 0)
  }

  /** Blocks until the count differs from `seen`, at most `timeoutMs`; an event loop stands still meanwhile. */
  wait(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#word, 0, seen, timeoutMs)
  }

  /** Resolves once the count differs from `seen`, or after `timeoutMs`. Does not keep an event loop alive by itself. */
  async waitAsync(seen: number, timeoutMs: number): Promise<void> {
    const outcome = Atomics.waitAsync(this.#word, 0, seen, timeoutMs)
    if (outcome.async) await outcome.value
  }
}
