import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '@worldkeep/kernel'
import { afterEach } from 'vitest'
import { coreDefaults } from '../src/core/core-config.ts'
import { createBoards, openRecorderBoard, type RecorderBoard } from '../src/core/counters.ts'
import { type EntrySink, encodeEntry, type RecordingEntry } from '../src/recording/recording-entries.ts'
import { ChunkEncoder, type RecordingEnd } from '../src/recording/recording-format.ts'
import { encodeHeader, type RecordingHeader } from '../src/recording/recording-header.ts'
import { type RecordingEvent, type RecordingTarget, RecordingWriter } from '../src/recording/recording-writer.ts'

export const header: RecordingHeader = {
  game: { name: 'arena', module: 'file:///arena.js', options: { dummies: 4 } },
  declarationsHash: '0123456789abcdef',
  config: coreDefaults,
  startedAt: '2026-03-01T08:15:30.250Z',
  worldkeepVersion: '0.1.0',
  leaves: ['entities', 'motion.x'],
}

/** A tick with one input of `bytes`, different in each tick. */
export function tick(number: number, bytes = 8): RecordingEntry {
  const input = Uint8Array.from({ length: bytes }, (_, i) => Math.imul(i + 1, number * 2_654_435_761) >>> 24)
  const leaves = Uint32Array.of(number, number * 3)
  return { kind: 'tick', tick: number, hashLow: number, hashHigh: 7, leaves, records: [{ kind: 5, bytes: input }] }
}

export function ticks(first: number, last: number, bytes?: number): readonly RecordingEntry[] {
  return Array.from({ length: last - first + 1 }, (_, i) => tick(first + i, bytes))
}

export function checkpoint(number: number, bytes = 100): RecordingEntry {
  return { kind: 'checkpoint', tick: number, bytes: new Uint8Array(bytes).fill(number) }
}

export function gap(number: number): RecordingEntry {
  return { kind: 'gap', tick: number }
}

/** A recording in memory, one chunk for each group of entries, and where its chunks end. */
export function recordingOf(...chunks: readonly (readonly RecordingEntry[])[]): {
  readonly bytes: Uint8Array
  readonly ends: readonly number[]
} {
  const encoder = new ChunkEncoder()
  const parts = [encodeHeader(header)]
  for (const entries of chunks) {
    for (const entry of entries) appendTo(encoder, entry)
    parts.push(encoder.finish())
  }
  let end = 0
  const ends = parts.map((part) => {
    end += part.byteLength
    return end
  })
  return { bytes: new Uint8Array(Buffer.concat(parts)), ends }
}

export function appendTo(sink: EntrySink, entry: RecordingEntry): void {
  const { kind, body } = encodeEntry(entry)
  sink.append(kind, body)
}

export function collect(generator: Generator<RecordingEntry, RecordingEnd>): {
  readonly entries: readonly RecordingEntry[]
  readonly end: RecordingEnd
} {
  const entries: RecordingEntry[] = []
  for (;;) {
    const next = generator.next()
    if (next.done === true) return { entries, end: next.value }
    entries.push(next.value)
  }
}

export const whole: RecordingEnd = { truncated: false, corrupt: null }

/** `t7`, `c7` and `g7`, for short comparisons. */
export function outline(entries: readonly RecordingEntry[]): string {
  return entries.map((entry) => `${entry.kind.charAt(0)}${entry.tick}`).join(' ')
}

const folders: string[] = []

/** Gone after the test. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'worldkeep-recording-'))
  folders.push(folder)
  return folder
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A writer with a clock that stands, and everything it said. */
export class WriterBench {
  readonly clock = new ManualClock()
  readonly board: RecorderBoard = openRecorderBoard(createBoards())
  readonly events: RecordingEvent[] = []
  readonly writer: RecordingWriter

  constructor(target: RecordingTarget) {
    const report = (event: RecordingEvent): void => {
      this.events.push(event)
    }
    this.writer = new RecordingWriter({ target, header, board: this.board, clock: this.clock, report })
  }

  /** Each group of entries is flushed. */
  write(...chunks: readonly (readonly RecordingEntry[])[]): void {
    for (const entries of chunks) {
      for (const entry of entries) appendTo(this.writer, entry)
      this.writer.flush()
    }
  }
}

export function folderTarget(
  path: string,
  bounds: { readonly keepTicks?: number; readonly keepBytes?: number } = {},
): RecordingTarget {
  return { kind: 'folder', path, keepTicks: 1000, keepBytes: 2 ** 30, ...bounds }
}
