import { expect, test } from 'vitest'
import { createBoards, openTickBoard } from '../src/core/counters.ts'
import { TickSchedule } from '../src/core/tick/tick-schedule.ts'

function start(options: { readonly tickHz: number; readonly maxCatchUpTicks: number }): {
  schedule: TickSchedule
  board: ReturnType<typeof openTickBoard>
} {
  const board = openTickBoard(createBoards())
  return { schedule: new TickSchedule({ ...options, startMs: 0 }, board), board }
}

/** Runs ticks that take no time from `fromMs` on, until `untilMs`; the moments they ran at. */
function run(schedule: TickSchedule, fromMs: number, untilMs: number): readonly number[] {
  const ran: number[] = []
  for (let nowMs = fromMs; ; ) {
    nowMs = Math.max(nowMs, schedule.nextMs(nowMs))
    if (nowMs > untilMs + 1e-6) return ran
    ran.push(nowMs)
  }
}

test('[SCHED-1] ten seconds at 10 Hz are exactly 100 ticks, at exact intervals (C-002)', () => {
  const { schedule } = start({ tickHz: 10, maxCatchUpTicks: 3 })
  const ran = run(schedule, 0, 10_000)
  expect(ran).toHaveLength(100)
  expect(ran[99]).toBeCloseTo(10_000, 6)
})

test('[SCHED-2] after a 2 s stall at 10 Hz at most 3 ticks run back to back, one clamp is counted, and the deadline is re-anchored (C-003)', () => {
  const { schedule, board } = start({ tickHz: 10, maxCatchUpTicks: 3 })
  run(schedule, 0, 1_000)
  const after = run(schedule, 3_150, 4_000)
  expect(after.filter((ms) => ms === 3_150)).toHaveLength(3)
  expect(after[3]).toBe(3_250)
  expect(board.read('catchUpClamped')).toBe(1)
})

test('[SCHED-3] without catching up, a stall produces no burst and later ticks keep the whole interval (A-005)', () => {
  const { schedule, board } = start({ tickHz: 10, maxCatchUpTicks: 0 })
  run(schedule, 0, 1_000)
  const after = run(schedule, 3_150, 3_600)
  expect(after).toEqual([3_250, 3_350, 3_450, 3_550])
  expect(board.read('catchUpTicks')).toBe(0)
})
