import { assert, ByteReader, ByteWriter, type RingReader } from '@worldkeep/kernel'
import { frozenBytesMax, frozenRecordsMax, pollFaultsInRowMax } from '../limits.ts'

/** Records of the tick's own making, of eight bytes: one each time a poll is tried. Beside everything taken in. */
const ownRecordsMax = 8
assert(pollFaultsInRowMax < ownRecordsMax, 'a tick that is tried again has room for what it adds')

/**
 * Everything one tick takes in, copied out of the mailboxes before anything is applied: the tick is a function of the
 * world and of these bytes. What does not fit stays in its mailbox for the next tick. Does not allocate.
 */
export class FrozenInputs {
  count = 0
  /** The record selected by `select`; its `limit` is the record's end. */
  readonly body: ByteReader
  readonly #bytes = new Uint8Array(frozenBytesMax + ownRecordsMax * 8)
  readonly #kinds = new Uint8Array(frozenRecordsMax + ownRecordsMax)
  readonly #starts = new Int32Array(frozenRecordsMax + ownRecordsMax + 1)
  readonly #writer: ByteWriter
  #used = 0

  constructor() {
    this.body = new ByteReader(this.#bytes)
    this.#writer = new ByteWriter(this.#bytes)
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
      this.begin(limit - position).raw(ring.memory(), position, limit - position)
      this.end(ring.kind)
      taken++
    }
    ring.release()
    return taken
  }

  /** Whether the next record of this mailbox has to wait for another tick, whatever else it is to wait for. */
  isFullFor(ring: RingReader): boolean {
    return this.count >= frozenRecordsMax || this.#used + ring.nextBytes() > frozenBytesMax
  }

  /** A record of the tick's own making, or of a recording. There is always room for one more of the tick's own. */
  begin(bytesMax: number): ByteWriter {
    this.#writer.reset(this.#used, this.#used + bytesMax)
    return this.#writer
  }

  end(kind: number): void {
    assert(!this.#writer.overflowed, 'a frozen record outgrew what it reserved')
    this.#kinds[this.count] = kind
    this.#starts[this.count] = this.#used
    this.#used = this.#writer.position
    this.count++
    this.#starts[this.count] = this.#used
  }

  /** Everything frozen, as it lies: for the recorder. */
  writeTo(writer: ByteWriter): void {
    writer.varint(this.count)
    for (let i = 0; i < this.count; i++) {
      const start = this.#starts[i] as number
      const length = (this.#starts[i + 1] as number) - start
      writer.u8(this.#kinds[i] as number)
      writer.varint(length)
      writer.raw(this.#bytes, start, length)
    }
  }

  /** Most bytes `writeTo` takes now. */
  bytesMax(): number {
    return 5 + this.#used + this.count * 6
  }

  kindOf(index: number): number {
    return this.#kinds[index] as number
  }

  select(index: number): ByteReader {
    this.body.reset(this.#starts[index] as number, this.#starts[index + 1] as number)
    return this.body
  }
}
