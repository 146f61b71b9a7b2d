import { utf8Read } from './utf8.ts'

/**
 * Little-endian cursor over bytes of a peer. Reading past the end, an overlong integer (a value has one encoding, the
 * shortest) or malformed text sets `failed` and yields zeroes from there on: a decoder reads everything and asks once.
 * Never throws.
 */
export class ByteReader {
  bytes: Uint8Array
  position = 0
  limit = 0
  failed = false
  #view: DataView

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.limit = bytes.byteLength
  }

  /** Starts over inside `start` … `limit` of the same bytes. */
  reset(start = 0, limit: number = this.bytes.byteLength): void {
    this.position = start
    this.limit = limit
    this.failed = false
  }

  /** Starts over on other bytes. Allocates one view. */
  over(bytes: Uint8Array): void {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.reset()
  }

  remaining(): number {
    return this.limit - this.position
  }

  fail(): void {
    this.failed = true
    this.position = this.limit
  }

  #take(count: number): number {
    const at = this.position
    if (at + count > this.limit) {
      this.fail()
      return -1
    }
    this.position = at + count
    return at
  }

  u8(): number {
    const at = this.#take(1)
    return at < 0 ? 0 : (this.bytes[at] as number)
  }

  u16(): number {
    const at = this.#take(2)
    return at < 0 ? 0 : this.#view.getUint16(at, true)
  }

  u32(): number {
    const at = this.#take(4)
    return at < 0 ? 0 : this.#view.getUint32(at, true)
  }

  i32(): number {
    const at = this.#take(4)
    return at < 0 ? 0 : this.#view.getInt32(at, true)
  }

  f64(): number {
    const at = this.#take(8)
    return at < 0 ? 0 : this.#view.getFloat64(at, true)
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8()
      // More than 32 bits; a last byte that adds nothing; or (then `u8` has yielded 0) the end of the bytes.
      if ((shift === 28 && byte > 0x0f) || (byte === 0 && shift > 0)) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
    this.fail()
    return 0
  }

  zigzag(): number {
    const value = this.varint()
    return (value >>> 1) ^ -(value & 1)
  }

  /** UTF-8 of at most `bytesMax` bytes, with its length in front. */
  text(bytesMax: number): string {
    const byteLength = this.varint()
    if (byteLength > bytesMax) {
      this.fail()
      return ''
    }
    const at = this.#take(byteLength)
    if (at < 0) return ''
    const text = utf8Read(this.bytes, at, byteLength)
    if (text === null) {
      this.fail()
      return ''
    }
    return text
  }

  /** A view of the next `count` bytes; valid as long as the underlying bytes are. */
  slice(count: number): Uint8Array {
    const at = this.#take(count)
    return at < 0 ? new Uint8Array(0) : this.bytes.subarray(at, at + count)
  }

  skip(count: number): void {
    this.#take(count)
  }
}
