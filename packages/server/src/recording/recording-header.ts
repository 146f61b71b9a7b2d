import { crc32 } from 'node:zlib'
import { assert } from '@worldkeep/kernel'
import { z } from 'zod'
import { type CoreConfig, coreDefaults } from '../core/core-config.ts'
import { headerBytesMax } from './recording-limits.ts'
import type { RecordingSource } from './recording-source.ts'

/** Grows when an old reader would understand something wrong. A new kind of entry is no reason: it is passed over. */
const recordingFormatVersion = 1

const magic = 'WKRC'

/*
 *     magic WKRC │ format version u16 │ length u32 │ crc32 u32 │ JSON of that length
 *     0            4                    6            10          14
 *
 * The checksum covers the ten bytes in front of it and the JSON. These fields stay as they are in every version.
 */
const headBytes = 14

/** What one must know to play a recording again. */
export interface RecordingHeader {
  readonly game: {
    readonly name: string
    /** URL of the module that the game was loaded from. */
    readonly module: string
    readonly options: { readonly [name: string]: unknown }
  }
  readonly declarationsHash: string
  readonly config: CoreConfig
  /** ISO time of the node's start, for people. */
  readonly startedAt: string
  readonly worldkeepVersion: string
  /** What each leaf of a tick's hashes covers. */
  readonly leaves: readonly string[]
}

/** A recording cannot be read; the message says why. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
  readonly reason: RecordingErrorReason

  constructor(reason: RecordingErrorReason, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.reason = reason
  }
}

export type RecordingErrorReason =
  /** Something else, or nothing. */
  | 'not_a_recording'
  /** Of a later format than this program knows. */
  | 'newer_version'
  /** The process ended before the header was on the disk. */
  | 'header_cut'
  | 'header_damaged'
  /** The file system refuses; see `cause`. */
  | 'unreadable'

const shape = z.object({
  game: z.object({ name: z.string(), module: z.string(), options: z.record(z.string(), z.unknown()) }),
  declarationsHash: z.string(),
  config: z.record(z.string(), z.number()),
  startedAt: z.string(),
  worldkeepVersion: z.string(),
  leaves: z.array(z.string()),
})

/** The first bytes of a recording. */
export function encodeHeader(header: RecordingHeader): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header))
  assert(json.byteLength <= headerBytesMax, 'the header of a recording is too long: are the options of the game?')
  const bytes = new Uint8Array(headBytes + json.byteLength)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < magic.length; i++) bytes[i] = magic.charCodeAt(i)
  view.setUint16(4, recordingFormatVersion, true)
  view.setUint32(6, json.byteLength, true)
  bytes.set(json, headBytes)
  view.setUint32(10, headerChecksum(bytes), true)
  return bytes
}

/** The header, and where the chunks begin. Throws `RecordingError`. A setting newer than the recording has its default. */
export function decodeHeader(source: RecordingSource): { readonly header: RecordingHeader; readonly bytes: number } {
  const head = source.read(0, headBytes)
  for (let i = 0; i < Math.min(magic.length, head.byteLength); i++) {
    if (head[i] !== magic.charCodeAt(i))
      throw new RecordingError('not_a_recording', `${source.name} is not a recording.`)
  }
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const length = head.byteLength < headBytes ? 0 : view.getUint32(6, true)
  if (length > headerBytesMax) throw damaged(source)
  const bytes = source.read(0, headBytes + length)
  if (head.byteLength < headBytes || bytes.byteLength < headBytes + length) {
    throw new RecordingError('header_cut', `${source.name} ends within its header: nothing was recorded.`)
  }
  if (headerChecksum(bytes) !== view.getUint32(10, true)) throw damaged(source)
  const version = view.getUint16(4, true)
  if (version > recordingFormatVersion) {
    throw new RecordingError(
      'newer_version',
      `${source.name} has format ${version}, this program knows ${recordingFormatVersion}: read it with a later Worldkeep.`,
    )
  }
  return { header: parseHeader(bytes.subarray(headBytes), source), bytes: bytes.byteLength }
}

function parseHeader(json: Uint8Array, source: RecordingSource): RecordingHeader {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(json))
  } catch {
    throw damaged(source)
  }
  const parsed = shape.safeParse(value)
  if (!parsed.success) throw damaged(source)
  return { ...parsed.data, config: { ...coreDefaults, ...parsed.data.config } }
}

function headerChecksum(bytes: Uint8Array): number {
  return crc32(bytes.subarray(headBytes), crc32(bytes.subarray(0, 10)))
}

function damaged(source: RecordingSource): RecordingError {
  return new RecordingError('header_damaged', `The header of ${source.name} is damaged.`)
}
