import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entriesOf } from '../src/recording/recording-format.ts'
import { chunkRawBytesTarget } from '../src/recording/recording-limits.ts'
import { openRecording } from '../src/recording/recording-reader.ts'
import {
  checkpoint,
  collect,
  folderTarget,
  gap,
  outline,
  temporary,
  tick,
  ticks,
  WriterBench,
} from './recording-parts.ts'

/** What each segment file holds, in order. */
function outlines(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => outline(collect(entriesOf(new Uint8Array(readFileSync(join(folder, name))))).entries))
}

test('[RECORD-6] each segment file begins with a checkpoint, and nothing is written before the first', () => {
  const folder = temporary()
  const { write, writer, board } = benchOf(folderTarget(folder))
  write([tick(3), tick(4)], [checkpoint(4), tick(5)], [tick(6), checkpoint(6), tick(7)], [gap(8), checkpoint(9)])
  writer.close()
  expect(readdirSync(folder).sort()).toEqual(['000001.wkr', '000002.wkr', '000003.wkr'])
  expect(outlines(folder)).toEqual(['c4 t5 t6', 'c6 t7 g8', 'c9'])
  expect(board.read('ticksRecorded')).toBe(3)
  expect(board.read('gaps')).toBe(1)
  expect(statSync(join(folder, '000001.wkr')).mode & 0o077).toBe(0)
})

test('[RECORD-7] the newest segments that cover the time to keep stay, older ones are deleted', () => {
  const folder = temporary()
  const { write, board } = benchOf(folderTarget(folder, { keepTicks: 25 }))
  for (let at = 0; at <= 90; at += 10) {
    write([checkpoint(at), ...ticks(at + 1, at + 10)])
    const covered = outlines(folder)
    const first = Number(/^c(\d+)/.exec(covered[0] ?? '')?.[1])
    expect(first).toBeLessThanOrEqual(Math.max(0, at + 10 - 25))
    expect(first).toBeGreaterThanOrEqual(at + 10 - 25 - 10)
  }
  expect(board.read('segmentsDeleted')).toBe(7)
  expect(readdirSync(folder).sort()).toEqual(['000008.wkr', '000009.wkr', '000010.wkr'])
})

test('[RECORD-8] all segments together stay within their bytes', () => {
  const folder = temporary()
  const { write } = benchOf(folderTarget(folder, { keepBytes: 40_000 }))
  for (let at = 0; at < 200; at += 5) {
    write([checkpoint(at), ...ticks(at + 1, at + 5, 1000)])
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
    expect(bytes).toBeLessThanOrEqual(40_000)
    if (at > 50) expect(bytes).toBeGreaterThan(20_000)
  }
})

test('[RECORD-8] a segment that outgrows half of them ends, and the next checkpoint begins another', () => {
  const folder = temporary()
  const { write, board, events } = benchOf(folderTarget(folder, { keepBytes: 20_000 }))
  write([checkpoint(0)], ...ticks(1, 40, 1000).map((entry) => [entry]))
  expect(statSync(join(folder, '000001.wkr')).size).toBeLessThanOrEqual(10_000)
  expect(board.read('writeErrors')).toBe(1)
  expect(events.map(({ kind }) => kind)).toEqual(['failed'])
  write([checkpoint(40), tick(41)])
  expect(outline(collect(openRecording(folder).entries()).entries)).toMatch(/ t(\d+) g\d+ c40 t41$/)
})

test('[RECORD-9] a single file keeps everything, and the one of an earlier run is set aside', () => {
  const path = join(temporary(), 'deep', 'run.wkr')
  for (const first of [0, 100, 200]) {
    const { write, writer } = benchOf({ kind: 'file', path })
    write([checkpoint(first), tick(first + 1)], [checkpoint(first + 1)], [tick(first + 2)])
    writer.close()
  }
  expect(outline(collect(openRecording(path).entries()).entries)).toBe('c200 t201 c201 t202')
  expect(outline(collect(openRecording(`${path}.old`).entries()).entries)).toBe('c100 t101 c101 t102')
})

test('[RECORD-10] what is flushed is in the file, and a lot is written before that', () => {
  const folder = temporary()
  const { write, writer, board } = benchOf(folderTarget(folder))
  write([checkpoint(0), tick(1)])
  expect(outlines(folder)).toEqual(['c0 t1'])
  const bytes = statSync(join(folder, '000001.wkr')).size
  write([])
  expect(statSync(join(folder, '000001.wkr')).size).toBe(bytes)
  expect(board.read('chunks')).toBe(1)
  write([tick(2, chunkRawBytesTarget), tick(3, chunkRawBytesTarget), tick(4)])
  expect(board.read('chunks')).toBe(4)
  writer.close()
  expect(outlines(folder)).toEqual(['c0 t1 t2 t3 t4'])
  const onDisk = statSync(join(folder, '000001.wkr')).size
  expect(onDisk - board.read('bytesWritten')).toBeLessThan(1500)
})

test('[RECORD-11] a folder that goes away is made again with the next checkpoint', () => {
  const folder = join(temporary(), 'run')
  const { write, board, events } = benchOf(folderTarget(folder))
  write([checkpoint(0), tick(1)])
  rmSync(folder, { recursive: true })
  write([tick(2)], [tick(3)])
  expect(existsSync(folder)).toBe(false)
  expect(board.read('writeErrors')).toBe(1)
  write([checkpoint(3), tick(4)])
  expect(outlines(folder)).toEqual(['c3 t4'])
  expect(events.map(({ kind }) => kind)).toEqual(['failed', 'resumed'])
  expect(board.read('gaps')).toBe(1)
})

test('[RECORD-11] failures are counted each and reported once a minute, and the end of them once', () => {
  const file = join(temporary(), 'not-a-folder')
  writeFileSync(file, '')
  const { write, board, events, clock } = benchOf(folderTarget(join(file, 'run')))
  for (let second = 0; second < 150; second += 10) {
    write([checkpoint(second), tick(second + 1)])
    clock.advanceMs(10_000)
  }
  expect(board.read('writeErrors')).toBe(15)
  expect(events.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'failed'])
  rmSync(file)
  write([tick(151)], [checkpoint(151), tick(152)], [checkpoint(152), tick(153)])
  expect(events.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'failed', 'resumed'])
  expect(outlines(join(file, 'run'))).toEqual(['c151 t152', 'c152 t153'])
})

const hasFullDevice = existsSync('/dev/full')

test.skipIf(!hasFullDevice)(
  '[RECORD-11] a full disk costs the segment that does not fit, and leaves no empty file',
  () => {
    const folder = temporary()
    symlinkSync('/dev/full', join(folder, '000002.wkr'))
    const { write, board, events } = benchOf(folderTarget(folder))
    write([checkpoint(0), tick(1)], [checkpoint(1), tick(2)], [tick(3)], [checkpoint(3), tick(4)])
    expect(events[0]).toMatchObject({ kind: 'failed', error: { code: 'ENOSPC' } })
    expect(board.read('writeErrors')).toBe(1)
    rmSync(join(folder, '000002.wkr'), { force: true })
    expect(readdirSync(folder).sort()).toEqual(['000001.wkr', '000003.wkr'])
    expect(outline(collect(openRecording(folder).entries()).entries)).toBe('c0 t1 g2 c3 t4')
  },
)

test('[RECORD-11] a single file that fails goes on behind its last whole chunk', () => {
  const path = join(temporary(), 'run.wkr')
  const { write, writer, board } = benchOf({ kind: 'file', path })
  write([checkpoint(0), tick(1)])
  const before = readFileSync(path)
  rmSync(path)
  write([tick(2)])
  // Half a chunk, as a full disk leaves it.
  writeFileSync(path, Buffer.concat([before, Buffer.alloc(7, 1)]))
  write([tick(3)], [checkpoint(3), tick(4)], [tick(5)])
  writer.close()
  expect(collect(openRecording(path).entries()).end).toEqual({ truncated: false, corrupt: null })
  expect(outline(collect(openRecording(path).entries()).entries)).toBe('c0 t1 g2 c3 t4 t5')
  expect(board.read('writeErrors')).toBe(1)
})

function benchOf(target: ConstructorParameters<typeof WriterBench>[0]): WriterBench & {
  readonly write: WriterBench['write']
} {
  const bench = new WriterBench(target)
  return Object.assign(bench, { write: bench.write.bind(bench) })
}
