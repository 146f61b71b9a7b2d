import { ManualClock } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { type Hook, Pipeline, PipelineMissingHooks, type Stage, stages } from '../src/pipeline/pipeline.ts'

const clock = new ManualClock()

function hook(name: string, stage: Stage, order: number, run: (tick: number) => void = () => undefined): Hook {
  return { name, stage, order, run }
}

test('[WORLD-26] stages run in their order, and hooks of one stage by theirs', () => {
  expect(stages).toEqual(['poll', 'apply', 'simulate', 'extract', 'send'])
  const ran: string[] = []
  const note = (name: string, stage: Stage, order: number) =>
    hook(name, stage, order, (tick) => ran.push(`${name}@${tick}`))
  const pipeline = new Pipeline(
    [
      note('g', 'send', 0),
      note('c', 'apply', 20),
      note('b', 'apply', -5),
      note('a', 'poll', 99),
      note('e', 'simulate', 1),
    ],
    [],
    { clock },
  )
  pipeline.run(7)
  pipeline.run(8)
  expect(ran).toEqual(['a@7', 'b@7', 'c@7', 'e@7', 'g@7', 'a@8', 'b@8', 'c@8', 'e@8', 'g@8'])
})

test('[WORLD-26] each stage has its time', () => {
  const hands = new ManualClock()
  const wait = (stage: Stage, ms: number) => hook(`${stage} ${ms}`, stage, ms, () => hands.advanceMs(ms))
  const pipeline = new Pipeline([wait('apply', 2), wait('apply', 3), wait('send', 7)], [], { clock: hands })
  pipeline.run(1)
  expect([...pipeline.stageMs]).toEqual([0, 5, 0, 0, 7])
})

test('[WORLD-27] a missing required hook refuses the boot and is named', () => {
  const build = () => new Pipeline([hook('a', 'poll', 1)], ['a', 'space', 'replication'], { clock })
  expect(build).toThrow(PipelineMissingHooks)
  try {
    build()
  } catch (error) {
    const refusal = error as PipelineMissingHooks
    expect(refusal.code).toBe('RUNTIME_PIPELINE_MISSING_HOOKS')
    expect(refusal.missing).toEqual(['space', 'replication'])
    expect(refusal.message).toBe('RUNTIME_PIPELINE_MISSING_HOOKS: space, replication')
  }
})

test('[WORLD-28] two hooks of one name, of one place, of no stage or of no order refuse the boot', () => {
  const build = (...hooks: readonly Hook[]) => new Pipeline(hooks, [], { clock })
  expect(() => build(hook('a', 'poll', 1), hook('a', 'send', 1))).toThrow('two hooks are named a')
  expect(() => build(hook('a', 'poll', 1), hook('b', 'poll', 1))).toThrow('hooks a and b share poll:1')
  expect(() => build(hook('a', 'pole' as Stage, 1))).toThrow('hook a: there is no stage pole')
  expect(() => build(hook('a', 'poll', Number.NaN))).toThrow('hook a: its order is no number')
  expect(() => build(hook('a', 'poll', 1), hook('b', 'send', 1))).not.toThrow()
})

test('[WORLD-29] every hook proves its life, and one silent for five ticks is stale', () => {
  const pipeline = new Pipeline([hook('b', 'send', 1), hook('a', 'poll', 1)], [], { clock })
  for (let tick = 1; tick <= 10; tick++) pipeline.run(tick)
  expect(pipeline.report(10)).toEqual([
    { name: 'a', stage: 'poll', runs: 10, lastTick: 10, stale: false },
    { name: 'b', stage: 'send', runs: 10, lastTick: 10, stale: false },
  ])
  expect(pipeline.report(14).map(({ stale }) => stale)).toEqual([false, false])
  expect(pipeline.report(15).map(({ stale }) => stale)).toEqual([true, true])
})

test('[WORLD-29] a hook that fell over shows as the stale one', () => {
  let broken = false
  const fragile = hook('fragile', 'simulate', 1, () => {
    if (broken) throw new Error('down')
  })
  const pipeline = new Pipeline([hook('early', 'poll', 1), fragile, hook('late', 'send', 1)], [], { clock })
  for (let tick = 1; tick <= 9; tick++) {
    broken = tick > 4
    if (broken) expect(() => pipeline.run(tick)).toThrow('down')
    else pipeline.run(tick)
  }
  expect(pipeline.report(9).map(({ name, lastTick, stale }) => [name, lastTick, stale])).toEqual([
    ['early', 9, false],
    ['fragile', 4, true],
    ['late', 4, true],
  ])
})
