import { ManualClock } from '@worldkeep/kernel'
import { type Hook, Pipeline } from '@worldkeep/world'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { type BoardMemories, createBoards, openPulse, openTickBoard } from '../src/core/counters.ts'
import { createMailboxes } from '../src/core/mailboxes.ts'
import { TickMeter } from '../src/core/tick/tick-meter.ts'
import { judgeHealth } from '../src/host/health.ts'
import { TickWatch } from '../src/host/tick-watch.ts'
import { createMetrics } from '../src/http/metrics.ts'

interface Line {
  readonly [field: string]: unknown
}

/** A watch that looks when it is told to, at a tick thread that is only its memory. */
function watching(options: { readonly tickHz?: number } = {}) {
  const boards = createBoards()
  const lines: Line[] = []
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) })
  const { tickHz = 20 } = options
  const watch = new TickWatch({ boards, log, tickHz, watchdogMs: 500, systems: ['walk', 'grow'] })
  watch.start([
    { name: 'inbound freeze', stage: 'poll', order: 10 },
    { name: 'systems', stage: 'simulate', order: 10 },
  ])
  watch.stop()
  return { boards, watch, lines, board: openTickBoard(boards), pulse: openPulse(boards) }
}

/** Ends a tick, as the tick thread shows it. */
function endTick(board: ReturnType<typeof openTickBoard>): void {
  board.add(board.slot('ticks'), 1)
  board.add(board.slot('tick'), 1)
}

test('[GUARD-12] no progress for 500 ms is said once, with stage, hook and system, and counted (Cx-06)', () => {
  const { watch, lines, board, pulse } = watching()
  endTick(board)
  for (const ms of [1000, 1100]) watch.look(ms)
  pulse.enterHook(1)
  pulse.enterSystem(1)
  for (const ms of [1200, 1300, 1400, 1490]) watch.look(ms)
  expect(watch.stalls).toBe(0)
  for (const ms of [1500, 1600, 1700, 1800]) watch.look(ms)
  expect(watch.stalls).toBe(1)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({
    level: 50,
    msg: 'the tick gets no further',
    tick: 2,
    stage: 'simulate',
    hook: 'systems',
    system: 'grow',
    durationMs: 500,
  })
  expect(watch.lastStall).toMatchObject({ tick: 2, system: 'grow', durationMs: 800, ongoing: true })
})

test('[GUARD-12] when ticks go on, the stall is over and remembered', () => {
  const { watch, lines, board, pulse } = watching()
  board.set(board.slot('actualTickHz'), 20)
  endTick(board)
  pulse.enterHook(0)
  for (let ms = 1000; ms <= 2200; ms += 100) watch.look(ms)
  expect(watch.tickHz()).toBeLessThan(1)
  endTick(board)
  watch.look(2300)
  expect(watch.lastStall).toMatchObject({ stage: 'poll', system: null, durationMs: 1300, ongoing: false })
  expect(watch.tickHz()).toBe(20)
  expect(lines.map(({ msg }) => msg)).toEqual(['the tick gets no further', 'the tick goes on'])
  for (let ms = 2400; ms <= 3000; ms += 100) watch.look(ms)
  expect(watch.stalls).toBe(2)
})

test('[GUARD-12] a world of one tick per second does not stall between two of them', () => {
  const { watch, board } = watching({ tickHz: 1 })
  for (let ms = 1000; ms <= 9000; ms += 100) {
    if (ms % 1000 === 0) endTick(board)
    watch.look(ms)
  }
  expect(watch.stalls).toBe(0)
})

test('[GUARD-13] a host that slept itself does not take that for a stall', () => {
  const { watch, lines, board } = watching()
  endTick(board)
  for (const ms of [1000, 1100, 61_100, 61_200]) watch.look(ms)
  expect(watch.stalls).toBe(0)
  expect(lines).toEqual([])
})

/** Ten ticks in which a stage fails from tick 5 on: what is after it does not run any more. */
function runHalfBroken(boards: BoardMemories): readonly Hook[] {
  const run = (): void => undefined
  const broken = (tick: number): void => {
    if (tick > 4) throw new Error('down')
  }
  const hooks: readonly Hook[] = [
    { name: 'early', stage: 'poll', order: 1, run },
    { name: 'fragile', stage: 'simulate', order: 1, run: broken },
  ]
  const pipeline = new Pipeline(hooks, [], { clock: new ManualClock(), pulse: openPulse(boards) })
  const board = openTickBoard(boards)
  for (let tick = 1; tick <= 9; tick++) {
    try {
      pipeline.run(tick)
    } catch {
      pipeline.abandon()
    }
    endTick(board)
  }
  return pipeline.hooks
}

test('[GUARD-8] a hook that does not run is stale within five ticks: in health, which is degraded, and in metrics (C-103, Cx-07)', async () => {
  const { watch, boards, board } = watching()
  watch.start(runHalfBroken(boards))
  watch.stop()
  const hooks = watch.hooks()
  expect(hooks).toEqual([
    { name: 'early', stage: 'poll', runs: 9, lastTick: 9, stale: false },
    { name: 'fragile', stage: 'simulate', runs: 4, lastTick: 4, stale: true },
  ])
  const parts = { tickAdvances: true, tick: board.read('tick'), tickHz: 20, lastStall: null, storeLatencyMs: 1 }
  const health = judgeHealth({ ...parts, hooks })
  expect([health.status, health.dependencies.tick.status]).toEqual(['degraded', 'degraded'])
  expect(health.dependencies.tick.hooks).toEqual(hooks)
  expect(judgeHealth({ ...parts, hooks: hooks.slice(0, 1) }).status).toBe('ok')
  const metrics = await createMetrics(boards, createMailboxes(), watch).metrics()
  expect(metrics).toContain('worldkeep_hook_runs_total{hook="fragile"} 4')
  expect(metrics).toContain('worldkeep_hook_stale{hook="fragile"} 1')
  expect(metrics).toContain('worldkeep_hook_stale{hook="early"} 0')
})

/** A meter whose ticks begin when the test says so. */
function metering(tickHz: number) {
  const clock = new ManualClock()
  const board = openTickBoard(createBoards())
  const pipeline = new Pipeline([], [], { clock })
  const meter = new TickMeter(board, { pipeline, clock, tickHz, durations: null })
  const tick = (intervalMs: number): number => {
    clock.advanceMs(intervalMs)
    meter.begin()
    meter.end()
    return board.read('actualTickHz')
  }
  return { tick }
}

test.each([1, 10, 20, 60, 240])('[GUARD-14] at %i Hz the measured rate is within 5 % (A-007)', (tickHz) => {
  const { tick } = metering(tickHz)
  // Late by up to a tenth of an interval, now and then.
  for (let i = 0; i < 200; i++) {
    const measured = tick((1000 / tickHz) * (i % 4 === 0 ? 1.1 : i % 4 === 1 ? 0.9 : 1))
    if (i > 5) expect(Math.abs(measured - tickHz) / tickHz).toBeLessThan(0.05)
  }
})

test('[GUARD-14] the measured rate falls with a stall, and comes back', () => {
  const { tick } = metering(20)
  for (let i = 0; i < 100; i++) tick(50)
  expect(tick(1200)).toBeLessThan(12)
  for (let i = 0; i < 100; i++) tick(50)
  expect(tick(50)).toBeGreaterThan(19.5)
})
