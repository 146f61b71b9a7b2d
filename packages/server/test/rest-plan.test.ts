import { expect, test } from 'vitest'
import { RestPlan } from '../src/threads/rest-plan.ts'

/** When a thread that rests as planned, and works for a moment in between, looks at its sockets after a tick at 0. */
function looks(tickIntervalMs: number, workMs: number): readonly number[] {
  const plan = new RestPlan(tickIntervalMs)
  plan.published(0)
  const moments: number[] = []
  for (let nowMs = workMs; nowMs < tickIntervalMs; nowMs += workMs) {
    nowMs += plan.restMs(nowMs)
    moments.push(nowMs)
  }
  return moments
}

test('[GATE-17] the last look before the next tick is early enough for what it brings, and as late as that allows', () => {
  for (const tickHz of [10, 20, 30]) {
    const intervalMs = 1000 / tickHz
    const moments = looks(intervalMs, 0.5)
    const inTime = moments.filter((ms) => ms <= intervalMs - 3)
    expect(intervalMs - (inTime.at(-1) ?? 0), `${tickHz} Hz`).toBeLessThan(6)
  }
})

test('[GATE-17] between two ticks of 20 Hz there are a few looks, and never more than 16 ms without one', () => {
  const moments = looks(50, 0.5)
  expect(moments.length).toBeLessThanOrEqual(5)
  let before = 0.5
  for (const ms of moments) {
    expect(ms - before).toBeLessThanOrEqual(16.5)
    before = ms
  }
})

test('[GATE-17] while nobody knows when the next tick comes, and when ticks are fast, a rest is 4 ms', () => {
  const plan = new RestPlan(50)
  expect(plan.restMs(1_000)).toBe(4)
  plan.published(1_000)
  expect(plan.restMs(1_049)).toBe(4)
  expect(plan.restMs(3_000)).toBe(4)
  const fast = new RestPlan(1000 / 240)
  fast.published(0)
  expect(fast.restMs(1)).toBe(4)
})
