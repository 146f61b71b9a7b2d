import { assert } from '../assert.ts'
import { ByteWriter } from '../bytes/byte-writer.ts'
import { ringAlignmentBytes, ringRecordHeaderBytes, ringRecordPartMax } from '../limits.ts'
import type { Doorbell } from './doorbell.ts'
import { paddingKind, type RingMemory, RingWord, ringBytes, ringWords } from './ring-layout.ts'

/**
 * Writing end of a ring. A full ring refuses the newest record, by count or by bytes, and counts which. A record longer
 * than half the ring is refused by bytes, also by an empty ring.
 *
 *     const record = ring.begin(64)        // null: refused, counted
 *     if (record !== null) { record.u32(7); ring.end(kind) }
 *     ring.publish()                       // a batch becomes visible and wakes the reader, once
 *
 * Does not allocate.
 */
export class RingWriter {
  /** Longest record an empty ring takes. */
  readonly recordBytesMax: number
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  readonly #headers: Uint32Array
  readonly #record: ByteWriter
  readonly #mask: number
  readonly #recordsMax: number
  readonly #doorbell: Doorbell | null
  #head = 0
  #published = 0
  #recordsIn = 0
  #start = -1

  constructor(memory: RingMemory, doorbell: Doorbell | null = null) {
    this.#words = ringWords(memory)
    this.#bytes = ringBytes(memory)
    this.#headers = new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength / 4)
    this.#record = new ByteWriter(this.#bytes)
    this.#mask = this.#bytes.byteLength - 1
    this.#recordsMax = memory.recordsMax
    this.recordBytesMax = this.#bytes.byteLength * ringRecordPartMax - ringRecordHeaderBytes
    this.#doorbell = doorbell
    this.#head = Atomics.load(this.#words, RingWord.Head) >>> 0
    this.#published = this.#head
    this.#recordsIn = Atomics.load(this.#words, RingWord.RecordsIn) >>> 0
  }

  /** A record of at most `bytesMax` bytes to fill, or null when the ring is full. */
  begin(bytesMax: number): ByteWriter | null {
    assert(this.#start < 0, 'RingWriter.begin: the last record was not ended')
    if (this.queuedRecords() >= this.#recordsMax) {
      Atomics.add(this.#words, RingWord.RefusedCount, 1)
      return null
    }
    const length = this.#bytes.byteLength
    const needed = paddedBytes(bytesMax)
    const at = this.#head & this.#mask
    const untilEnd = length - at
    const spent = needed > untilEnd ? untilEnd + needed : needed
    if (bytesMax > this.recordBytesMax || this.#unreadBytes() + spent > length) {
      Atomics.add(this.#words, RingWord.RefusedBytes, 1)
      return null
    }
    if (needed > untilEnd) {
      this.#headers[at >>> 2] = untilEnd - ringRecordHeaderBytes
      this.#headers[(at >>> 2) + 1] = paddingKind
      this.#head = (this.#head + untilEnd) >>> 0
    }
    this.#start = this.#head & this.#mask
    const bodyAt = this.#start + ringRecordHeaderBytes
    this.#record.reset(bodyAt, bodyAt + bytesMax)
    return this.#record
  }

  /** Closes the record opened by `begin` at its true length. `kind` is a u32, but not the last one: that is padding. */
  end(kind: number): void {
    const start = this.#start
    assert(start >= 0, 'RingWriter.end without begin')
    assert(kind >>> 0 !== paddingKind, 'RingWriter.end: this kind is the padding')
    assert(!this.#record.overflowed, 'RingWriter: a record outgrew what it reserved')
    const length = this.#record.position - start - ringRecordHeaderBytes
    this.#headers[start >>> 2] = length
    this.#headers[(start >>> 2) + 1] = kind
    this.#head = (this.#head + paddedBytes(length)) >>> 0
    this.#recordsIn = (this.#recordsIn + 1) >>> 0
    this.#start = -1
  }

  /** Drops the record opened by `begin`. */
  cancel(): void {
    assert(this.#start >= 0, 'RingWriter.cancel without begin')
    this.#start = -1
  }

  /** A whole record from bytes at hand. False when refused. */
  push(kind: number, body: Uint8Array): boolean {
    const record = this.begin(body.byteLength)
    if (record === null) return false
    record.raw(body)
    this.end(kind)
    return true
  }

  /** Makes every ended record visible and wakes the reader. Cheap when there is nothing new. */
  publish(): void {
    if (this.#published === this.#head) return
    this.#published = this.#head
    Atomics.store(this.#words, RingWord.RecordsIn, this.#recordsIn | 0)
    Atomics.store(this.#words, RingWord.Head, this.#head | 0)
    const unread = this.#unreadBytes()
    if (unread > Atomics.load(this.#words, RingWord.UnreadBytesHigh)) {
      Atomics.store(this.#words, RingWord.UnreadBytesHigh, unread)
    }
    this.#doorbell?.ring()
  }

  /** Ordinal of the last ended record. */
  recordsIn(): number {
    return this.#recordsIn
  }

  /** Ordinal of the last record the reader has released. */
  recordsOut(): number {
    return Atomics.load(this.#words, RingWord.RecordsOut) >>> 0
  }

  queuedRecords(): number {
    return (this.#recordsIn - this.recordsOut()) >>> 0
  }

  /**
   * Bytes of records, padding and headers included, that will fit from now on whatever the reader does: half of what is
   * free, because the other half may be lost to one record that does not fit before the end.
   */
  roomBytes(): number {
    return (this.#bytes.byteLength - this.#unreadBytes()) >>> 1
  }

  roomRecords(): number {
    return Math.max(0, this.#recordsMax - this.queuedRecords())
  }

  #unreadBytes(): number {
    return (this.#head - (Atomics.load(this.#words, RingWord.Tail) >>> 0)) >>> 0
  }
}

function paddedBytes(bodyBytes: number): number {
  return (ringRecordHeaderBytes + bodyBytes + ringAlignmentBytes - 1) & -ringAlignmentBytes
}
