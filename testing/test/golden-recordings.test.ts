import { statSync } from 'node:fs'
import { recordedTicks, replayRecording } from '@worldkeep/server/testing'
import { createGame } from '@worldkeep/testing/golden-game'
import { expect, test } from 'vitest'
import { busyFile, busyRatesHz, busyTicks, liveBusyRun, recordBusyRuns } from '../golden/busy-run.ts'

if (process.env.WORLDKEEP_RECORD_GOLDEN === '1') await recordBusyRuns()

/** What testing/golden/README.md says about a difference, with its place. */
function verdict(path: string, game = createGame()): string {
  const { divergence, fromTick, toTick, gaps } = replayRecording(path, game)
  if (divergence !== null) return `tick ${divergence.tick} differs in ${divergence.leaves.join(', ')}`
  return `ticks ${fromTick + 1} … ${toTick} as recorded, ${gaps} gaps`
}

test.each(busyRatesHz)('[SAME-1] the recording of a busy node at %i Hz still comes out hash by hash', (tickHz) => {
  expect(verdict(busyFile(tickHz))).toBe(`ticks 1 … ${busyTicks} as recorded, 0 gaps`)
})

test.each(busyRatesHz)(
  '[SAME-2] the script lived again at %i Hz gives the recorded hash in every tick',
  async (tickHz) => {
    const recorded = recordedTicks(busyFile(tickHz))
    const lived = await liveBusyRun(tickHz)
    const first = lived.findIndex((hash, index) => hash !== recorded[index]?.hash)
    expect(first < 0 ? null : `tick ${first + 1}: ${lived[first]} instead of ${recorded[first]?.hash}`).toBeNull()
    expect([lived.length, new Set(lived).size]).toEqual([busyTicks, busyTicks])
  },
)

test('[SAME-3] one constant of a rule changed: the first tick and the fields that differ are named', () => {
  for (const tickHz of busyRatesHz) {
    expect(verdict(busyFile(tickHz), createGame({ turnsPerS: 0.5 }))).toBe('tick 1 differs in heading.turns')
    const walks = recordedTicks(busyFile(tickHz)).findIndex(({ inputs }) => inputs.includes('Input')) + 1
    const faster = createGame({ speedCmPerS: 410 })
    expect(verdict(busyFile(tickHz), faster)).toBe(`tick ${walks} differs in motion.x, motion.vx`)
  }
})

test('[SAME-4] a world that starts otherwise differs from the first tick on', async () => {
  const lived = await liveBusyRun(20, undefined, createGame({ entities: 99 }))
  expect(lived[0]).not.toBe(recordedTicks(busyFile(20))[0]?.hash)
})

test.each(busyRatesHz)('[SAME-5] everything that a tick can take in is in the recording at %i Hz', (tickHz) => {
  const inputs = new Set(recordedTicks(busyFile(tickHz)).flatMap((tick) => tick.inputs))
  const wanted = ['Room', 'Handshake', 'Loaded', 'Input', 'Command', 'Committed', 'Dropped', 'Left']
  expect([...inputs]).toEqual(expect.arrayContaining(wanted))
})

test('the recordings are small enough to be kept with the code', () => {
  const bytes = busyRatesHz.map((tickHz) => statSync(busyFile(tickHz)).size)
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(500_000)
})
