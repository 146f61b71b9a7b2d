import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import type { RecordingEntry } from '../src/recording/recording-entries.ts'
import { openRecording } from '../src/recording/recording-reader.ts'
import type { RecordingTarget } from '../src/recording/recording-writer.ts'
import { collect, folderTarget, header, temporary } from './recording-parts.ts'

/* The recorder thread as it is built, in a process of its own, fed through a real ring. */

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

interface Line {
  readonly kind: string
  readonly ticks?: number
  readonly ticksRecorded?: number
}

/** Feeds `ticks` ticks, then stops the thread; says `recorded` when `chunks` are in files, and `ended`. */
function startChild(options: {
  readonly target: RecordingTarget
  readonly chunks: number
  readonly ticks: number
  readonly recordingsDir?: string
}): { readonly child: ChildProcess; said(kind: string): Promise<Line> } {
  const script = fileURLToPath(new URL('./recorder-child.mjs', import.meta.url))
  const data = JSON.stringify({ header, recordingsDir: null, ...options })
  const child = spawn(process.execPath, [script, data], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const lines: Line[] = []
  const output = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  output.on('line', (line) => lines.push(JSON.parse(line) as Line))
  const said = async (kind: string): Promise<Line> => {
    for (;;) {
      const line = lines.find((candidate) => candidate.kind === kind)
      if (line !== undefined) return line
      await Promise.race([
        once(output, 'line'),
        once(output, 'close').then(() => Promise.reject(new Error(`the process ended without ${kind}`))),
      ])
    }
  }
  return { child, said }
}

/** Ticks in order, each with its bytes, each checkpoint after its tick. Returns the last one. */
function lastOfRow(entries: readonly RecordingEntry[]): number {
  const [first] = entries
  expect(first?.kind).toBe('checkpoint')
  let at = first?.tick ?? 0
  for (const entry of entries) {
    if (entry.kind === 'tick') {
      expect(entry.tick).toBe(++at)
      expect(entry.records[0]?.bytes.every((byte) => byte === (entry.tick & 0xff))).toBe(true)
    } else {
      expect(entry.kind).toBe('checkpoint')
      expect(entry.tick).toBe(at)
    }
  }
  return at
}

test('[RECORD-15] a killed process leaves everything readable that was written', async () => {
  for (const kind of ['folder', 'file'] as const) {
    const path = join(temporary(), 'run')
    const target = kind === 'folder' ? folderTarget(path, { keepTicks: 200 }) : { kind, path }
    const { child, said } = startChild({ target, chunks: 30, ticks: 1_000_000 })
    const { ticks = 0 } = await said('recorded')
    expect(ticks).toBeGreaterThan(400)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const { entries, end } = collect(openRecording(path).entries())
    expect(end.corrupt).toBeNull()
    expect(lastOfRow(entries)).toBeGreaterThanOrEqual(ticks)
  }
})

test('[RECORD-16] a recorder that is stopped writes everything that waits, and ends', async () => {
  const path = join(temporary(), 'run.wkr')
  const { said } = startChild({ target: { kind: 'file', path }, chunks: 1, ticks: 77 })
  expect(await said('ended')).toEqual({ kind: 'ended', ticksRecorded: 77 })
  const { entries, end } = collect(openRecording(path).entries())
  expect(end).toEqual({ truncated: false, corrupt: null })
  expect(lastOfRow(entries)).toBe(77)
})

test('[RECORD-17] a recorder deletes the runs before the four newest, and adds its own', async () => {
  const recordingsDir = temporary()
  for (let day = 1; day <= 8; day++) mkdirSync(join(recordingsDir, `2026-01-0${day}T00-00-00.000Z-4711`))
  const path = join(recordingsDir, '2026-01-09T00-00-00.000Z-4711')
  const { said } = startChild({ target: folderTarget(path), chunks: 1, ticks: 3, recordingsDir })
  await said('ended')
  expect(readdirSync(recordingsDir).map((name) => name.slice(0, 10))).toEqual(
    [5, 6, 7, 8, 9].map((day) => `2026-01-0${day}`),
  )
  expect(existsSync(join(path, '000001.wkr'))).toBe(true)
})
