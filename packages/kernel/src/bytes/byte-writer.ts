import { utf8Length, utf8Write } from './utf8.ts'

/**
 * Little-endian cursor over a fixed span of bytes. Writing past the span sets `overflowed`, and from there on nothing
 * is written, not even what would fit: a caller checks once at the end. Does not allocate after construction.
 */
export class ByteWriter {
  bytes: Uint8Array
  position = 0
  limit = 0
  overflowed = false
  #view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.limit = bytes.byteLength
  }

  static ofSize(byteLength: number): ByteWriter {
    return new ByteWriter(new Uint8Array(byteLength))
  }

  /** Starts over inside `start` … `limit` of the same bytes. */
  reset(start = 0, limit: number = this.bytes.byteLength): void {
    this.position = start
    this.limit = limit
    this.overflowed = false
  }

  #take(count: number): number {
    const at = this.position
    if (this.overflowed || at + count > this.limit) {
      this.overflowed = true
      return -1
    }
    this.position = at + count
    return at
  }

  u8(value: number): void {
    const at = this.#take(1)
    if (at >= 0) this.bytes[at] = value
  }

  u16(value: number): void {
    const at = this.#take(2)
    if (at >= 0) this.#view.setUint16(at, value, true)
  }

  u32(value: number): void {
    const at = this.#take(4)
    if (at >= 0) this.#view.setUint32(at, value, true)
  }

  i32(value: number): void {
    const at = this.#take(4)
    if (at >= 0) this.#view.setInt32(at, value, true)
  }

  f64(value: number): void {
    const at = this.#take(8)
    if (at >= 0) this.#view.setFloat64(at, value, true)
  }

  /** Unsigned LEB128 of a u32: one byte below 128, five at most. */
  varint(value: number): void {
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.u8((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.u8(rest)
  }

  /** Signed 32-bit integer, small magnitudes first (zigzag over LEB128). */
  zigzag(value: number): void {
    this.varint((value << 1) ^ (value >> 31))
  }

  /** `count` bytes of `source` from `start`. */
  raw(source: Uint8Array, start = 0, count: number = source.byteLength - start): void {
    const at = this.#take(count)
    if (at < 0) return
    const target = this.bytes
    if (count > 48) target.set(source.subarray(start, start + count), at)
    else for (let i = 0; i < count; i++) target[at + i] = source[start + i] as number
  }

  /** Byte length as a varint, then UTF-8. */
  text(text: string): void {
    const byteLength = utf8Length(text)
    this.varint(byteLength)
    const at = this.#take(byteLength)
    if (at >= 0) utf8Write(text, this.bytes, at)
  }

  /** Overwrites one byte written earlier. */
  patchU8(at: number, value: number): void {
    this.bytes[at] = value
  }

  /** A copy of what was written since `start`. Allocates. */
  copy(start = 0): Uint8Array {
    return this.bytes.slice(start, this.position)
  }
}
