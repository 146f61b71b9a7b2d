import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffDelayMs, backoffMs } from '../src/backoff.ts'

test('[CLIENT-1] the longest waits are 1, 2, 4, 8 and 16 seconds, and then the user is asked (T-004)', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => backoffDelayMs(attempt, 1))).toEqual([
    1_000,
    2_000,
    4_000,
    8_000,
    16_000,
    null,
    null,
  ])
})

test('[CLIENT-1] the jitter is full: any wait between none and the longest, in proportion to the chance', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: backoffMs.length }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (n, chance) => {
        const longestMs = backoffMs[n - 1] ?? 0
        const delayMs = backoffDelayMs(n, chance) ?? -1
        expect(delayMs).toBeGreaterThanOrEqual(0)
        expect(delayMs).toBeLessThanOrEqual(longestMs)
        expect(delayMs / longestMs).toBeCloseTo(chance, 9)
      },
    ),
  )
})
