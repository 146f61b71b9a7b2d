import { assert } from '../assert.ts'
import type { ByteWriter } from './byte-writer.ts'

/** Most bits of one `bits`: together with the seven that may be waiting they fit a signed 32-bit integer. */
export const bitsMax = 24

/**
 * Runs of bits on top of a `ByteWriter`, lowest bit first, from one byte border to the next: `begin`, write, `end`.
 * Nobody else may write in between. Does not allocate after construction.
 */
export class BitWriter {
  #target: ByteWriter | null = null
  #waiting = 0
  #waitingCount = 0

  begin(target: ByteWriter): void {
    this.#target = target
    this.#waiting = 0
    this.#waitingCount = 0
  }

  /** The lowest `count` bits of `value`, 0 … 24 of them. */
  bits(value: number, count: number): void {
    const target = this.#target as ByteWriter
    this.#waiting |= (value & ((1 << count) - 1)) << this.#waitingCount
    this.#waitingCount += count
    while (this.#waitingCount >= 8) {
      target.u8(this.#waiting & 0xff)
      this.#waiting >>>= 8
      this.#waitingCount -= 8
    }
  }

  /**
   * Exponential Golomb code of order `order`: one bit more than `order` for values below 2^order, and two more for each
   * doubling. The sum of value and 2^order is below 2^24. (Teuhola, 1978.)
   */
  golomb(value: number, order: number): void {
    const shifted = value + (1 << order)
    const length = 31 - Math.clz32(shifted)
    assert(value >= 0 && length < bitsMax, 'golomb: value + 2^order is below 2^24')
    this.bits(0, length - order)
    this.bits(1, 1)
    this.bits(shifted, length)
  }

  /** Fills the last byte with zeroes. */
  end(): void {
    if (this.#waitingCount > 0) this.#target?.u8(this.#waiting)
    this.#target = null
  }
}

/** Bits a value takes as a plain number: 0 for 0, 8 for 255. */
export function bitLength(value: number): number {
  return 32 - Math.clz32(value)
}
