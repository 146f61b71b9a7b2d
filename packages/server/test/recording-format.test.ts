import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { coreDefaults } from '../src/core/core-config.ts'
import type { RecordingEntry } from '../src/recording/recording-entries.ts'
import { ChunkEncoder, entriesOf } from '../src/recording/recording-format.ts'
import { decodeHeader, encodeHeader, RecordingError } from '../src/recording/recording-header.ts'
import { chunkRawBytesMax } from '../src/recording/recording-limits.ts'
import { sourceOf } from '../src/recording/recording-source.ts'
import { appendTo, checkpoint, collect, gap, header, recordingOf, tick, ticks, whole } from './recording-parts.ts'

const u32 = fc.integer({ min: 0, max: 0xffffffff })
const anyBytes = fc.uint8Array({ maxLength: 300 })
const anyEntry: fc.Arbitrary<RecordingEntry> = fc.oneof(
  fc.record({
    kind: fc.constant('tick' as const),
    tick: u32,
    hashLow: u32,
    hashHigh: u32,
    leaves: fc.uint32Array({ maxLength: 20 }),
    records: fc.array(fc.record({ kind: fc.integer({ min: 0, max: 255 }), bytes: anyBytes }), { maxLength: 10 }),
  }),
  fc.record({ kind: fc.constant('checkpoint' as const), tick: u32, bytes: anyBytes }),
  fc.record({ kind: fc.constant('gap' as const), tick: u32 }),
)

/** A small recording of four chunks. */
const sample = [[checkpoint(0)], [tick(1), tick(2)], [gap(3)], [checkpoint(9), tick(10)]]

test('[RECORD-1] what goes in comes out: header and entries, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(fc.array(anyEntry, { maxLength: 6 }), { maxLength: 5 }), (chunks) => {
      const { bytes } = recordingOf(...chunks)
      expect(collect(entriesOf(bytes))).toEqual({ entries: chunks.flat(), end: whole })
      expect(decodeHeader(sourceOf(bytes)).header).toEqual(header)
    }),
  )
})

test('[RECORD-1] a checkpoint of many megabytes is one entry like any other', () => {
  const { bytes } = recordingOf([tick(6), checkpoint(7, 9_000_000)], [tick(8)])
  const [first, large, last] = collect(entriesOf(bytes)).entries
  expect([first, last]).toEqual([tick(6), tick(8)])
  expect(large?.kind === 'checkpoint' && Buffer.alloc(9_000_000, 7).equals(large.bytes)).toBe(true)
})

test('[RECORD-2] a recording cut at any byte gives the entries of its whole chunks', () => {
  const { bytes, ends } = recordingOf(...sample)
  const [headerEnd = 0, ...chunkEnds] = ends
  for (let cut = headerEnd; cut <= bytes.byteLength; cut++) {
    const wholeChunks = chunkEnds.filter((end) => end <= cut).length
    const { entries, end } = collect(entriesOf(bytes.subarray(0, cut)))
    expect(entries).toEqual(sample.slice(0, wholeChunks).flat())
    expect(end).toEqual({ truncated: !ends.includes(cut), corrupt: null })
  }
  for (let cut = 0; cut < headerEnd; cut++) {
    expect(reasonOf(() => collect(entriesOf(bytes.subarray(0, cut))))).toBe('header_cut')
  }
})

test('[RECORD-3] a changed bit ends the recording before its chunk, and says so', () => {
  const { bytes, ends } = recordingOf(...sample)
  const [headerEnd = 0, ...chunkEnds] = ends
  for (let bit = headerEnd * 8; bit < bytes.byteLength * 8; bit++) {
    const damaged = bytes.slice()
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
    const chunk = chunkEnds.findIndex((end) => bit >> 3 < end)
    const { entries, end } = collect(entriesOf(damaged))
    expect(end).toEqual({ truncated: false, corrupt: `corrupt at chunk ${chunk}` })
    expect(entries).toEqual(sample.slice(0, chunk).flat())
  }
})

test('[RECORD-3] chunks of any bytes, checksums right, never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (content, isPacked) => {
      const { entries, end } = collect(entriesOf(withChunk(isPacked ? deflateRawSync(content) : content)))
      expect(end.truncated).toBe(false)
      expect(entries.length === 0 || end.corrupt === null).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('[RECORD-3] a chunk that unpacks to more than any chunk may hold is corrupt', () => {
  const bomb = deflateRawSync(new Uint8Array(chunkRawBytesMax + 1))
  expect(collect(entriesOf(withChunk(bomb))).end.corrupt).toBe('corrupt at chunk 0')
})

test('[RECORD-3] a count of more than there is is corrupt, and nothing is allocated for it', () => {
  const hashes = [0, 0, 0, 0, 0, 0, 0, 0]
  const manyLeaves = [80, 17, 1, 0, 0, 0, ...hashes, 0xff, 0xff, 0xff, 0xff, 0x0f]
  const manyRecords = [80, 18, 1, 0, 0, 0, ...hashes, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]
  for (const raw of [manyLeaves, manyRecords])
    expect(collect(entriesOf(withChunk(deflateRawSync(Uint8Array.from(raw))))).end.corrupt).not.toBeNull()
})

test('[RECORD-4] what is no recording, too new, or damaged at its head is refused with a reason', () => {
  const bytes = encodeHeader(header)
  const other = new TextEncoder().encode('SQLite format 3 and much more')
  expect(reasonOf(() => decodeHeader(sourceOf(other)))).toBe('not_a_recording')
  expect(reasonOf(() => decodeHeader(sourceOf(new Uint8Array())))).toBe('header_cut')
  for (let at = 4; at < bytes.byteLength; at++) {
    const damaged = bytes.slice()
    damaged[at] = (damaged[at] as number) ^ 0x10
    expect(['header_damaged', 'header_cut'], `byte ${at}`).toContain(reasonOf(() => decodeHeader(sourceOf(damaged))))
  }
  const newer = bytes.slice()
  const view = new DataView(newer.buffer)
  view.setUint16(4, 2, true)
  view.setUint32(10, crc32(newer.subarray(14), crc32(newer.subarray(0, 10))), true)
  expect(() => decodeHeader(sourceOf(newer))).toThrow('this has format 2, this program knows 1')
  expect(reasonOf(() => decodeHeader(sourceOf(newer)))).toBe('newer_version')
})

test('[RECORD-5] entries of an unknown kind are passed over, and settings the recording does not know have defaults', () => {
  const encoder = new ChunkEncoder()
  appendTo(encoder, tick(1))
  encoder.append(250, Uint8Array.of(1, 2, 3, 4, 5))
  appendTo(encoder, tick(2))
  const { graceS: _unknown, ...older } = header.config
  const head = encodeHeader({ ...header, config: older as typeof header.config })
  const bytes = new Uint8Array(Buffer.concat([head, encoder.finish()]))
  expect(collect(entriesOf(bytes))).toEqual({ entries: ticks(1, 2), end: whole })
  expect(decodeHeader(sourceOf(bytes)).header.config.graceS).toBe(coreDefaults.graceS)
})

/** A recording of one chunk that holds these bytes, its checksums right. */
function withChunk(packed: Uint8Array): Uint8Array {
  const head = new Uint8Array(12)
  const view = new DataView(head.buffer)
  view.setUint32(0, packed.byteLength, true)
  view.setUint32(4, crc32(packed), true)
  view.setUint32(8, crc32(head.subarray(0, 8)), true)
  return new Uint8Array(Buffer.concat([encodeHeader(header), head, packed]))
}

function reasonOf(read: () => unknown): string | null {
  try {
    read()
    return null
  } catch (error) {
    if (error instanceof RecordingError) return error.reason
    throw error
  }
}
