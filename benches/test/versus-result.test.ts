import { expect, test } from 'vitest'
import { bars, judgeBars, type Round } from '../src/versus/bars.ts'
import type { ContenderName } from '../src/versus/contender.ts'
import type { Contest } from '../src/versus/contest.ts'
import { reportOf } from '../src/versus/versus-result.ts'
import { crowds } from '../src/versus/workloads.ts'

function contest(contender: ContenderName, figures: Partial<Contest>): Contest {
  return {
    contender,
    cpuMsPerS: 100,
    bytesPerClientS: 1_000,
    streamBytesPerClientS: 1_040,
    framesPerClientS: 20,
    achievedTickHz: 20,
    tickP50Ms: 1,
    tickP99Ms: 4,
    visible: 70,
    bytesPerVisible: 0.7,
    streamBytesPerVisible: 0.75,
    rssMb: 150,
    clientCpuMsPerS: 200,
    viewsChecked: 600,
    viewErrors: 0,
    maxPositionErrorM: 0.01,
    burst: null,
    ...figures,
  }
}

function round(worldkeep: Partial<Contest>, colyseus: Partial<Contest>, floor: Partial<Contest> = {}): Round {
  return {
    worldkeep: contest('worldkeep', worldkeep),
    colyseus: contest('colyseus', colyseus),
    floor: contest('floor', floor),
  }
}

const options = { crowd: crowds.M, seconds: 10, versions: {}, failures: [] }

test('[BENCH-4] ratios are taken within a round, and of them the median', () => {
  const rounds = [
    round({ cpuMsPerS: 100 }, { cpuMsPerS: 400 }),
    // A busy minute: everybody needs thrice as much, and the ratio stays.
    round({ cpuMsPerS: 300 }, { cpuMsPerS: 1_200 }),
    round({ cpuMsPerS: 100 }, { cpuMsPerS: 200 }),
  ]
  const [cpu] = judgeBars(bars.M, rounds)
  expect(cpu).toMatchObject({ label: 'server CPU by colyseus', measured: 0.25, holds: true, reachesAim: false })
})

test('[BENCH-4] a bar holds up to its limit and no further, in both directions', () => {
  const judge = (figures: Partial<Contest>) => judgeBars(bars.L, [round(figures, {})])
  expect(judge({ achievedTickHz: 19.8, tickP99Ms: 10 }).map(({ holds }) => holds)).toEqual([true, true, null])
  expect(judge({ achievedTickHz: 19.79, tickP99Ms: 10.01 }).map(({ holds }) => holds)).toEqual([false, false, null])
  expect(judge({ tickP99Ms: 5 }).map(({ reachesAim }) => reachesAim)).toEqual([true, true, null])
})

test('[BENCH-4] who was not measured leaves a bar open', () => {
  const judged = judgeBars(bars.M, [{ worldkeep: contest('worldkeep', {}) }])
  expect(judged.map(({ measured, holds }) => [measured, holds])).toEqual(bars.M.map(() => [null, null]))
  expect(reportOf([{ worldkeep: contest('worldkeep', {}) }], options).isGood).toBe(true)
})

test('[BENCH-4] a burst is judged by who got in, when, and what the tick gave up', () => {
  const burst = (tookMs: number, dropped: number, clamps: number) => {
    const figures = { burst: { tookMs, dropped, clamps } }
    return judgeBars(bars.burst, [{ worldkeep: contest('worldkeep', figures) }]).map(({ holds }) => holds)
  }
  expect(burst(5_000, 0, 0)).toEqual([true, true, true])
  expect(burst(5_001, 1, 1)).toEqual([false, false, false])
})

test('[BENCH-5] good is who holds every bar and shows nothing wrong', () => {
  const theirs = { cpuMsPerS: 500, bytesPerClientS: 20_000 }
  const held = round({}, theirs, { cpuMsPerS: 80 })
  expect(reportOf([held], options)).toMatchObject({ isGood: true, result: { workload: 'M', viewErrors: 0 } })
  expect(reportOf([round({}, theirs, { cpuMsPerS: 60 })], options).isGood).toBe(false)
  expect(reportOf([round({ viewErrors: 1 }, theirs, { cpuMsPerS: 80 })], options).isGood).toBe(false)
  expect(reportOf([round({}, { ...theirs, viewErrors: 3 }, { cpuMsPerS: 80 })], options).isGood).toBe(true)
})

test('[BENCH-5] who failed is told, and the comparison is not good', () => {
  const failures = ['round 1 of 1: colyseus: nobody got in']
  const { isGood, rows } = reportOf([{ worldkeep: contest('worldkeep', {}) }], { ...options, failures })
  expect(isGood).toBe(false)
  expect(rows).toContainEqual(['failed', failures[0], 'bad'])
  expect(reportOf([{}], { ...options, failures }).isGood).toBe(false)
})

test('[BENCH-5] the table has a column of each contender and a line of each bar', () => {
  const { rows } = reportOf([round({}, { cpuMsPerS: 500 })], options)
  const text = rows.map((cells) => cells.slice(0, 2).join(' ')).join('\n')
  expect(text).toMatch(/worldkeep +colyseus +floor/)
  expect(text).toMatch(/server CPU by colyseus at most 1\/4, aim 1\/6: 1\/5, holds/)
  expect(text).toMatch(/server CPU by floor at most 1.5 x, aim 1 x: 1 x, holds, aim reached/)
})
