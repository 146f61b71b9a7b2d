import { assert, type ByteReader, type ByteWriter, type RingWriter } from '@worldkeep/kernel'

/** A record costs its bytes, its header, and padding. */
const recordOverheadBytes = 16

/**
 * The way to the persistence thread, with the room it has fixed at the start of each tick: whether something finds room
 * decides what happens to players, so it must not depend on how fast another thread reads in the meantime. The room is
 * frozen with the tick's other inputs, and a replay finds the same.
 */
export class JobsOutbox {
  readonly #ring: RingWriter
  #bytesLeft = 0
  #recordsLeft = 0

  constructor(ring: RingWriter) {
    this.#ring = ring
  }

  /** Writes down what there is room for. */
  look(record: ByteWriter): void {
    record.u32(this.#ring.roomBytes())
    record.u32(this.#ring.roomRecords())
  }

  /** From now on there is the room that `look` wrote down. */
  allow(record: ByteReader): void {
    this.#bytesLeft = record.u32()
    this.#recordsLeft = record.u32()
  }

  /** A record to fill, or null when this tick's room is used up. */
  begin(bytesMax: number): ByteWriter | null {
    const bytes = bytesMax + recordOverheadBytes
    if (bytes > this.#bytesLeft || this.#recordsLeft === 0) return null
    this.#bytesLeft -= bytes
    this.#recordsLeft--
    const record = this.#ring.begin(bytesMax)
    assert(record !== null, 'the mailbox of jobs has less room than it had')
    return record
  }

  end(kind: number): void {
    this.#ring.end(kind)
  }

  publish(): void {
    this.#ring.publish()
  }
}
