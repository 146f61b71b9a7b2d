import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { goldenHashes, goldenTicks } from './game.ts'

/** One u64, little-endian, per tick. */
const goldenFile = fileURLToPath(new URL('world-20hz-600ticks.bin', import.meta.url))
export const goldenBytes = goldenTicks * 8

/** Plays the world of the recording and returns its bytes. */
export function play(): Uint8Array {
  const bytes = new Uint8Array(goldenBytes)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { low, high } of goldenHashes()) {
    view.setUint32(at, low, true)
    view.setUint32(at + 4, high, true)
    at += 8
  }
  return bytes
}

export function readRecording(): Uint8Array {
  return new Uint8Array(readFileSync(goldenFile))
}

/** Replaces the recording; see README.md for when that is right. */
export function record(): void {
  writeFileSync(goldenFile, play())
}

/** The first tick (counted from 1) in which two recordings differ, or null. */
export function firstDifference(one: Uint8Array, other: Uint8Array): number | null {
  const length = Math.max(one.byteLength, other.byteLength)
  for (let at = 0; at < length; at++) if (one[at] !== other[at]) return Math.floor(at / 8) + 1
  return null
}
