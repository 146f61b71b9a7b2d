import { readdirSync, readFileSync } from 'node:fs'
import { join as joinPath } from 'node:path'
import { ByteReader, type Fields, ManualClock, RingReader, RingWriter, type Row } from '@worldkeep/kernel'
import {
  type Hook,
  hook,
  Pipeline,
  PipelineMissingHooks,
  slice,
  sliceDone,
  TickPhase,
  TickThreadOnly,
  type Zone,
} from '@worldkeep/world'
import { afterEach, describe, expect, test } from 'vitest'
import { coreDefaults } from '../src/core/core-config.ts'
import { createBoards, openTickBoard } from '../src/core/counters.ts'
import { createMailboxes, RecordKind, type Route } from '../src/core/mailboxes.ts'
import { readRecordedTick } from '../src/core/replay/recorded-entry.ts'
import { Replayer } from '../src/core/replay/replayer.ts'
import { Commands } from '../src/core/tick/commands.ts'
import { DurableLane } from '../src/core/tick/durable-lane.ts'
import { JobsOutbox } from '../src/core/tick/jobs-outbox.ts'
import { Joins } from '../src/core/tick/joins.ts'
import { PlayerSaves } from '../src/core/tick/player-saves.ts'
import { requiredHooks } from '../src/core/tick/required-hooks.ts'
import { TickCore } from '../src/core/tick/tick-core.ts'
import { TickFault } from '../src/core/tick/tick-fault.ts'
import { createGame, Earn, Health, Hit } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { join } from './party.ts'

const repository = new URL('../../../', import.meta.url)
const game = createGame()

/** Everything of a tick, with its parts within reach. */
function rig() {
  const mailboxes = createMailboxes()
  const board = openTickBoard(createBoards())
  const config = { ...coreDefaults, sessionsMax: 4 }
  const doorbells = { gateway: null, persistence: null, host: null }
  const core = new TickCore({ game, config, mailboxes, board, clock: new ManualClock(), connectionsMax: 16, doorbells })
  const { world, sessions, outbound, events } = core
  const jobs = new JobsOutbox(new RingWriter(createMailboxes().jobs))
  const saves = new PlayerSaves(world, jobs, board, config)
  const lane = new DurableLane(saves.saved, jobs, board, world.guard)
  const shared = { world, sessions, outbound, board }
  const commands = new Commands({ ...shared, lane })
  const joins = new Joins({ ...shared, saves, jobs, events, config })
  return { core, world, sessions, outbound, lane, saves, commands, joins, guard: world.guard }
}

type Rig = ReturnType<typeof rig>

const nothing = (): ByteReader => new ByteReader(new Uint8Array(64))
const route = 3 as Route

/** How each entry is called. */
const calls: { readonly [entry: string]: (rig: Rig) => unknown } = {
  'World.beginTick': ({ world }) => world.beginTick(),
  'Eligibility.evaluate': ({ world }) => world.eligibility.evaluate(world),
  'World.skipTick': ({ world }) => world.skipTick(),
  'World.spawn': ({ world }) => world.spawn(world.zones[0] as Zone, 5, 5),
  'World.despawn': ({ world }) => world.despawn(world.handleOf(2)),
  'World.runSystems': ({ world }) => world.runSystems(),
  'World.commitSpace': ({ world }) => world.commitSpace(),
  'TimeSlices.add': ({ world }) => world.slices.add(slice('undeclared', { units: 1, step: () => sliceDone })),
  'TimeSlices.run': ({ world }) => world.slices.run(),
  'ComponentTable.add': ({ world }) => world.table(Health).add(0, { current: 3 }),
  'ComponentTable.remove': ({ world }) => world.table(Health).remove(1),
  'Column.set': ({ world }) => world.table(Health).columns.current.set(0, 4),
  'Motion.place': ({ world }) => world.motion.place(0, 7, 7),
  'Motion.setVelocity': ({ world }) => world.motion.setVelocity(0, 7, 7),
  'Sight.enter': ({ world }) => world.sight.enter(0, 3),
  'TickCore.tick': ({ core }) => core.tick(),
  'TickCore.tryStop': ({ core }) => core.tryStop(),
  'Joins.handshake': ({ joins }) => joins.handshake(nothing(), 1),
  'Joins.loaded': ({ joins }) => joins.loaded(nothing(), 1),
  'Joins.dropped': ({ joins }) => joins.dropped(route, 1),
  'Joins.left': ({ joins }) => joins.left(route),
  'Joins.expire': ({ joins }) => joins.expire(1),
  'SessionTable.claim': ({ sessions }) => sessions.claim('somebody'),
  'SessionTable.bind': ({ sessions }) => sessions.bind(sessions.at(3), route),
  'SessionTable.unbind': ({ sessions }) => sessions.unbind(sessions.at(3)),
  'SessionTable.release': ({ sessions }) => sessions.release(sessions.at(3)),
  'Commands.input': ({ commands }) => commands.input(nothing(), 1),
  'Commands.command': ({ commands }) => commands.command(nothing(), 1),
  'Commands.committed': ({ commands }) => commands.committed(nothing()),
  'DurableLane.add': ({ lane, sessions }) => lane.add(sessions.at(3), Earn, 1, { amount: 1 } as Row<Fields>, 1),
  'DurableLane.addPlayer': ({ lane }) =>
    lane.addPlayer({ playerId: '', name: '', zone: '', xCm: 0, zCm: 0, revision: 0, documents: '' } as never, 0),
  'DurableLane.flush': ({ lane }) => lane.flush(),
  'PlayerSaves.save': ({ saves, sessions }) => saves.save(sessions.at(3)),
  'Outbound.message': ({ outbound }) => outbound.message(route, RecordKind.Message, () => undefined, 0),
  'Outbound.result': ({ outbound, sessions }) =>
    outbound.result(sessions.at(3), 1, 'ok', { durable: 0, duplicate: 0, retryable: 0 }),
  'Outbound.beginTick': ({ outbound }) => outbound.beginTick(1),
  'Outbound.frame': ({ outbound, sessions }) => outbound.frame(sessions.at(3), 1),
  'Outbound.endTick': ({ outbound }) => outbound.endTick(1),
  'TickGuard.enter': ({ guard }) => guard.enter(guard.phase()),
}

interface Row3 {
  readonly entry: string
  readonly phases: readonly string[]
}

/** The table of the page. */
const rows: readonly Row3[] = readFileSync(new URL('docs/spec/guards.md', repository), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, entry, phases] = /^\| `([\w.]+)` \| \w+ \| ([a-z ]+) \|$/.exec(line) ?? []
    return entry === undefined || phases === undefined ? [] : [{ entry, phases: phases.split(' ') }]
  })

const phaseNames = Object.keys(TickPhase) as (keyof typeof TickPhase)[]

/** What a call throws; null: nothing. */
function thrownBy(call: () => unknown): unknown {
  try {
    call()
    return null
  } catch (error) {
    return error
  }
}

describe('[GUARD-1] each entry is for its phases only', () => {
  const shared = rig()
  const failed = rig()
  failed.guard.fail()

  test.each(rows)('$entry', ({ entry, phases }) => {
    for (const name of phaseNames) {
      const used = name === 'Failed' ? failed : shared
      if (name !== 'Failed') used.guard.enter(TickPhase[name])
      const before = [used.world.hashState().hex(), used.sessions.count, used.world.tick()]
      const thrown = thrownBy(() => calls[entry]?.(used))
      if (phases.includes(name.toLowerCase())) {
        expect(thrown, `${entry} in ${name}`).not.toBeInstanceOf(TickThreadOnly)
      } else {
        expect(thrown, `${entry} in ${name}`).toBeInstanceOf(TickThreadOnly)
        expect(thrown).toMatchObject({ code: 'TICK_THREAD_ONLY', entry })
        expect([used.world.hashState().hex(), used.sessions.count, used.world.tick()]).toEqual(before)
      }
      if (name !== 'Failed') used.guard.enter(TickPhase.Closed)
    }
  })
})

test('[GUARD-2] the table has every entry that asks, and no other', () => {
  const asked = ['packages/world/src', 'packages/server/src'].flatMap((folder) => {
    const path = new URL(`${folder}/`, repository).pathname
    return (readdirSync(path, { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(joinPath(path, file), 'utf8').matchAll(/[rR]equire\('(\w+\.\w+)'/g)])
      .map(([, entry]) => entry)
  })
  const listed = rows.map(({ entry }) => entry).sort()
  expect([...new Set(asked)].sort()).toEqual(listed)
  expect(Object.keys(calls).sort()).toEqual(listed)
  expect(listed.length).toBeGreaterThan(30)
})

const isRequired = (name: string): boolean => (requiredHooks as readonly string[]).includes(name)

test.each(requiredHooks)('[GUARD-4] without "%s" both layers refuse (C-023)', (missing) => {
  const hooks = wired.filter(({ name }) => name !== missing)
  expect(hooks.length).toBe(wired.length - 1)
  const parts = { clock: new ManualClock() }
  for (const layer of [
    () => new Pipeline(hooks, requiredHooks, parts),
    () => new Pipeline(hooks, [], parts).verify(requiredHooks),
  ]) {
    const thrown = thrownBy(layer)
    expect(thrown).toBeInstanceOf(PipelineMissingHooks)
    expect(thrown).toMatchObject({ code: 'RUNTIME_PIPELINE_MISSING_HOOKS', missing: [missing] })
    expect((thrown as Error).message).toContain(missing)
  }
})

/** The hooks of a real tick. */
const wired: readonly Hook[] = rig().core.pipeline.hooks

test('[GUARD-4] all required hooks are wired', () => {
  expect(wired.filter(({ name }) => isRequired(name))).toHaveLength(requiredHooks.length)
})

let node: SimulatedNode | null = null
afterEach(async () => {
  await node?.dispose()
  node = null
})

test('[GUARD-6] hooks of a game run at their place, with the world and the tick, and prove their life (C-012)', async () => {
  const ran: string[] = []
  const at = (name: string, stage: Hook['stage'], order: number) =>
    hook(name, { stage, order }, (world, tick) => ran.push(`${name} ${tick === world.tick()}`))
  const hooked = { ...createGame(), hooks: [at('last', 'send', 95), at('first', 'poll', -1), at('mid', 'apply', 35)] }
  node = await SimulatedNode.start({ game: hooked })
  await node.step()
  expect(ran).toEqual(['first true', 'mid true', 'last true'])
  const report = node.tick.pipeline.report(1)
  expect(report[0]).toEqual({ name: 'first', stage: 'poll', runs: 1, lastTick: 1, stale: false })
  expect(report.at(-1)?.name).toBe('last')
  expect(report.findIndex(({ name }) => name === 'mid')).toBe(report.findIndex(({ name }) => name === 'commands') - 1)
})

test.each([
  ['poll', false],
  ['apply', true],
  ['simulate', true],
  ['extract', false],
  ['send', false],
] as const)('[GUARD-6] a hook in %s may change the world: %s (C-017, C-019)', async (stage, allowed) => {
  const meddler = hook('meddler', { stage, order: 1 }, (world) => world.table(Health).columns.current.set(0, 9))
  node = await SimulatedNode.start({ game: { ...createGame(), hooks: [meddler] } })
  const { tick } = node
  const before = tick.world.table(Health).columns.current.get(0)
  const thrown = thrownBy(() => tick.tick())
  if (stage === 'poll') expect(node.tickBoard.read('pollFaults')).toBe(1)
  else if (allowed) expect(thrown).toBeNull()
  else expect((thrown as Error).message).toContain('TICK_THREAD_ONLY: Column.set')
  expect(tick.world.table(Health).columns.current.get(0)).toBe(allowed ? 9 : before)
})

test('[GUARD-7] a hook at the place of one of the server, or with its name, refuses the start', async () => {
  const start = (hooks: readonly ReturnType<typeof hook>[]) => SimulatedNode.start({ game: { ...createGame(), hooks } })
  const noop = (): void => undefined
  await expect(start([hook('mine', { stage: 'simulate', order: 10 }, noop)])).rejects.toThrow('share simulate:10')
  await expect(start([hook('systems', { stage: 'simulate', order: 11 }, noop)])).rejects.toThrow('named systems')
})

/** A node in which the poll of tick 30 fails, with a player who walks since tick 20 or so. */
async function walkIntoFault(pollFaults: number): Promise<{ readonly ada: Awaited<ReturnType<typeof join>> }> {
  const faulty = createGame({ pollFaultAtTick: 30, pollFaults })
  node = await SimulatedNode.start({ game: faulty, record: { checkpointIntervalTicks: 40 } })
  const ada = await join(node, faulty, 'ada')
  while (node.tick.world.tick() < 20) await node.step()
  ada.client.input({ x: 1, z: 0.5 })
  while (node.tick.world.tick() < 29) await node.step()
  return { ada }
}

test('[GUARD-9] a fault in poll skips the tick: it counts, and the world is as before (A-006, A-008)', async () => {
  const { ada } = await walkIntoFault(1)
  if (node === null) throw new Error('no node')
  const { world } = node.tick
  const slot = world.slotOf(ada.client.joinAck?.entity ?? 0)
  const place = (): readonly number[] => [world.motion.x[slot] ?? 0, world.motion.z[slot] ?? 0]
  const before = place()
  const frames = ada.client.frames.length
  // Taken in by the tick that fails, applied by the next one, once.
  const seq = ada.client.command(Hit, { target: world.handleOf(0) })
  await node.step()
  expect(world.tick()).toBe(30)
  expect(place()).toEqual(before)
  expect(ada.client.frames.length).toBe(frames)
  expect(node.tickBoard.read('pollFaults')).toBe(1)
  expect(node.tickBoard.read('ticks')).toBe(30)
  await node.step()
  await node.step()
  expect(world.tick()).toBe(32)
  expect(place()[0]).toBe((before[0] ?? 0) + 2 * (world.motion.vx[slot] ?? 0))
  expect(ada.client.results.map((result) => [result.seq, result.code])).toEqual([[seq, 'ok']])
  expect(world.table(Health).columns.current.get(0)).toBe(49)
})

test('[GUARD-9] clients see the moving where they are after a skipped tick', async () => {
  const { ada } = await walkIntoFault(2)
  if (node === null) throw new Error('no node')
  const { world } = node.tick
  const slot = world.slotOf(ada.client.joinAck?.entity ?? 0)
  await node.steps(10)
  const seen = ada.client.model?.entities.get(slot)
  const place = { xM: 0, zM: 0 }
  seen?.track.positionAt(world.tick(), place)
  // One tick of this walk is 18 cm.
  expect(Math.abs(place.xM * 100 - world.motion.xCm(slot))).toBeLessThan(2)
  expect(Math.abs(place.zM * 100 - world.motion.zCm(slot))).toBeLessThan(2)
})

test('[GUARD-9] the fault is logged once, with its code and place', async () => {
  await walkIntoFault(2)
  if (node === null) throw new Error('no node')
  const events = new RingReader(node.mailboxes.events)
  while (events.next());
  await node.steps(4)
  const lines: string[] = []
  while (events.next()) {
    if (events.kind !== RecordKind.Log) continue
    events.body.u8()
    lines.push(events.body.text(1024))
  }
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^TICK_POLL_FAULT: .*tick 30, stage poll, hook arenaPoll, seed \d+: planted poll fault$/)
  expect(node.tickBoard.read('pollFaults')).toBe(2)
})

test('[GUARD-10] the third poll fault in a row is the end, and nothing is saved any more', async () => {
  await walkIntoFault(3)
  if (node === null) throw new Error('no node')
  const { tick } = node
  await node.steps(2)
  const fault = thrownBy(() => tick.tick())
  expect(fault).toBeInstanceOf(TickFault)
  expect(fault).toMatchObject({ tick: 32, system: null, hook: { stage: 'poll', name: 'arenaPoll' } })
  expect(() => tick.tryStop()).toThrow('TICK_THREAD_ONLY: TickCore.tryStop')
  expect(() => tick.tick()).toThrow('TICK_THREAD_ONLY: TickCore.tick')
})

test('[GUARD-10] any other fault is the end at once, and names tick, stage, hook, system and seed (Ax-17)', async () => {
  node = await SimulatedNode.start({ game: createGame({ failAtTick: 3 }), config: { seed: 77 } })
  const { tick } = node
  await node.steps(2)
  const fault = thrownBy(() => tick.tick()) as TickFault
  expect(fault.message).toBe('tick 3, stage simulate, hook systems, system fault, seed 77: planted fault at tick 3')
  expect(fault).toMatchObject({ tick: 3, seed: 77, system: 'fault', hook: { stage: 'simulate', name: 'systems' } })
  expect((fault.cause as Error).message).toBe('planted fault at tick 3')
  expect(fault.stack).toContain('arena.ts')
  expect(() => tick.tryStop()).toThrow(TickThreadOnly)
})

test('[GUARD-11] a recording with skipped ticks replays to the same hashes', async () => {
  const { ada } = await walkIntoFault(2)
  if (node === null) throw new Error('no node')
  ada.client.command(Hit, { target: node.tick.world.handleOf(1) })
  await node.steps(20)
  const ring = new RingReader(node.recording)
  const again = new Replayer(createGame({ pollFaultAtTick: 30, pollFaults: 2 }), coreDefaults, new ManualClock())
  const replayed: number[] = []
  let restored = false
  while (ring.next()) {
    if (ring.kind === RecordKind.RecordedCheckpoint && !restored) {
      ring.body.u32()
      ring.body.varint()
      ring.body.varint()
      restored = again.restore(ring.bytes().slice())
    } else if (ring.kind === RecordKind.RecordedTick) {
      const entry = readRecordedTick(ring.body)
      if (entry === null) throw new Error('not a recorded tick')
      expect(again.replay(entry), `tick ${entry.tick}`).toBeNull()
      replayed.push(entry.tick)
    }
  }
  expect(replayed).toEqual(Array.from({ length: node.tick.world.tick() }, (_, i) => i + 1))
})
