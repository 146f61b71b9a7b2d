import { createRing, type RingMemory, RingWord, ringWords } from '../src/ring/ring-layout.ts'
import type { RingReader } from '../src/ring/ring-reader.ts'

export const byteLength = 1024

/** A ring whose cursors stand at `cursor`, as after that many bytes of use. */
export function ringAt(cursor: number, recordsMax = 1000): RingMemory {
  const memory = createRing({ byteLength, recordsMax })
  const words = ringWords(memory)
  words[RingWord.Head] = cursor | 0
  words[RingWord.Tail] = cursor | 0
  return memory
}

export function bodyOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed * 31 + i) & 0xff)
}

export function readAll(reader: RingReader): readonly (readonly [number, readonly number[]])[] {
  const all: (readonly [number, readonly number[]])[] = []
  while (reader.next()) all.push([reader.kind, [...reader.bytes()]])
  return all
}
