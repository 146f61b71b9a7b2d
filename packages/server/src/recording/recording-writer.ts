import { mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { assert, type Clock } from '@worldkeep/kernel'
import type { RecorderBoard, RecorderCounter } from '../core/counters.ts'
import { RecordKind } from '../core/mailboxes.ts'
import type { EntrySink } from './recording-entries.ts'
import { RecordingFile } from './recording-file.ts'
import { ChunkEncoder } from './recording-format.ts'
import { encodeHeader, type RecordingHeader } from './recording-header.ts'
import { chunkRawBytesTarget } from './recording-limits.ts'
import { SegmentFiles } from './segment-files.ts'

export type RecordingTarget =
  /** Segment files: the newest that cover `keepTicks`, and no more than `keepBytes` of them. */
  | { readonly kind: 'folder'; readonly path: string; readonly keepTicks: number; readonly keepBytes: number }
  /** One file that keeps all. A file that is there already is set aside as `PATH.old`. */
  | { readonly kind: 'file'; readonly path: string }

export type RecordingEvent =
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Entries reach the disk again. */
  | { readonly kind: 'resumed'; readonly path: string }

export interface RecordingWriterParts {
  readonly target: RecordingTarget
  readonly header: RecordingHeader
  readonly board: RecorderBoard
  readonly clock: Clock
  /** For the log: failures, once a minute however often they happen, and when they are over. */
  readonly report: (event: RecordingEvent) => void
}

/** Least time between two reports of failures. */
const reportIntervalMs = 60_000

/**
 * Writes entries to the disk in chunks: at each `flush`, and before when there is a lot. A recording begins with a
 * checkpoint, and so does every segment file, so that each can be played alone.
 *
 * A disk that fails never fails the caller. It is counted, the file is left at its last whole chunk, and recording goes on
 * with the next checkpoint if the disk lets it.
 */
export class RecordingWriter implements EntrySink {
  readonly #parts: RecordingWriterParts
  readonly #header: Uint8Array
  readonly #chunk = new ChunkEncoder()
  /** Null when everything goes into a single file. */
  readonly #segments: SegmentFiles | null
  /** Null: nothing is written until the next checkpoint. */
  #file: RecordingFile | null = null
  /** Whole chunks of the single file, for going on behind them. 0: it has not been begun. */
  #singleBytes = 0
  #isSetAside = false
  #ticksInChunk = 0
  #newestTick = 0
  #reportedAtMs = Number.NEGATIVE_INFINITY
  #isFailureReported = false

  constructor(parts: RecordingWriterParts) {
    const { target } = parts
    this.#parts = parts
    this.#header = encodeHeader(parts.header)
    this.#segments = target.kind === 'folder' ? new SegmentFiles(target) : null
  }

  append(kind: number, body: Uint8Array): void {
    assert(body.byteLength >= 4, 'an entry begins with its tick')
    const tick = new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true)
    if (kind !== RecordKind.RecordedGap) this.#newestTick = tick
    if (kind === RecordKind.RecordedCheckpoint) this.#begin(tick)
    if (this.#file === null) return
    this.#chunk.append(kind, body)
    if (kind === RecordKind.RecordedTick) this.#ticksInChunk++
    if (kind === RecordKind.RecordedGap) this.#count('gaps', 1)
    if (this.#chunk.byteLength() >= chunkRawBytesTarget) this.flush()
  }

  /** Writes what has come since the last time. */
  flush(): void {
    const file = this.#file
    if (file === null || this.#chunk.byteLength() === 0) return
    const ticks = this.#ticksInChunk
    const bytes = this.#chunk.finish()
    this.#ticksInChunk = 0
    try {
      this.#segments?.requireRoom(bytes.byteLength)
      file.append(bytes)
    } catch (error) {
      this.#giveUpFile(file)
      this.#fail(error)
      return
    }
    if (this.#segments === null) this.#singleBytes = file.byteLength
    this.#count('chunks', 1)
    this.#count('bytesWritten', bytes.byteLength)
    this.#count('ticksRecorded', ticks)
    if (this.#isFailureReported) this.#parts.report({ kind: 'resumed', path: file.path })
    this.#isFailureReported = false
    this.#deleteOldest()
  }

  close(): void {
    this.flush()
    this.#file?.close()
    this.#file = null
  }

  /** A checkpoint begins the next segment, and puts a single file that has failed on its feet again. */
  #begin(tick: number): void {
    if (this.#segments === null && this.#file !== null) return
    this.flush()
    this.#file?.close()
    this.#file = null
    try {
      this.#file = this.#segments === null ? this.#openSingle() : this.#segments.begin(tick, this.#header)
    } catch (error) {
      this.#fail(error)
    }
    this.#deleteOldest()
  }

  #openSingle(): RecordingFile {
    const { path } = this.#parts.target
    if (this.#singleBytes > 0) return RecordingFile.reopen(path, this.#singleBytes)
    mkdirSync(dirname(path), { recursive: true })
    if (!this.#isSetAside) setAside(path)
    this.#isSetAside = true
    const file = RecordingFile.create(path, this.#header)
    this.#singleBytes = file.byteLength
    return file
  }

  #giveUpFile(file: RecordingFile): void {
    file.abandon()
    this.#file = null
    this.#segments?.dropEmpty()
    this.#count('gaps', 1)
  }

  #deleteOldest(): void {
    const { deleted, errors } = this.#segments?.deleteOldest(this.#newestTick) ?? { deleted: 0, errors: [] }
    this.#count('segmentsDeleted', deleted)
    for (const error of errors) this.#fail(error)
  }

  #fail(error: unknown): void {
    this.#count('writeErrors', 1)
    const nowMs = this.#parts.clock.nowMs()
    if (nowMs - this.#reportedAtMs < reportIntervalMs) return
    this.#reportedAtMs = nowMs
    this.#isFailureReported = true
    this.#parts.report({ kind: 'failed', error })
  }

  #count(name: RecorderCounter, amount: number): void {
    this.#parts.board.add(this.#parts.board.slot(name), amount)
  }
}

/** A recording of an earlier run at the same place is the one that somebody may be looking for. */
function setAside(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) renameSync(path, `${path}.old`)
}
