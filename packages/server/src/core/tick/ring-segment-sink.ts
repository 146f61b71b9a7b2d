import type { ByteWriter, RingWriter } from '@worldkeep/kernel'
import type { SegmentSink } from '@worldkeep/replication'
import { RecordKind } from '../mailboxes.ts'

/** Writes segments straight into the outbound mailbox. */
export class RingSegmentSink implements SegmentSink {
  readonly #ring: RingWriter
  constructor(ring: RingWriter) {
    this.#ring = ring
  }

  /** The id is written when it is known: its place is kept in front. */
  #idAt = 0
  #record: ByteWriter | null = null

  begin(bytesMax: number): ByteWriter | null {
    const record = this.#ring.begin(bytesMax + 4)
    if (record === null) return null
    this.#record = record
    this.#idAt = record.position
    record.u32(0)
    return record
  }

  end(id: number): void {
    const record = this.#record as ByteWriter
    for (let i = 0; i < 4; i++) record.patchU8(this.#idAt + i, (id >>> (8 * i)) & 0xff)
    this.#ring.end(RecordKind.Segment)
  }
}
