import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RecordingEntry } from '../src/recording/recording-entries.ts'
import { RecordingError } from '../src/recording/recording-header.ts'
import { openRecording } from '../src/recording/recording-reader.ts'
import { deleteOldRuns, runFolder } from '../src/recording/run-folders.ts'
import { checkpoint, collect, gap, header, outline, recordingOf, temporary, tick, whole } from './recording-parts.ts'

/** A folder of segment files with these entries, one chunk per entry; changed as told before it is written. */
function folderOf(
  segments: { readonly [name: string]: readonly RecordingEntry[] },
  damage: { readonly [name: string]: (bytes: Uint8Array) => Uint8Array } = {},
): string {
  const folder = temporary()
  for (const [name, entries] of Object.entries(segments)) {
    const { bytes } = recordingOf(...entries.map((entry) => [entry]))
    writeFileSync(join(folder, name), damage[name]?.(bytes) ?? bytes)
  }
  return folder
}

function read(path: string): { readonly outline: string; readonly end: unknown } {
  const recording = openRecording(path)
  expect(recording.header).toEqual(header)
  expect(recording.end).toBeNull()
  const { entries, end } = collect(recording.entries())
  expect(recording.end).toEqual(end)
  return { outline: outline(entries), end }
}

const three = {
  '000009.wkr': [checkpoint(0), tick(1), tick(2)],
  '000010.wkr': [checkpoint(2), tick(3), tick(4)],
  '1000000.wkr': [checkpoint(4), tick(5)],
}

test('[RECORD-12] a folder is read segment by segment, in the order of their numbers', () => {
  const folder = folderOf(three)
  writeFileSync(join(folder, 'notes.txt'), 'not a segment')
  expect(read(folder)).toEqual({ outline: 'c0 t1 t2 c2 t3 t4 c4 t5', end: whole })
  expect(openRecording(folder).files.map((file) => file.slice(folder.length + 1))).toEqual(Object.keys(three))
  expect(read(join(folder, '000010.wkr'))).toEqual({ outline: 'c2 t3 t4', end: whole })
})

test('[RECORD-12] a segment that is cut or damaged ends there, and the next one goes on', () => {
  const cut = folderOf(three, { '000010.wkr': (bytes) => bytes.subarray(0, bytes.byteLength - 3) })
  expect(read(cut)).toEqual({ outline: 'c0 t1 t2 c2 t3 g4 c4 t5', end: { truncated: true, corrupt: null } })

  const flip = (bytes: Uint8Array): Uint8Array => bytes.with(bytes.byteLength - 3, 77)
  const corrupt = folderOf(three, { '000009.wkr': flip, '1000000.wkr': flip })
  const file = join(corrupt, '000009.wkr')
  expect(read(corrupt)).toEqual({
    outline: 'c0 t1 g2 c2 t3 t4 c4',
    end: { truncated: false, corrupt: `${file}: corrupt at chunk 2` },
  })
})

test('[RECORD-12] a crashed node may leave a last segment without a header, and any segment may lose its own', () => {
  const crashed = folderOf(three, { '1000000.wkr': (bytes) => bytes.subarray(0, 20) })
  expect(read(crashed)).toEqual({ outline: 'c0 t1 t2 c2 t3 t4', end: { truncated: true, corrupt: null } })
  const first = folderOf(three, { '000009.wkr': (bytes) => bytes.with(30, 0) })
  expect(read(first)).toMatchObject({ outline: 'c2 t3 t4 c4 t5', end: { truncated: false } })
})

test('[RECORD-12] segments that a running node deletes meanwhile are left out', () => {
  const folder = folderOf(three)
  const recording = openRecording(folder)
  const entries = recording.entries()
  expect(entries.next().value).toEqual(checkpoint(0))
  rmSync(join(folder, '000010.wkr'))
  expect(outline(collect(entries).entries)).toBe('t1 t2 g3 c4 t5')
})

test('[RECORD-13] missing ticks are a gap, said once, whoever noticed it', () => {
  const said = [checkpoint(0), tick(1), gap(2), checkpoint(5), tick(6)]
  const unsaid = [checkpoint(0), tick(1), checkpoint(5), tick(6), tick(9), checkpoint(9), checkpoint(12)]
  expect(read(folderOf({ '000001.wkr': said })).outline).toBe('c0 t1 g2 c5 t6')
  expect(read(folderOf({ '000001.wkr': unsaid })).outline).toBe('c0 t1 g2 c5 t6 g7 t9 c9 g10 c12')
})

test('[RECORD-4] what cannot be opened is refused with a reason', () => {
  const folder = temporary()
  const text = join(folder, 'text')
  writeFileSync(text, 'hello world, hello world')
  const refusal = (path: string): unknown => {
    try {
      return openRecording(path)
    } catch (error) {
      return error instanceof RecordingError ? { reason: error.reason, message: error.message } : error
    }
  }
  expect(refusal(join(folder, 'nothing'))).toMatchObject({ reason: 'unreadable' })
  expect(refusal(text)).toEqual({ reason: 'not_a_recording', message: `${text} is not a recording.` })
  expect(refusal(folder)).toMatchObject({ reason: 'not_a_recording' })
  const empty = folderOf(three, { '000009.wkr': () => new Uint8Array() })
  truncateSync(join(empty, '000010.wkr'), 5)
  truncateSync(join(empty, '1000000.wkr'), 0)
  expect(refusal(empty)).toMatchObject({ reason: 'header_cut' })
})

test('[RECORD-17] of the runs in the data folder the newest stay, and what is not a run stays too', () => {
  const dataDir = temporary()
  const recordings = join(dataDir, 'recordings')
  expect(deleteOldRuns(recordings, 4)).toEqual([])
  const runs = [3, 1, 5, 2, 4].map((day) =>
    runFolder(dataDir, { startedAt: new Date(Date.UTC(2026, 0, day)).toISOString(), pid: 4711 - day }),
  )
  for (const run of [...runs, join(recordings, 'mine')]) {
    mkdirSync(run, { recursive: true })
    writeFileSync(join(run, '000001.wkr'), '')
  }
  expect(deleteOldRuns(recordings, 2)).toEqual([
    '2026-01-01T00-00-00.000Z-4710',
    '2026-01-02T00-00-00.000Z-4709',
    '2026-01-03T00-00-00.000Z-4708',
  ])
  expect(deleteOldRuns(recordings, 2)).toEqual([])
})
