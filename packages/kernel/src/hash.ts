/**
 * Streaming 64-bit hash in two 32-bit lanes, for state hashes and declaration hashes. The lanes are MurmurHash3's x86
 * block mix (Appleby, 2011, public domain) with different constants and cross-feeding; not for secrets.
 * Does not allocate after construction.
 */
export class Hash64 {
  #low = 0
  #high = 0
  #words = 0

  reset(): void {
    this.#low = 0x2f0b4a87
    this.#high = 0x5bd1e995
    this.#words = 0
  }

  constructor() {
    this.reset()
  }

  u32(word: number): void {
    let mixed = Math.imul(word, 0xcc9e2d51)
    mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
    let low = this.#low ^ mixed
    low = (low << 13) | (low >>> 19)
    this.#low = (Math.imul(low, 5) + 0xe6546b64) | 0
    const high = this.#high ^ (mixed + low)
    this.#high = (Math.imul((high << 17) | (high >>> 15), 5) + 0x561ccd1b) | 0
    this.#words++
  }

  /** Hashes `count` elements of an integer column from `start`. */
  column(column: { readonly [index: number]: number }, start: number, count: number): void {
    for (let i = start; i < start + count; i++) this.u32(column[i] as number)
  }

  text(text: string): void {
    this.u32(text.length)
    for (let i = 0; i < text.length; i++) this.u32(text.charCodeAt(i))
  }

  /** Low half of the digest so far. Reading does not disturb the stream. */
  low(): number {
    return this.lowWord() >>> 0
  }

  /** High half of the digest so far. */
  high(): number {
    return this.highWord() >>> 0
  }

  /** The bits of `low` as a signed word, which an engine never boxes: for what is read in every tick. */
  lowWord(): number {
    return finalise(this.#low ^ this.#words ^ this.#high)
  }

  /** The bits of `high` as a signed word. */
  highWord(): number {
    return finalise((this.#high + Math.imul(this.#low, 0x85ebca6b) + this.#words) | 0)
  }

  /** Sixteen hex digits. Allocates: for logs and declarations, never per tick. */
  hex(): string {
    return hex32(this.high()) + hex32(this.low())
  }
}

function finalise(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
