import { Random } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { Lateness } from '../src/lateness.ts'
import { ServerClock } from '../src/server-clock.ts'

const tickHz = 20
const msPerTick = 1000 / tickHz

interface Heard {
  readonly clock: ServerClock
  /** Share of the last messages that came before what they tell of was drawn. */
  readonly onTime: number
  /** Largest delay at any time. */
  readonly delayMax: number
}

/** A clock that hears a tick in each interval, each so late. */
function hear(ticks: number, lateMs: (tick: number) => number, clock = new ServerClock(tickHz), from = 0): Heard {
  const arrivals = Array.from({ length: ticks }, (_, index) => {
    const tick = from + index + 1
    return { tick, nowMs: tick * msPerTick + 60 + lateMs(tick) }
  }).sort((a, b) => a.nowMs - b.nowMs)
  let onTime = 0
  let delayMax = 0
  for (const [index, { tick, nowMs }] of arrivals.entries()) {
    const drawnTick = clock.tickAt(nowMs) - clock.delayTicks()
    if (index >= ticks / 2 && drawnTick <= tick - 1) onTime += 1 / Math.floor((ticks + 1) / 2)
    clock.heard(tick, nowMs)
    delayMax = Math.max(delayMax, clock.delayTicks())
  }
  return { clock, onTime, delayMax }
}

test.each([1, 2, 3, 4, 5])(
  '[CLIENT-12] under any jitter nearly everything is known before it is drawn (seed %i)',
  (seed) => {
    const random = new Random(seed)
    const uniform = hear(1_000, () => random.between(0, 150))
    const bursts = hear(1_000, (tick) => (tick % 40 < 6 ? random.between(0, 250) : random.between(0, 20)))
    expect(uniform.onTime).toBeGreaterThan(0.93)
    expect(bursts.onTime).toBeGreaterThan(0.93)
    // No more than it takes: the latest are not waited for.
    expect(uniform.clock.delayTicks()).toBeLessThan(1 + 150 / msPerTick)
    expect(uniform.clock.delayTicks()).toBeGreaterThan(1 + 75 / msPerTick)
  },
)

test('[CLIENT-12] single messages that come very late do not move the delay', () => {
  const { delayMax } = hear(1_000, (tick) => (tick % 50 === 0 ? 600 : 0))
  expect(delayMax).toBeLessThan(1.5)
})

test('[CLIENT-12] the delay goes up within two seconds of a link that has become worse, and down within ten and not at once', () => {
  const random = new Random(9)
  const { clock } = hear(200, () => random.between(0, 5))
  const worse = (): number => random.between(0, 200)
  expect(clock.delayTicks()).toBeLessThan(1.3)
  hear(40, worse, clock, 200)
  const up = clock.delayTicks()
  expect(up).toBeGreaterThan(3.5)
  hear(60, worse, clock, 240)
  hear(100, () => 0, clock, 300)
  expect(clock.delayTicks()).toBeGreaterThan(up - 1)
  hear(200, () => 0, clock, 400)
  expect(clock.delayTicks()).toBeLessThan(1.5)
})

test('[CLIENT-12] the delay never changes faster than a quarter of the time that passes', () => {
  const random = new Random(4)
  const clock = new ServerClock(tickHz)
  let before = { nowMs: 0, delayTicks: clock.delayTicks() }
  for (let tick = 1; tick < 600; tick++) {
    const nowMs = Math.max(before.nowMs, tick * msPerTick + random.between(0, tick % 200 < 100 ? 10 : 400))
    clock.heard(tick, nowMs)
    const changedTicks = Math.abs(clock.delayTicks() - before.delayTicks)
    expect(changedTicks).toBeLessThanOrEqual(((nowMs - before.nowMs) / msPerTick) * 0.25 + 1e-9)
    before = { nowMs, delayTicks: clock.delayTicks() }
  }
})

test('[CLIENT-12] the bound of lateness: nothing known, few messages, and never below zero', () => {
  const lateness = new Lateness()
  expect(lateness.bound()).toBe(0)
  lateness.add(-3)
  expect(lateness.bound()).toBe(0)
  lateness.add(2)
  expect(lateness.bound()).toBe(2)
  for (let i = 0; i < 100; i++) lateness.add(i / 100)
  expect(lateness.bound()).toBeCloseTo(0.94, 9)
})
