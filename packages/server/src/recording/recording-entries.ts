import { ByteReader, ByteWriter } from '@worldkeep/kernel'
import { RecordKind } from '../core/mailboxes.ts'
import {
  type RecordedFault,
  type RecordedTick,
  readRecordedFault,
  readRecordedTick,
} from '../core/replay/recorded-entry.ts'
import { chunkRawBytesMax } from './recording-limits.ts'

/*
 * What a recording consists of. An entry's body is byte for byte the record that the tick put into its mailbox, so that
 * recording copies and never translates; a checkpoint of several parts is joined into part 0 of 1.
 *
 *     entry       kind u8 │ length varint │ body
 *     tick        tick u32 │ hash low u32 │ hash high u32 │ leaves varint, u32 each │ records varint, each:
 *                 kind u8 │ length varint │ bytes
 *     checkpoint  tick u32 │ part varint = 0 │ parts varint = 1 │ bytes up to the end
 *     gap         tick u32
 *     fault       tick u32 │ records as of a tick
 */

export type RecordingEntry =
  /** What a tick took in, and the hash of what came of it. Leaves in the order of the header's names. */
  | ({ readonly kind: 'tick' } & RecordedTick)
  /** The whole state after `tick`; the next tick recorded is the one after it. */
  | { readonly kind: 'checkpoint'; readonly tick: number; readonly bytes: Uint8Array }
  /** From `tick` on nothing is known, up to the next checkpoint. */
  | { readonly kind: 'gap'; readonly tick: number }
  /** A tick that failed; nothing follows it. */
  | ({ readonly kind: 'fault' } & RecordedFault)

/** Where entries go: kind in `RecordKind`, body as above. The body is only lent. */
export interface EntrySink {
  append(kind: number, body: Uint8Array): void
}

/** Kind and body of an entry, for who makes recordings by hand. */
export function encodeEntry(entry: RecordingEntry): { readonly kind: number; readonly body: Uint8Array } {
  const writer = ByteWriter.ofSize(bodyBytesMax(entry))
  writer.u32(entry.tick)
  if (entry.kind === 'gap') return { kind: RecordKind.RecordedGap, body: writer.copy() }
  if (entry.kind === 'checkpoint') {
    writer.varint(0)
    writer.varint(1)
    writer.raw(entry.bytes)
    return { kind: RecordKind.RecordedCheckpoint, body: writer.copy() }
  }
  if (entry.kind === 'tick') {
    writer.u32(entry.hashLow)
    writer.u32(entry.hashHigh)
    writer.varint(entry.leaves.length)
    for (const leaf of entry.leaves) writer.u32(leaf)
  }
  writer.varint(entry.records.length)
  for (const { kind, bytes } of entry.records) {
    writer.u8(kind)
    writer.varint(bytes.byteLength)
    writer.raw(bytes)
  }
  return { kind: entry.kind === 'tick' ? RecordKind.RecordedTick : RecordKind.RecordedFault, body: writer.copy() }
}

function bodyBytesMax(entry: RecordingEntry): number {
  if (entry.kind === 'gap') return 4
  if (entry.kind === 'checkpoint') return 6 + entry.bytes.byteLength
  const leaves = entry.kind === 'tick' ? entry.leaves.length : 0
  return 22 + leaves * 4 + entry.records.reduce((sum, { bytes }) => sum + 6 + bytes.byteLength, 0)
}

/** The entries of a chunk, whose bytes they keep; null when it is malformed. Entries of unknown kinds are left out. */
export function decodeEntries(chunk: Uint8Array): readonly RecordingEntry[] | null {
  if (chunk.byteLength > chunkRawBytesMax) return null
  const entries: RecordingEntry[] = []
  const reader = new ByteReader(chunk)
  while (reader.remaining() > 0) {
    const kind = reader.u8()
    const body = new ByteReader(reader.slice(reader.varint()))
    if (reader.failed) return null
    const entry = decodeBody(kind, body)
    if (body.failed) return null
    if (entry !== null) entries.push(entry)
  }
  return entries
}

/** Null: of a kind that is not known here. What is malformed has failed the reader. */
function decodeBody(kind: number, body: ByteReader): RecordingEntry | null {
  if (kind === RecordKind.RecordedTick) return { kind: 'tick', ...readRecordedTick(body) }
  if (kind === RecordKind.RecordedFault) return { kind: 'fault', ...readRecordedFault(body) }
  if (kind === RecordKind.RecordedCheckpoint) return decodeCheckpoint(body)
  return kind === RecordKind.RecordedGap ? { kind: 'gap', tick: body.u32() } : null
}

function decodeCheckpoint(body: ByteReader): RecordingEntry {
  const tick = body.u32()
  if (body.varint() !== 0 || body.varint() !== 1) body.fail()
  return { kind: 'checkpoint', tick, bytes: body.slice(body.remaining()) }
}
