import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { assert, ByteWriter } from '@worldkeep/kernel'
import { decodeEntries, type EntrySink, type RecordingEntry } from './recording-entries.ts'
import { decodeHeader } from './recording-header.ts'
import { chunkPackedBytesMax, chunkRawBytesMax, chunkRawBytesTarget } from './recording-limits.ts'
import { type RecordingSource, sourceOf } from './recording-source.ts'

/*
 * The container of a recording, without any file: a header, and chunks that only ever are added at the end. A chunk is
 * whole or it is nothing, so a file that was cut anywhere is good up to the last whole one.
 *
 *     ┌────────┬─────────┬─────────┬─────────┬───
 *     │ header │ chunk 0 │ chunk 1 │ chunk 2 │ …
 *     └────────┴─────────┴─────────┴─────────┴───
 *
 *     chunk    length u32 │ crc32 of the packed bytes u32 │ crc32 of these eight u32 │ packed bytes of that length
 *     unpacked (deflate without a wrapper)     entry, entry, entry …
 *
 * The head has a checksum of its own, so that a damaged length is told from a file that was cut.
 */
const chunkHeadBytes = 12

/** How a recording ended, once all its entries have been read. */
export interface RecordingEnd {
  /** It stops within a chunk: whoever wrote it was killed. */
  readonly truncated: boolean
  /** Where a chunk is not what was written. */
  readonly corrupt: string | null
}

/** Gathers entries into one chunk. */
export class ChunkEncoder implements EntrySink {
  #raw = ByteWriter.ofSize(chunkRawBytesTarget)

  /** Uncompressed bytes so far. */
  byteLength(): number {
    return this.#raw.position
  }

  append(kind: number, body: Uint8Array): void {
    this.#reserve(body.byteLength + 6)
    this.#raw.u8(kind)
    this.#raw.varint(body.byteLength)
    this.#raw.raw(body)
    assert(!this.#raw.overflowed, 'a chunk outgrew what it reserved')
  }

  /** The chunk as it goes into the file; the next one begins. */
  finish(): Uint8Array {
    // The fastest level: a recording is written all the time and read almost never.
    const packed = deflateRawSync(this.#raw.bytes.subarray(0, this.#raw.position), { level: constants.Z_BEST_SPEED })
    assert(packed.byteLength <= chunkPackedBytesMax, 'a packed chunk is longer than any reader accepts')
    const chunk = new Uint8Array(chunkHeadBytes + packed.byteLength)
    const view = new DataView(chunk.buffer)
    view.setUint32(0, packed.byteLength, true)
    view.setUint32(4, crc32(packed), true)
    view.setUint32(8, crc32(chunk.subarray(0, 8)), true)
    chunk.set(packed, chunkHeadBytes)
    this.clear()
    return chunk
  }

  clear(): void {
    this.#raw.reset()
    // A checkpoint of many megabytes must not keep its room for the rest of the run.
    if (this.#raw.limit > 4 * chunkRawBytesTarget) this.#raw = ByteWriter.ofSize(chunkRawBytesTarget)
  }

  #reserve(count: number): void {
    const { position, limit, bytes } = this.#raw
    const needed = position + count
    assert(needed <= chunkRawBytesMax, 'a chunk is longer than any reader accepts')
    if (needed <= limit) return
    this.#raw = ByteWriter.ofSize(Math.max(needed, limit * 2))
    this.#raw.raw(bytes, 0, position)
  }
}

/**
 * All entries of one recording file up to its end, or to the first chunk that is not whole; the generator returns which.
 * Throws `RecordingError` for a header that cannot be read, and nothing else of its own.
 */
export function* entriesOf(recording: Uint8Array | RecordingSource): Generator<RecordingEntry, RecordingEnd> {
  const source = recording instanceof Uint8Array ? sourceOf(recording) : recording
  let position = decodeHeader(source).bytes
  for (let number = 0; ; number++) {
    const chunk = readChunk(source, position)
    if (chunk === 'truncated') return { truncated: true, corrupt: null }
    if (chunk === 'corrupt') return { truncated: false, corrupt: `corrupt at chunk ${number}` }
    if (chunk === 'end') return { truncated: false, corrupt: null }
    yield* chunk.entries
    position = chunk.end
  }
}

type Chunk = { readonly entries: readonly RecordingEntry[]; readonly end: number } | 'end' | 'truncated' | 'corrupt'

function readChunk(source: RecordingSource, position: number): Chunk {
  const left = source.byteLength - position
  if (left === 0) return 'end'
  if (left < chunkHeadBytes) return 'truncated'
  const head = source.read(position, chunkHeadBytes)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  // A file that became shorter while it was read.
  if (head.byteLength < chunkHeadBytes) return 'truncated'
  const length = view.getUint32(0, true)
  if (crc32(head.subarray(0, 8)) !== view.getUint32(8, true) || length > chunkPackedBytesMax) return 'corrupt'
  if (left - chunkHeadBytes < length) return 'truncated'
  const packed = source.read(position + chunkHeadBytes, length)
  if (crc32(packed) !== view.getUint32(4, true)) return 'corrupt'
  const entries = unpack(packed)
  return entries === null ? 'corrupt' : { entries, end: position + chunkHeadBytes + length }
}

function unpack(packed: Uint8Array): readonly RecordingEntry[] | null {
  try {
    const { buffer, byteOffset, byteLength } = inflateRawSync(packed, { maxOutputLength: chunkRawBytesMax })
    return decodeEntries(new Uint8Array(buffer, byteOffset, byteLength))
  } catch {
    // A peer's bytes: not deflate at all, or more than a chunk may hold.
    return null
  }
}
