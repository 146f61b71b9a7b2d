import { assert } from '../assert.ts'
import { ringBytesMax, ringBytesMin } from '../limits.ts'
import { isPowerOfTwo } from '../units.ts'

/*
 * One-writer, one-reader ring over shared memory. Cursors count bytes, only grow, and wrap together at 2^32.
 *
 *          tail               head
 *       ┌───┬─▼─┬───┬───┬───┬─▼─┬───┬───┐
 *       │   │ ■ │ ■ │ ■ │ ■ │   │   │   │     head - tail = bytes unread
 *       └───┴───┴───┴───┴───┴───┴───┴───┘
 *
 * A record is [u32 length][u32 kind][length bytes], padded to 8. A record never wraps: where it would, the writer fills
 * the rest of the ring with one record of kind `paddingKind` and starts at the front. So a record of up to half the ring
 * always fits an empty ring, wherever the cursors stand, and a longer one is always refused.
 */

export const paddingKind = 0xffffffff

/** Words in front of the bytes. Head and tail stand a cache line apart, so that the two threads do not fight for it. */
export const RingWord = {
  Head: 0,
  RecordsIn: 1,
  RefusedCount: 2,
  RefusedBytes: 3,
  UnreadBytesHigh: 4,
  Tail: 16,
  RecordsOut: 17,
} as const

const headerBytes = 32 * 4

/** Shared memory of one ring and its bounds. Can be posted to another thread. */
export interface RingMemory {
  readonly shared: SharedArrayBuffer
  readonly recordsMax: number
}

/** `byteLength` is a power of two; `recordsMax` bounds the records that wait unread. */
export function createRing(options: { readonly byteLength: number; readonly recordsMax: number }): RingMemory {
  const { byteLength, recordsMax } = options
  assert(isPowerOfTwo(byteLength), 'a ring is a power of two bytes long')
  assert(byteLength >= ringBytesMin && byteLength <= ringBytesMax, 'ring length out of bounds')
  assert(recordsMax > 0, 'a ring holds at least one record')
  return { shared: new SharedArrayBuffer(headerBytes + byteLength), recordsMax }
}

export function ringWords(memory: RingMemory): Int32Array {
  return new Int32Array(memory.shared, 0, headerBytes / 4)
}

export function ringBytes(memory: RingMemory): Uint8Array {
  return new Uint8Array(memory.shared, headerBytes)
}

/** What happened to a ring so far; counts wrap at 2^32. Readable from any thread, at any moment. */
export interface RingCounters {
  readonly recordsIn: number
  readonly recordsOut: number
  readonly refusedCount: number
  readonly refusedBytes: number
  readonly unreadBytes: number
  readonly unreadBytesHigh: number
}

export function ringCounters(memory: RingMemory): RingCounters {
  const words = ringWords(memory)
  const load = (word: number): number => Atomics.load(words, word) >>> 0
  // The reader's words first: it may go on meanwhile, but what it has taken can never exceed what is then read as given.
  const recordsOut = load(RingWord.RecordsOut)
  const tail = load(RingWord.Tail)
  const unreadBytes = (load(RingWord.Head) - tail) >>> 0
  const ringLength = memory.shared.byteLength - headerBytes
  return {
    recordsIn: load(RingWord.RecordsIn),
    recordsOut,
    refusedCount: load(RingWord.RefusedCount),
    refusedBytes: load(RingWord.RefusedBytes),
    unreadBytes: unreadBytes < ringLength ? unreadBytes : ringLength,
    unreadBytesHigh: load(RingWord.UnreadBytesHigh),
  }
}
