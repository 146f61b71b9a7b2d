import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ServerClock } from '../src/server-clock.ts'

const tickHz = 20
const msPerTick = 1000 / tickHz

/** A clock that has heard ticks `first` … of a steady server, each `delayMs` after it happened; tick 0 is at 0 ms. */
function steady(options: { readonly ticks: number; readonly delayMs: number }): ServerClock {
  const clock = new ServerClock(tickHz)
  for (let tick = 1; tick <= options.ticks; tick++) clock.heard(tick, tick * msPerTick + options.delayMs)
  return clock
}

test('[CLIENT-10] the first message sets the clock', () => {
  const clock = new ServerClock(tickHz)
  clock.heard(4211, 90_000)
  expect(clock.tickAt(90_000)).toBeCloseTo(4211, 9)
  expect(clock.tickAt(90_500)).toBeCloseTo(4221, 9)
  expect(clock.newestTick()).toBe(4211)
})

test('[CLIENT-10] constant delay: the estimate is the tick whose messages arrive now', () => {
  const clock = steady({ ticks: 200, delayMs: 120 })
  expect(clock.tickAt(200 * msPerTick + 120)).toBeCloseTo(200, 6)
})

test('[CLIENT-11] an earlier message is followed at once, a later one slowly', () => {
  const earlier = steady({ ticks: 100, delayMs: 200 })
  const later = steady({ ticks: 100, delayMs: 200 })
  const nowMs = 101 * msPerTick + 200
  const before = earlier.tickAt(nowMs)
  earlier.heard(105, nowMs)
  later.heard(97, nowMs)
  const [forward, back] = [earlier.tickAt(nowMs) - before, before - later.tickAt(nowMs)]
  expect(forward).toBeGreaterThan(0.8)
  expect(forward).toBeLessThanOrEqual(4)
  expect(back).toBeGreaterThan(0)
  expect(back).toBeLessThan(0.1)
})

test('[CLIENT-11] whatever the delays, the estimate stays between the least and the most delayed message, and goes back by a fiftieth at most', () => {
  const delays = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 2, maxLength: 200 })
  fc.assert(
    fc.property(delays, (delaysMs) => {
      const clock = new ServerClock(tickHz)
      const arrivals = delaysMs.map((delayMs, index) => ({ tick: index + 1, nowMs: (index + 1) * msPerTick + delayMs }))
      let lastBefore = Number.NEGATIVE_INFINITY
      for (const [index, { tick, nowMs }] of arrivals.entries()) {
        lastBefore = clock.tickAt(nowMs)
        clock.heard(tick, nowMs)
        const estimate = clock.tickAt(nowMs)
        const heard = delaysMs.slice(0, index + 1)
        const truth = nowMs / msPerTick
        expect(estimate).toBeLessThanOrEqual(truth - Math.min(...heard) / msPerTick + 1e-6)
        expect(estimate).toBeGreaterThanOrEqual(truth - Math.max(...heard) / msPerTick - 1e-6)
        if (index > 0) expect(lastBefore - estimate).toBeLessThanOrEqual((900 / msPerTick) * 0.02 + 1e-6)
      }
    }),
  )
})

test('[CLIENT-12] the delay of others grows with the jitter of messages, and is bounded on both sides', () => {
  const withJitter = (jitterMs: number): number => {
    const clock = new ServerClock(tickHz)
    for (let tick = 1; tick <= 400; tick++) clock.heard(tick, tick * msPerTick + 100 + (tick % 2) * jitterMs)
    return clock.delayTicks()
  }
  const delays = [0, 20, 50, 100, 200].map(withJitter)
  expect(delays).toEqual([...delays].sort((a, b) => a - b))
  expect(new Set(delays).size).toBe(delays.length)
  expect(delays[0]).toBeGreaterThanOrEqual(1)
  expect(delays[0]).toBeLessThan(1.1)
  expect(withJitter(900)).toBe(10)
})

test('[CLIENT-13] a server that counts anew sets the clock anew, and its rate is measured from there', () => {
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 100_000 }), fc.integer({ min: 1, max: 100 }), (uptimeTicks, newTick) => {
      const clock = new ServerClock(tickHz)
      for (let i = 0; i < 100; i++) clock.heard(uptimeTicks + i, i * msPerTick)
      const restartMs = 100 * msPerTick + 3_000
      clock.heard(newTick, restartMs)
      expect(clock.tickAt(restartMs)).toBeCloseTo(newTick, 6)
      expect(clock.newestTick()).toBe(newTick)
      expect(clock.measuredTickHz()).toBe(tickHz)
      for (let i = 1; i <= 100; i++) clock.heard(newTick + i, restartMs + i * msPerTick)
      expect(clock.measuredTickHz()).toBeCloseTo(tickHz, 6)
    }),
  )
})

test('[CLIENT-14] the measured rate is what the server does, not what it was told to do', () => {
  const clock = new ServerClock(tickHz)
  for (let tick = 1; tick <= 190; tick++) clock.heard(tick, (tick * 1000) / 19)
  expect(clock.measuredTickHz()).toBeCloseTo(19, 0)
})

test('[CLIENT-14] a stall that ends with everything at once is not taken for a faster server', () => {
  const clock = steady({ ticks: 200, delayMs: 50 })
  const stalledUntilMs = 240 * msPerTick
  for (let tick = 201; tick <= 240; tick++) clock.heard(tick, stalledUntilMs)
  for (let tick = 241; tick <= 280; tick++) clock.heard(tick, tick * msPerTick + 50)
  expect(clock.measuredTickHz()).toBeCloseTo(tickHz, 0)
})

test('[CLIENT-14] in a quiet world the rate is measured by what little is said', () => {
  const clock = new ServerClock(tickHz)
  for (const tick of [1, 21, 41, 61]) clock.heard(tick, tick * msPerTick)
  expect(clock.measuredTickHz()).toBeCloseTo(tickHz, 6)
  // It answers, and its world stands still.
  for (const second of [1, 2, 3]) clock.heard(61, 61 * msPerTick + second * 1_000)
  expect(clock.measuredTickHz()).toBeCloseTo(tickHz / 2, 6)
})
