import { bitsMax } from './bit-writer.ts'
import type { ByteReader } from './byte-reader.ts'

/**
 * Runs of bits of a peer, as `BitWriter` writes them: `begin`, read, `end`. What is malformed fails the reader
 * underneath, and yields zeroes from there on. Never throws.
 */
export class BitReader {
  #source: ByteReader
  #waiting = 0
  #waitingCount = 0

  constructor(source: ByteReader) {
    this.#source = source
  }

  begin(source: ByteReader): void {
    this.#source = source
    this.#waiting = 0
    this.#waitingCount = 0
  }

  /** The next `count` bits, 0 … 24 of them, as a number. */
  bits(count: number): number {
    while (this.#waitingCount < count) {
      this.#waiting |= this.#source.u8() << this.#waitingCount
      this.#waitingCount += 8
    }
    const value = this.#waiting & ((1 << count) - 1)
    this.#waiting >>>= count
    this.#waitingCount -= count
    return this.#source.failed ? 0 : value
  }

  /** A code of more than 24 bits behind its zeroes is none that anybody writes. */
  golomb(order: number): number {
    let length = order
    while (this.bits(1) === 0) {
      length++
      if (this.#source.failed || length >= bitsMax) return this.#fail()
    }
    if (length >= bitsMax) return this.#fail()
    const rest = this.bits(length)
    return this.#source.failed ? 0 : rest + (1 << length) - (1 << order)
  }

  /** What is left of the last byte must be zeroes: a value has one encoding. */
  end(): void {
    if (this.#waiting !== 0) this.#source.fail()
    this.#waitingCount = 0
  }

  #fail(): number {
    this.#source.fail()
    return 0
  }
}
