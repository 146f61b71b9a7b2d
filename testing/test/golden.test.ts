import { expect, test } from 'vitest'
import { firstDifference, goldenBytes, play, readRecording, record } from '../golden/record.ts'

if (process.env.WORLDKEEP_RECORD_GOLDEN === '1') record()

test('[WORLD-32] a recording of 600 ticks has 4,800 bytes', () => {
  expect(goldenBytes).toBe(4800)
  expect(readRecording().byteLength).toBe(4800)
})

test('[WORLD-32] the world still computes what was recorded, tick by tick', () => {
  const tick = firstDifference(play(), readRecording())
  expect(tick, `the state hash differs from tick ${tick} on: testing/golden/README.md says what that means`).toBeNull()
})

test('[WORLD-32] the first tick that differs is named', () => {
  const one = play()
  const other = one.slice()
  expect(firstDifference(one, other)).toBeNull()
  for (const tick of [1, 2, 300, 600]) {
    const changed = one.slice()
    changed[tick * 8 - 1] = (changed[tick * 8 - 1] as number) ^ 1
    expect(firstDifference(changed, other)).toBe(tick)
  }
  expect(firstDifference(one.slice(0, 800), other)).toBe(101)
})

test('[WORLD-32] no two ticks of the recording are alike', () => {
  const view = new DataView(readRecording().buffer)
  const hashes = new Set(Array.from({ length: 600 }, (_, tick) => view.getBigUint64(tick * 8, true)))
  expect(hashes.size).toBe(600)
})
