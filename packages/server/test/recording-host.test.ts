import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError, type Host, parseConfig, startHost } from '@worldkeep/server'
import { afterEach, expect, test, vi } from 'vitest'
import { parseCommandLine } from '../src/cli/arguments.ts'
import type { RecordingEntry } from '../src/recording/recording-entries.ts'
import { openRecording, type Recording } from '../src/recording/recording-reader.ts'
import { collect, temporary } from './recording-parts.ts'

/* A whole node, as it is built, with its recorder. */

const game = fileURLToPath(import.meta.resolve('@worldkeep/server/testing/arena'))

const hosts: Host[] = []
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop()
})

async function startNode(options: Partial<Parameters<typeof startHost>[0]>): Promise<Host> {
  const host = await startHost({ game, port: 0, logLevel: 'silent', tickHz: 100, ...options })
  hosts.push(host)
  return host
}

/** Lets a node run for some ticks, and stops it; how many ticks there were. */
async function runFor(host: Host, ticks: number): Promise<number> {
  const from = host.board().read('tick')
  await vi.waitUntil(() => host.board().read('tick') >= from + ticks, { timeout: 20_000 })
  expect(await host.stop()).toMatchObject({ failure: null })
  return host.board().read('ticks')
}

async function metricOf(host: Host, name: string): Promise<number> {
  const text = await host.metrics.getSingleMetricAsString(name)
  return Number(text.split(' ').at(-1))
}

/** Everything from the start of the world to its last tick, and nothing else. */
function expectWhole(recording: Recording, ticks: number): void {
  const { entries, end } = collect(recording.entries())
  expect(end).toEqual({ truncated: false, corrupt: null })
  expect(entries[0]).toMatchObject({ kind: 'checkpoint', tick: 0 })
  const recorded = entries.filter((entry): entry is RecordingEntry & { readonly kind: 'tick' } => entry.kind === 'tick')
  expect(recorded.map(({ tick }) => tick)).toEqual(Array.from({ length: ticks }, (_, i) => i + 1))
  for (const { leaves } of recorded) expect(leaves.length).toBe(recording.header.leaves.length)
}

test('[RECORD-18] a node records itself into its data folder, from its first tick to its last', async () => {
  const dataDir = temporary()
  const host = await startNode({ dataDir, gameOptions: { dummies: 2 } })
  const ticks = await runFor(host, 50)
  const [run = '', ...others] = readdirSync(join(dataDir, 'recordings'))
  expect(others).toEqual([])
  expect(run).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\d{3}Z-${process.pid}$`))
  const recording = openRecording(join(dataDir, 'recordings', run))
  expect(recording.header).toMatchObject({
    game: { name: 'arena', options: { dummies: 2 } },
    config: { tickHz: 100 },
    worldkeepVersion: host.version,
  })
  expect(recording.header.leaves).toContain('motion.x')
  expectWhole(recording, ticks)
  expect(await metricOf(host, 'worldkeep_recorder_ticks_recorded_total')).toBe(ticks)
})

test('[RECORD-18] it records into one file if told so, and not at all if told not to', async () => {
  const dataDir = temporary()
  const recordFile = join(dataDir, 'elsewhere', 'run.wkr')
  const ticks = await runFor(await startNode({ dataDir, recordFile }), 20)
  expectWhole(openRecording(recordFile), ticks)
  await runFor(await startNode({ dataDir, record: 'off' }), 20)
  expect(existsSync(join(dataDir, 'recordings'))).toBe(false)
  expect(existsSync(`${recordFile}.old`)).toBe(false)
})

test('[RECORD-19] a recorder that dies is said and counted, and the node goes on', async () => {
  const dataDir = temporary()
  const host = await startNode({ dataDir, gameOptions: { unheardOf: 'x'.repeat(2 << 20) } })
  await runFor(host, 20)
  expect(await metricOf(host, 'worldkeep_recorder_deaths_total')).toBe(1)
  expect(existsSync(join(dataDir, 'recordings'))).toBe(false)
})

test('[RECORD-20] the command says where to record, and is refused what cannot be', async () => {
  const parsed = (...args: readonly string[]): unknown => {
    const command = parseCommandLine(['start', '--game', 'g', ...args], {}, false)
    if (command.kind !== 'start') throw new Error('not a start')
    const { record, recordFile, recordingKeepS } = parseConfig(command.options)
    return { record, recordFile, recordingKeepS }
  }
  expect(parsed()).toEqual({ record: 'on', recordFile: null, recordingKeepS: 600 })
  expect(parsed('--record', 'run.wkr')).toMatchObject({ record: 'on', recordFile: 'run.wkr' })
  expect(parsed('--no-record')).toMatchObject({ record: 'off' })
  expect(() => parsed('--no-record', '--record', 'run.wkr')).toThrow('recordFile: nothing is recorded')
  const folder = temporary()
  await expect(startNode({ dataDir: folder, recordFile: folder })).rejects.toThrow(ConfigError)
  await expect(startNode({ dataDir: folder, recordFile: join(game, 'run.wkr') })).rejects.toThrow(
    'there is a file of this name',
  )
})
