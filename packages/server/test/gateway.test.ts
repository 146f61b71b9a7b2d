import { ringCounters } from '@worldkeep/kernel'
import { ClientInput, errorCatalogue, ServerGoodbye } from '@worldkeep/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGame } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { connect, join } from './party.ts'

const game = createGame()
let node: SimulatedNode

beforeEach(async () => {
  node = await SimulatedNode.start({ game })
})
afterEach(() => node.dispose())

test('[GATE-1] a connection without a hello is closed at its deadline', async () => {
  const { client } = connect(node, game)
  await node.steps(95)
  expect(client.open).toBe(true)
  await node.steps(10)
  expect(client.open).toBe(false)
  expect(client.lastWord?.code).toBe(errorCatalogue.hello_timeout.number)
})

test('[GATE-2] anything before hello closes the connection, is counted, and never reaches the tick', async () => {
  const { client } = connect(node, game)
  client.input({ x: 1, z: 0 })
  await node.steps(2)
  expect(client.lastWord?.code).toBe(errorCatalogue.hello_expected.number)
  expect(node.gatewayBoard.read('unauthenticatedIn')).toBe(1)
  expect(node.tickBoard.read('inputsApplied') + node.tickBoard.read('recordsStale')).toBe(0)
})

test('[GATE-3] another version, other declarations, a bad or an expired token: each its own refusal', async () => {
  const cases = [
    { hello: { version: 99 }, token: 'player:ada', code: 'protocol_mismatch' },
    { hello: { declarations: '0000000000000000' }, token: 'player:ada', code: 'game_mismatch' },
    { hello: {}, token: 'nobody', code: 'token_invalid' },
    { hello: {}, token: 'expired', code: 'token_expired' },
    { hello: {}, token: '', code: 'bad_request' },
  ] as const
  for (const { hello, token, code } of cases) {
    const { client } = connect(node, game)
    client.hello(token, hello)
    await node.steps(2)
    expect(client.lastWord?.code, code).toBe(errorCatalogue[code].number)
    expect(client.closeCode, code).toBe(errorCatalogue[code].closeCode)
  }
})

test('[GATE-4] a second hello does not change who somebody is', async () => {
  const ada = await join(node, game, 'ada')
  ada.client.hello('player:eve')
  await node.steps(3)
  expect(ada.client.errors.map(({ code }) => code)).toEqual([errorCatalogue.already_joined.number])
  expect(ada.client.open).toBe(true)
  expect(node.tick.sessions.ofPlayer('id-eve')).toBeNull()
})

test('[GATE-5] an unknown or malformed message closes its connection and nobody else’s', async () => {
  const [ada, eve, bob] = [await join(node, game, 'ada'), await join(node, game, 'eve'), await join(node, game, 'bob')]
  ada.client.wire.send(Uint8Array.of(42))
  eve.client.wire.send(Uint8Array.of(ClientInput.kind))
  await node.steps(2)
  expect(ada.client.lastWord?.code).toBe(errorCatalogue.unknown_message.number)
  expect(eve.client.lastWord?.code).toBe(errorCatalogue.bad_request.number)
  expect(bob.client.open).toBe(true)
})

test('[GATE-6] who answers pings stays; who stops answering is closed and its session kept for the grace', async () => {
  const [ada, eve] = [await join(node, game, 'ada'), await join(node, game, 'eve')]
  eve.loopback.stalled = true
  await node.steps(20 * 32)
  expect(ada.loopback.pings).toBeGreaterThan(25)
  expect(ada.client.open).toBe(true)
  expect(eve.client.open).toBe(false)
  expect(node.tickBoard.read('sessionsInGrace')).toBe(1)
})

test('[GATE-7] a reader that falls behind is left out, then goes on from where it was, and is never wrong', async () => {
  await node.dispose()
  node = await SimulatedNode.start({
    game,
    config: { sendBacklogBytesMax: 1024, pongTimeoutMs: 60_000, idleTimeoutMs: 60_000 },
  })
  const [slow, walker] = [await join(node, game, 'slow'), await join(node, game, 'walker')]
  slow.loopback.stalled = true
  for (let i = 0; i < 200; i++) {
    walker.client.input(i % 2 === 0 ? { x: 1, z: 0 } : { x: 0, z: 1 })
    await node.step()
  }
  expect(node.gatewayBoard.read('framesLeftOut')).toBeGreaterThan(0)
  expect(slow.loopback.unsentBytes()).toBeLessThan(4096)
  slow.loopback.stalled = false
  await node.steps(3)
  walker.client.input({ x: 0, z: 0 })
  await node.steps(3)
  const handle = walker.client.joinAck?.entity ?? 0
  const truth = walker.client.model?.entityOf(handle)?.track.newest()
  const seen = slow.client.model?.entityOf(handle)?.track.newest()
  expect({ x: seen?.xCm, z: seen?.zCm }).toEqual({ x: truth?.xCm, z: truth?.zCm })
  expect(slow.client.malformed).toBe(false)
})

test('[GATE-8] a reader that never reads is closed with its reason', async () => {
  await node.dispose()
  const config = {
    sendBacklogBytesMax: 1024,
    sendBacklogCloseBytes: 2048,
    pongTimeoutMs: 600_000,
    idleTimeoutMs: 600_000,
  }
  node = await SimulatedNode.start({ game, config })
  const deaf = await join(node, game, 'deaf')
  deaf.loopback.stalled = true
  // Pongs are not frames: they pile up beyond the backlog.
  for (let i = 0; i < 1_000; i++) {
    deaf.client.ping(i)
    if (i % 50 === 0) await node.step()
  }
  deaf.client.input({ x: 1, z: 0 })
  await node.steps(4)
  expect(node.gatewayBoard.read('refused_slow_reader')).toBe(1)
  expect(deaf.client.open).toBe(false)
})

test('[GATE-9] one frame per client and snapshot, and none when there is nothing to say', async () => {
  const ada = await join(node, game, 'ada')
  await node.steps(5)
  const quiet = ada.client.frames.length
  await node.steps(20)
  expect(ada.client.frames.length).toBe(quiet)
  for (let i = 0; i < 10; i++) {
    ada.client.input({ x: i % 2, z: 1 })
    await node.step()
  }
  await node.steps(2)
  expect(ada.client.frames.length - quiet).toBe(10)
  const ticks = ada.client.frames.map(({ tick }) => tick)
  expect(new Set(ticks).size).toBe(ticks.length)
})

test('[GATE-18] a tick that sends nothing puts nothing into the mailbox, so that the gateway sleeps on', async () => {
  const ada = await join(node, game, 'ada')
  await node.steps(5)
  const sent = (): number => ringCounters(node.mailboxes.outbound).recordsIn
  const quiet = sent()
  await node.steps(20)
  expect(sent()).toBe(quiet)
  ada.client.input({ x: 1, z: 0 })
  await node.steps(2)
  expect(sent()).toBeGreaterThan(quiet)
})

test('[GATE-10] an orderly stop says goodbye to everybody and saves them', async () => {
  const ada = await join(node, game, 'ada')
  await node.stop()
  expect(ada.client.kinds.at(-1)).toBe(ServerGoodbye.kind)
  expect(ada.client.lastWord?.code).toBe(errorCatalogue.going_away.number)
  const { dataDir } = node
  node = await SimulatedNode.start({ game, dataDir })
  expect((await node.store().loadPlayer('id-ada'))?.name).toBe('ada')
})

test('[GATE-11] a connection slot that is used again is another route: nothing meant for the old one reaches the new (C-039)', async () => {
  const ada = await join(node, game, 'ada')
  const oldRoute = node.tick.sessions.ofPlayer('id-ada')?.route ?? 0
  ada.loopback.closeByClient()
  await node.steps(2)
  const eve = await join(node, game, 'eve')
  const newRoute = node.tick.sessions.ofPlayer('id-eve')?.route ?? 0
  expect(newRoute & 0xffff).toBe(oldRoute & 0xffff)
  expect(newRoute).not.toBe(oldRoute)
  expect(node.gateway.connectionOf(oldRoute)).toBeNull()
  expect(eve.client.open).toBe(true)
})

test('[GATE-12] at 20 Hz ticks and 10 Hz snapshots there is exactly one snapshot per two ticks (P-002)', async () => {
  await node.dispose()
  node = await SimulatedNode.start({ game, config: { tickHz: 20, snapshotHz: 10 } })
  const ada = await join(node, game, 'ada')
  for (let i = 0; i < 40; i++) {
    ada.client.input({ x: i % 2, z: 1 })
    await node.step()
  }
  const ticks = ada.client.frames.map(({ tick }) => tick)
  expect(ticks.length).toBeGreaterThan(19)
  expect(ticks.slice(1).map((tick, index) => tick - (ticks[index] as number))).toEqual(ticks.slice(1).map(() => 2))
})

test('[GATE-13] a frame is built in the send stage or not at all (C-014)', async () => {
  await join(node, game, 'ada')
  const session = node.tick.sessions.ofPlayer('id-ada')
  if (session === null) throw new Error('no session')
  expect(() => node.tick.outbound.frame(session, node.tick.world.tick())).toThrow(
    'TICK_THREAD_ONLY: Outbound.frame is for send',
  )
})

test('[GATE-14] a disconnect told between ticks takes effect in the next one, counted (C-008)', async () => {
  const ada = await join(node, game, 'ada')
  const before = {
    ops: node.tickBoard.read('lifecycleApplied'),
    disconnects: node.tickBoard.read('disconnectsApplied'),
  }
  ada.loopback.closeByClient()
  await node.deliver()
  expect(node.tick.sessions.ofPlayer('id-ada')?.state).toBe('active')
  node.tick.tick()
  expect(node.tick.sessions.ofPlayer('id-ada')?.state).toBe('grace')
  expect(node.tickBoard.read('lifecycleApplied')).toBe(before.ops + 1)
  expect(node.tickBoard.read('disconnectsApplied')).toBe(before.disconnects + 1)
})

test('[GATE-15] the stages of a tick run in order, each timed, and every hook shows that it lives (A-001, C-007)', async () => {
  await node.steps(10)
  const report = node.tick.pipeline.report(node.tick.world.tick())
  expect(report.map(({ name }) => name)).toEqual([
    'room',
    'lifecycle mailbox',
    'inbound freeze',
    'persistence results',
    'handshake mailbox',
    'arenaPoll',
    'lifecycle',
    'persistence completion',
    'handshakes',
    'commands',
    'systems',
    'space',
    'state hash',
    'durable lane',
    'replication',
    'flight recorder',
  ])
  expect(report.every(({ runs, stale }) => runs === 10 && !stale)).toBe(true)
  expect(node.tick.pipeline.stageMs).toHaveLength(5)
})

test('[GATE-16] every tick is measured once: count, shortest, longest, overruns (C-004, A-056)', async () => {
  await node.steps(7)
  const read = node.tickBoard
  expect(read.read('ticks')).toBe(7)
  expect(read.read('tick')).toBe(node.tick.world.tick())
  expect(read.read('tickMsMin')).toBe(0)
  expect(read.read('tickMsMax')).toBe(0)
  expect(read.read('tickMsBucket_0.25')).toBe(7)
  expect(read.read('overruns')).toBe(0)
})
