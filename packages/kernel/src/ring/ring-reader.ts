import { ByteReader } from '../bytes/byte-reader.ts'
import { ringAlignmentBytes, ringRecordHeaderBytes } from '../limits.ts'
import { paddingKind, type RingMemory, RingWord, ringBytes, ringWords } from './ring-layout.ts'

/** No varint, no small number, no text: what is read after its release does not look like anything. */
const poisonByte = 0xdd

/**
 * Reading end of a ring. Records stay where they are, and stay valid, until `release` gives their bytes back.
 *
 *     while (ring.next()) use(ring.kind, ring.body)
 *     ring.release()
 *
 * Does not allocate.
 */
export class RingReader {
  kind = 0
  /** Positioned on the current record; its `limit` is the record's end. */
  readonly body: ByteReader
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  readonly #headers: Uint32Array
  readonly #mask: number
  readonly #poison: boolean
  #cursor = 0
  #recordsOut = 0

  /** `poison`: what is given back is overwritten first, so that a test sees who still reads it. */
  constructor(memory: RingMemory, options: { readonly poison: boolean } = { poison: false }) {
    this.#poison = options.poison
    this.#words = ringWords(memory)
    this.#bytes = ringBytes(memory)
    this.#headers = new Uint32Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength / 4)
    this.body = new ByteReader(this.#bytes)
    this.#mask = this.#bytes.byteLength - 1
    this.#cursor = Atomics.load(this.#words, RingWord.Tail) >>> 0
    this.#recordsOut = Atomics.load(this.#words, RingWord.RecordsOut) >>> 0
  }

  /** Steps to the next published record. False when there is none. */
  next(): boolean {
    const head = Atomics.load(this.#words, RingWord.Head) >>> 0
    while (this.#cursor !== head) {
      const at = this.#cursor & this.#mask
      const length = this.#headers[at >>> 2] as number
      const kind = this.#headers[(at >>> 2) + 1] as number
      const padded = (ringRecordHeaderBytes + length + ringAlignmentBytes - 1) & -ringAlignmentBytes
      this.#cursor = (this.#cursor + padded) >>> 0
      if (kind === paddingKind) continue
      this.kind = kind
      this.#recordsOut = (this.#recordsOut + 1) >>> 0
      const bodyAt = at + ringRecordHeaderBytes
      this.body.reset(bodyAt, bodyAt + length)
      return true
    }
    return false
  }

  /** Length of the record that `next` would step to; 0 when there is none, or when it is empty. */
  nextBytes(): number {
    const head = Atomics.load(this.#words, RingWord.Head) >>> 0
    let cursor = this.#cursor
    while (cursor !== head) {
      const at = cursor & this.#mask
      const length = this.#headers[at >>> 2] as number
      if (this.#headers[(at >>> 2) + 1] !== paddingKind) return length
      cursor = (cursor + ringRecordHeaderBytes + length) >>> 0
    }
    return 0
  }

  /** What `body` has not read of the current record, in shared memory: valid until `release`. Allocates one view. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(this.body.position, this.body.limit)
  }

  /** Where all records live, for readers that keep offsets until `release`. */
  memory(): Uint8Array {
    return this.#bytes
  }

  /** Gives back every record stepped over so far. */
  release(): void {
    if (this.#poison) this.#overwrite()
    Atomics.store(this.#words, RingWord.RecordsOut, this.#recordsOut | 0)
    Atomics.store(this.#words, RingWord.Tail, this.#cursor | 0)
  }

  /** The reader owns the bytes until the tail is stored. */
  #overwrite(): void {
    const tail = Atomics.load(this.#words, RingWord.Tail) >>> 0
    const count = (this.#cursor - tail) >>> 0
    for (let i = 0; i < count; i++) this.#bytes[(tail + i) & this.#mask] = poisonByte
  }

  isEmpty(): boolean {
    return Atomics.load(this.#words, RingWord.Head) >>> 0 === this.#cursor
  }
}
