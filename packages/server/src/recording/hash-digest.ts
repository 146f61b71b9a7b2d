import { createHash } from 'node:crypto'
import type { Hash64 } from '@worldkeep/kernel'

/** One value for the hashes of many ticks: SHA-256 of all of them, u64 little-endian, in the order of the ticks. */
export class HashDigest {
  readonly #sha = createHash('sha256')
  readonly #words = new Uint8Array(8)
  readonly #view = new DataView(this.#words.buffer)

  add(hash: Hash64): void {
    this.#view.setUint32(0, hash.low(), true)
    this.#view.setUint32(4, hash.high(), true)
    this.#sha.update(this.#words)
  }

  /** Ends it: 64 hex digits. */
  hex(): string {
    return this.#sha.digest('hex')
  }
}
