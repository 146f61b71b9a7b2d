import { ByteReader, type RingReader } from '@worldkeep/kernel'
import { frozenBytesMax, frozenRecordsMax } from '../limits.ts'

/**
 * Everything one tick takes in, copied out of the mailboxes before anything is applied: the tick is a function of the
 * world and of these bytes. What does not fit stays in its mailbox for the next tick. Does not allocate.
 */
export class FrozenInputs {
  count = 0
  /** The record selected by `select`; its `limit` is the record's end. */
  readonly body: ByteReader
  readonly #bytes = new Uint8Array(frozenBytesMax)
  readonly #kinds = new Uint8Array(frozenRecordsMax)
  readonly #starts = new Int32Array(frozenRecordsMax + 1)
  #used = 0

  constructor() {
    this.body = new ByteReader(this.#bytes)
  }

  clear(): void {
    this.count = 0
    this.#used = 0
  }

  /** Moves at most `recordsMax` records over, and gives their bytes back to the mailbox. How many were moved. */
  take(ring: RingReader, recordsMax: number): number {
    let taken = 0
    while (
      taken < recordsMax &&
      this.count < frozenRecordsMax &&
      this.#used + ring.nextBytes() <= frozenBytesMax &&
      ring.next()
    ) {
      const { position, limit } = ring.body
      this.#bytes.set(ring.memory().subarray(position, limit), this.#used)
      this.#kinds[this.count] = ring.kind
      this.#starts[this.count] = this.#used
      this.#used += limit - position
      this.count++
      this.#starts[this.count] = this.#used
      taken++
    }
    ring.release()
    return taken
  }

  kindOf(index: number): number {
    return this.#kinds[index] as number
  }

  select(index: number): ByteReader {
    this.body.reset(this.#starts[index] as number, this.#starts[index + 1] as number)
    return this.body
  }
}
