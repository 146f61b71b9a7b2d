import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { recordedTicks } from '@worldkeep/server/testing'
import { afterEach, expect, test } from 'vitest'
import { busyFile, busyRatesHz, busyTicks } from '../golden/busy-run.ts'

const cli = fileURLToPath(import.meta.resolve('@worldkeep/server/cli'))
const game = fileURLToPath(import.meta.resolve('@worldkeep/testing/golden-game'))

interface Report {
  readonly ticksPlayed: number
  readonly hashOfHashes: string
  readonly divergence: object | null
}

let burners: ChildProcess[] = []

afterEach(() => {
  for (const burner of burners) burner.kill('SIGKILL')
  burners = []
})

/** A replay in a process of its own. */
function replay(path: string, flags: readonly string[] = []): Promise<Report> {
  const args = [...flags, cli, 'replay', path, '--game', game, '--json']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Report)
      else reject(new Error(`worldkeep replay ended with ${error.code}: ${stderr}${stdout}`))
    })
  })
}

/** Processes that do nothing but take all the time of a core each. Resolves when they run. */
async function burn(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const burner = spawn(process.execPath, ['-e', "process.stdout.write('on'); for (;;);"])
    burners.push(burner)
    await new Promise((resolve) => burner.stdout?.once('data', resolve))
  }
}

/** What `hashOfHashes` must be, from the recording alone: SHA-256 of its hashes, u64 little-endian each. */
function digestOf(path: string): string {
  const sha = createHash('sha256')
  for (const { hash } of recordedTicks(path)) sha.update(Buffer.from(hash, 'hex').reverse())
  return sha.digest('hex')
}

test.each(busyRatesHz)(
  '[SAME-6] two processes compute what was recorded at %i Hz, also on a busy machine',
  async (tickHz) => {
    const path = busyFile(tickHz)
    const expected = { ticksPlayed: busyTicks, hashOfHashes: digestOf(path), divergence: null }
    expect(await Promise.all([replay(path), replay(path)])).toEqual([
      expect.objectContaining(expected),
      expect.objectContaining(expected),
    ])
    await burn(Math.max(1, availableParallelism() - 1))
    expect(await replay(path)).toMatchObject(expected)
  },
)

test.each([
  ['a small young generation', ['--max-semi-space-size=1']],
  ['a large one', ['--max-semi-space-size=64']],
  ['no optimising compiler', ['--no-opt']],
  ['everything compiled at once', ['--always-sparkplug']],
])('[SAME-7] the collector and the compiler have no say in it: %s', async (_what, flags) => {
  for (const tickHz of busyRatesHz) {
    const { hashOfHashes, divergence } = await replay(busyFile(tickHz), flags)
    expect({ hashOfHashes, divergence }).toEqual({ hashOfHashes: digestOf(busyFile(tickHz)), divergence: null })
  }
})
