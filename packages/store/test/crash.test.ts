import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ensureService, startPostgres } from '../../../testing/src/services/index.ts'
import { createStore, type StoreSpec } from '../src/index.ts'
import { createDatabase } from './postgres-harness.ts'

const postgres = ensureService('postgres')
/** Acknowledged commits before each kill: the moments of the kills differ by themselves. */
const commitsBeforeKill = [1, 7, 40, 150]

describe('a crash', () => {
  test('[STORE-17] sqlite: SIGKILL of the process loses nothing acknowledged and leaves no lock', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'worldkeep-crash-'))
    try {
      for (const count of commitsBeforeKill)
        await crashAndCheck({ dataDir }, { count, kill: (child) => child.kill('SIGKILL') })
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  test.skipIf(!postgres.isAvailable)(
    '[STORE-17] postgres: SIGKILL of the process loses nothing acknowledged',
    async () => {
      const server = await startPostgres()
      try {
        const url = await createDatabase(server.url)
        const kill = (child: ChildProcess) => child.kill('SIGKILL')
        for (const count of commitsBeforeKill) await crashAndCheck({ url, dataDir: '' }, { count, kill })
      } finally {
        await server.stop()
      }
    },
  )

  test.skipIf(!postgres.isAvailable)(
    '[STORE-17] postgres: SIGKILL of the server loses nothing acknowledged',
    async ({ skip }) => {
      const server = await startPostgres()
      if (!server.isOwned) skip('the server is not ours to kill')
      try {
        const url = await createDatabase(server.url)
        const kill = () => server.kill()
        for (const count of commitsBeforeKill) {
          await crashAndCheck({ url, dataDir: '' }, { count, kill, repair: () => server.restart() })
        }
      } finally {
        await server.stop()
      }
    },
  )
}, 120_000)

interface Crash {
  readonly count: number
  kill(child: ChildProcess): void
  repair?(): Promise<void>
}

/** Lets another process commit, ends it in the middle, and compares what it was promised with what is stored. */
async function crashAndCheck(spec: StoreSpec, crash: Crash): Promise<void> {
  const program = fileURLToPath(new URL('commit-loop.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, JSON.stringify(spec)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  let isKilled = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (isKilled || acknowledgedIn(output).length < crash.count) return
    isKilled = true
    crash.kill(child)
  })
  await once(child, 'close')
  await crash.repair?.()
  const acknowledged = acknowledgedIn(output)
  expect(acknowledged.length).toBeGreaterThanOrEqual(crash.count)

  const store = createStore(spec)
  await store.open()
  const player = await store.loadPlayer('ada')
  const lastAcknowledged = acknowledged.at(-1) ?? 0
  const storedRevision = player?.revision ?? 0
  // At most one more than was acknowledged: the one whose answer the kill cut off.
  expect(storedRevision - lastAcknowledged === 0 || storedRevision - lastAcknowledged === 1).toBe(true)
  expect(player?.xCm).toBe(storedRevision)
  // The action of each revision, exactly once and in the same commit.
  expect(await store.countActions('crash')).toBe(storedRevision)
  await store.close()
}

/** Whole lines only: the kill may cut the last one. */
function acknowledgedIn(output: string): readonly number[] {
  return output.split('\n').slice(0, -1).map(Number)
}
