import { assert } from './assert.ts'

/** Words of state, for hashing and checkpoints. */
export const randomStateWords = 4

/**
 * Seeded generator: xoshiro128** 1.1 (Blackman and Vigna, 2018), seeded through splitmix32. Integers only, so every
 * engine yields the same sequence. Does not allocate.
 */
export class Random {
  readonly state = new Uint32Array(randomStateWords)

  constructor(seed: number) {
    let word = seed >>> 0
    for (let i = 0; i < randomStateWords; i++) {
      word = (word + 0x9e3779b9) >>> 0
      let mixed = word
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
      this.state[i] = mixed ^ (mixed >>> 15)
    }
  }

  /** Uniform in 0 … 2^32 - 1. */
  nextU32(): number {
    return this.#nextWord() >>> 0
  }

  /** The same 32 bits, signed: that is always a small integer of the engine, which boxes no return value then. */
  #nextWord(): number {
    const s = this.state
    const s1 = s[1] as number
    const scrambled = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9)
    const shifted = s1 << 9
    s[2] = (s[2] as number) ^ (s[0] as number)
    s[3] = (s[3] as number) ^ s1
    s[1] = s1 ^ (s[2] as number)
    s[0] = (s[0] as number) ^ (s[3] as number)
    s[2] = (s[2] as number) ^ shifted
    s[3] = rotateLeft(s[3] as number, 11)
    return scrambled
  }

  /** Uniform integer in 0 … `bound` - 1 (Lemire's multiply-shift; bias below 2^-20 for the bounds games use). */
  below(bound: number): number {
    assert(bound >= 1 && bound <= 0x100000, 'Random.below: bound must be in 1 … 2^20')
    return Math.floor(((this.#nextWord() >>> 0) * bound) / 0x100000000)
  }

  /** Uniform integer in `min` … `max`, both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1)
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
