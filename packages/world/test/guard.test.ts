import { ManualClock } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { hook } from '../src/define/game.ts'
import { gate } from '../src/define/gate.ts'
import { TickGuard, TickPhase, TickThreadOnly } from '../src/guard/tick-guard.ts'
import { hooksMax } from '../src/limits.ts'
import { Pipeline, type Stage, stages } from '../src/pipeline/pipeline.ts'
import { Pulse } from '../src/pipeline/pulse.ts'
import { Motion } from '../src/space/motion.ts'
import { World } from '../src/world.ts'
import { arena, arenaWorld, boot, Health, hashOf } from './arena.ts'

const clock = new ManualClock()
const named = (name: string, stage: Stage, order: number, run = (): void => undefined) => ({ name, stage, order, run })

test('[GUARD-1] a refusal says what was called, what it is for, and what is now', () => {
  const guard = new TickGuard()
  guard.enter(TickPhase.Send)
  const refused = (): void => guard.require('World.spawn', TickPhase.Boot | TickPhase.Apply)
  expect(refused).toThrow(TickThreadOnly)
  expect(refused).toThrow('TICK_THREAD_ONLY: World.spawn is for boot, apply; now is send')
  try {
    refused()
  } catch (error) {
    expect(error).toMatchObject({ code: 'TICK_THREAD_ONLY', entry: 'World.spawn' })
  }
})

test('[GUARD-1] a pipeline opens one phase per stage, and closes after the last', () => {
  const guard = new TickGuard()
  const seen: number[] = []
  const hooks = stages.map((stage) => named(stage, stage, 1, () => seen.push(guard.phase())))
  new Pipeline(hooks, [], { clock, guard }).run(1)
  expect(seen).toEqual([TickPhase.Poll, TickPhase.Apply, TickPhase.Simulate, TickPhase.Extract, TickPhase.Send])
  expect(guard.phase()).toBe(TickPhase.Closed)
})

test('[GUARD-1] a failed guard opens no more', () => {
  const guard = new TickGuard()
  guard.fail()
  expect(() => guard.enter(TickPhase.Apply)).toThrow('TICK_THREAD_ONLY: TickGuard.enter')
  expect(() => guard.leave()).toThrow(TickThreadOnly)
  expect(() => guard.require('anything', TickPhase.Closed)).toThrow('now is failed')
})

test('[GUARD-1] a write that is refused writes nothing, and one of what is there already is refused too', () => {
  const world = arenaWorld()
  boot(world, () => {
    world.spawn(world.zones[0] as never, 100, 100)
    world.table(Health).add(0, { current: 5 })
  })
  const hash = hashOf(world)
  const { current } = world.table(Health).columns
  expect(() => current.set(0, 6)).toThrow('TICK_THREAD_ONLY: Column.set')
  expect(() => current.set(0, 5)).toThrow('TICK_THREAD_ONLY: Column.set')
  expect(() => world.motion.setVelocity(0, 0, 0)).toThrow('TICK_THREAD_ONLY: Motion.setVelocity')
  expect(hashOf(world)).toBe(hash)
})

test('[GUARD-3] a motion of no world moves at any time', () => {
  const motion = new Motion({ capacity: 1, tickHz: 20 }, { turned: () => undefined, placed: () => undefined })
  motion.place(0, 100, 100)
  motion.setVelocity(0, 20, 0)
  motion.step(0, 1000)
  expect(motion.xCm(0)).toBe(101)
})

test('[GUARD-6] a hook of a game says its stage and order, and refuses what is none', () => {
  const noop = (): void => undefined
  expect(hook('census', { stage: 'extract', order: 15 }, noop)).toEqual({
    name: 'census',
    stage: 'extract',
    order: 15,
    run: noop,
  })
  expect(() => hook('census', { stage: 'pole' as Stage, order: 1 }, noop)).toThrow('there is no stage pole')
  expect(() => hook('census', { stage: 'poll', order: Number.NaN }, noop)).toThrow('its order is no number')
  expect(() => hook('the census', { stage: 'poll', order: 1 }, noop)).toThrow('hook "the census"')
})

test('[GUARD-7] two hooks of one name refuse the game, too many the pipeline', () => {
  const census = hook('census', { stage: 'extract', order: 15 }, () => undefined)
  expect(() => arena({ hooks: [census, { ...census, order: 16 }] })).toThrow('two hooks are named census')
  const many = Array.from({ length: hooksMax + 1 }, (_, order) => named(`hook ${order}`, 'poll', order))
  expect(() => new Pipeline(many, [], { clock })).toThrow(`at most ${hooksMax}`)
  expect(() => new Pipeline(many.slice(1), [], { clock })).not.toThrow()
})

test('[GUARD-8] a pulse tells other threads what is running, and what has run', () => {
  const memory = Pulse.create()
  const watcher = new Pulse(memory)
  const pulse = new Pulse(memory)
  const seen: unknown[] = []
  const look = (): void => void seen.push([watcher.hook(), watcher.system()])
  const world = arenaWorld()
  const hooks = [named('poll', 'poll', 1, look), named('systems', 'simulate', 1, () => pulse.enterSystem(0))]
  const pipeline = new Pipeline([...hooks, named('late', 'simulate', 2, look)], [], {
    clock,
    pulse,
    guard: world.guard,
  })
  look()
  pipeline.run(1)
  pipeline.run(2)
  look()
  expect(seen).toEqual([
    [-1, -1],
    [0, -1],
    [2, 0],
    [0, -1],
    [2, 0],
    [-1, -1],
  ])
  expect([watcher.runs(1), watcher.lastTick(1), watcher.isStale(1, 6), watcher.isStale(1, 7)]).toEqual([
    2,
    2,
    false,
    true,
  ])
  expect([watcher.runs(5), watcher.lastTick(5)]).toEqual([0, -1])
})

test('[GUARD-9] a skipped tick changes nothing but when the moving have changed', () => {
  const world = arenaWorld()
  boot(world, () => {
    for (const vx of [0, 300]) {
      const slot = world.slotOf(world.spawn(world.zones[0] as never, 100, 100))
      world.motion.setVelocity(slot, vx, 0)
    }
  })
  world.beginTick()
  const hash = hashOf(world)
  world.guard.enter(TickPhase.Poll)
  world.skipTick()
  expect(hashOf(world)).toBe(hash)
  expect([...world.motionChangedTick.subarray(0, 2)]).toEqual([0, 1])
  expect(world.changes.cellChangedTick[world.changes.cellOf[1] as number]).toBe(1)
})

test('[GUARD-20] gates decide before a tick who takes part in it, and nothing changes that while it runs (C-016)', () => {
  let open = true
  const world = new World(
    { ...arena(), gates: [gate('odd', (_world, slot) => open || slot % 2 === 1)] },
    { tickHz: 20, seed: 1 },
  )
  boot(world, () => {
    for (let i = 0; i < 2; i++) {
      const slot = world.slotOf(world.spawn(world.zones[0] as never, 100, 100))
      world.motion.setVelocity(slot, 100, 0)
    }
  })
  open = false
  world.beginTick()
  open = true
  expect([world.eligibility.has(0), world.eligibility.has(1)]).toEqual([false, true])
  world.guard.enter(TickPhase.Simulate)
  expect(() => world.eligibility.evaluate(world)).toThrow(TickThreadOnly)
  const late = world.slotOf(world.spawn(world.zones[0] as never, 100, 100))
  world.motion.setVelocity(late, 100, 0)
  world.runSystems()
  world.guard.leave()
  expect([world.motion.x[0], world.motion.x[1], world.motion.x[late]]).toEqual([2000, 2100, 2000])
  expect(world.motionChangedTick[0]).toBe(world.tick())
  world.beginTick()
  expect([0, 1, late].map((slot) => world.eligibility.has(slot))).toEqual([true, true, true])
})
