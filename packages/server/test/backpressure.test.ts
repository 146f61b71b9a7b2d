import { createRing, RingReader, RingWriter, ringCounters } from '@worldkeep/kernel'
import { StoreUnavailable, type WorldStore } from '@worldkeep/store'
import { errorCatalogue, errorCodes, FrameFlag } from '@worldkeep/wire'
import { system } from '@worldkeep/world'
import { afterEach, expect, test } from 'vitest'
import { heapGrowthBytes } from '../../../testing/src/heap.ts'
import {
  durableActionsPerTickMax,
  durableResultsPendingMax,
  frozenRecordsMax,
  pongsPerTickMax,
} from '../src/core/limits.ts'
import { LogLevel, RecordKind } from '../src/core/mailboxes.ts'
import { FrozenInputs } from '../src/core/tick/frozen-inputs.ts'
import { createGame, Earn, Gold, Hit } from '../src/testing/arena.ts'
import { SimulatedNode, type SimulatedNodeOptions } from '../src/testing/simulated-node.ts'
import { connect, type Guest, join } from './party.ts'

const game = createGame()
let node: SimulatedNode

afterEach(() => node.dispose())

async function start(options: Partial<SimulatedNodeOptions> = {}): Promise<void> {
  node = await SimulatedNode.start({ game, ...options })
}

/** One tick without the store. */
async function tickOnly(count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    await node.deliver()
    node.tick.tick()
    node.gateway.drain()
    await node.deliver()
  }
}

/** A tick whose gateway takes nothing of what it says. */
async function tickUndrained(count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    await node.deliver()
    node.tick.tick()
  }
}

/** Commits wait while `held`, and fail while `broken`. */
function gated(): { held: Promise<void> | null; broken: boolean; open(): void; hold(): void; wrap: WrapStore } {
  let open: () => void = () => undefined
  const control = {
    held: null as Promise<void> | null,
    broken: false,
    hold: () => {
      control.held = new Promise((resolve) => {
        open = resolve
      })
    },
    open: () => {
      control.held = null
      open()
    },
    wrap: (plain: WorldStore): WorldStore =>
      new Proxy(plain, {
        get: (target, name) => {
          const value = Reflect.get(target, name) as unknown
          if (name !== 'commit' && name !== 'savePlayers')
            return typeof value === 'function' ? (value as () => unknown).bind(target) : value
          return async (written: never) => {
            if (control.broken) throw new StoreUnavailable('planted outage', { code: 'store_unavailable' })
            if (control.held !== null) await control.held
            return target[name](written)
          }
        },
      }),
  }
  return control
}
type WrapStore = (plain: WorldStore) => WorldStore

function refusedCount(name: keyof SimulatedNode['mailboxes']): number {
  const { refusedBytes, refusedCount: byCount } = ringCounters(node.mailboxes[name])
  return refusedBytes + byCount
}

function goldOf(name: string): number {
  const slot = node.tick.sessions.ofPlayer(`id-${name}`)?.bodySlot ?? -1
  return node.tick.world.table(Gold).columns.amount.get(slot)
}

/** Every entity near the middle is where the client sees it, and the client sees no other. */
function expectAgreement({ client }: Guest): void {
  const { world } = node.tick
  const truth = new Map<number, string>()
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (world.isAlive(slot)) truth.set(world.handleOf(slot), `${world.motion.xCm(slot)} ${world.motion.zCm(slot)}`)
  }
  const seen = new Map<number, string>()
  for (const { handle, track } of client.model?.entities.values() ?? [])
    seen.set(handle, `${track.newest().xCm} ${track.newest().zCm}`)
  expect(Object.fromEntries([...seen].sort())).toEqual(Object.fromEntries([...truth].sort()))
  expect(client.malformed).toBe(false)
}

test('[FLOOD-1] a full handshake mailbox refuses the newest as queue_full; who was first gets in, in order', async () => {
  await start({ mailboxes: { handshakes: { byteLength: 1 << 13, recordsMax: 4 } } })
  const guests = Array.from({ length: 10 }, () => connect(node, game))
  for (const [index, { client }] of guests.entries()) client.hello(`player:p${index}`)
  await node.steps(4)
  expect(guests.map(({ client }) => client.joinAck?.playerId ?? null)).toEqual([
    ...['id-p0', 'id-p1', 'id-p2', 'id-p3'],
    ...Array.from({ length: 6 }, () => null),
  ])
  for (const { client } of guests.slice(4)) expect(client.lastWord?.code).toBe(errorCatalogue.queue_full.number)
  expect(node.gatewayBoard.read('refused_queue_full')).toBe(6)
  expect(refusedCount('handshakes')).toBe(6)
  expect(errorCatalogue.queue_full.retryable).toBe(true)
  await join(node, game, 'late')
})

test('[FLOOD-2] a full lifecycle mailbox loses no end; meanwhile nobody new comes in', async () => {
  await start({ mailboxes: { lifecycle: { byteLength: 1 << 10, recordsMax: 8 } }, config: { graceS: 1 } })
  const guests: Guest[] = []
  for (let i = 0; i < 40; i++) guests.push(await join(node, game, `p${i}`))
  for (const { loopback } of guests) loopback.closeByClient()
  await node.deliver()
  expect(node.gateway.endsWaiting()).toBe(32)
  const refused = connect(node, game)
  await node.deliver()
  expect(refused.client.lastWord?.code).toBe(errorCatalogue.queue_full.number)
  expect(refused.client.closeCode).toBe(errorCatalogue.queue_full.closeCode)
  expect(node.gatewayBoard.read('refused_queue_full')).toBe(1)
  expect(ringCounters(node.mailboxes.lifecycle).unreadBytes).toBeLessThanOrEqual(1 << 10)
  await node.steps(8)
  expect(node.gateway.endsWaiting()).toBe(0)
  expect(node.gateway.slotsTaken()).toBe(0)
  expect(node.tickBoard.read('disconnectsApplied')).toBe(40)
  await node.steps(30)
  expect(node.tick.sessions.count).toBe(0)
  await join(node, game, 'late')
})

test('[FLOOD-3] a full inbound mailbox refuses the newest; survivors run in order, and the flood is over with the tick', async () => {
  await start({ mailboxes: { inbound: { byteLength: 1 << 12, recordsMax: 16 } } })
  const ada = await join(node, game, 'ada')
  for (let i = 0; i < 40; i++) ada.client.command(Earn, { amount: i + 1 })
  await node.steps(4)
  const codes = ada.client.results.map(({ seq, code }) => `${seq} ${code}`)
  const ok = codes.filter((text) => text.endsWith(' ok'))
  expect(ok).toEqual(ok.map((_, index) => `${index + 1} ok`))
  expect(codes.filter((text) => text.endsWith('command_queue_full'))).toHaveLength(40 - ok.length)
  expect(node.gatewayBoard.read('refused_command_queue_full')).toBe(40 - ok.length)
  expect(ringCounters(node.mailboxes.inbound).unreadBytesHigh).toBeLessThanOrEqual(1 << 12)
  const seq = ada.client.command(Earn, { amount: 1 }, { seq: ok.length + 1 })
  await node.steps(4)
  expect(ada.client.results.findLast((result) => result.seq === seq)?.code).toBe('ok')
})

test('[FLOOD-4] one session’s share of the inbound mailbox ends by count or by bytes, and is whole again after the tick', async () => {
  for (const config of [{ queuedCommandsMax: 5 }, { queuedBytesMax: 60 }]) {
    await start({ config })
    const [ada, eve] = [await join(node, game, 'ada'), await join(node, game, 'eve')]
    for (let i = 0; i < 12; i++) ada.client.command(Earn, { amount: 1 })
    const fromEve = eve.client.command(Earn, { amount: 1 })
    await node.steps(4)
    const done = ada.client.results.filter(({ code }) => code === 'ok').map(({ seq }) => seq)
    const full = ada.client.results.filter(({ code }) => code === 'command_queue_full')
    expect(done).toEqual(done.map((_, index) => index + 1))
    expect(done.length).toBeLessThan(12)
    expect(full).toHaveLength(12 - done.length)
    expect(full.every(({ retryable }) => retryable === 1)).toBe(true)
    expect(goldOf('ada')).toBe(done.length)
    expect(eve.client.resultOf(fromEve)?.code).toBe('ok')
    ada.client.command(Earn, { amount: 1 }, { seq: done.length + 1 })
    await node.steps(4)
    expect(goldOf('ada')).toBe(done.length + 1)
    if (config.queuedCommandsMax !== undefined) await node.dispose()
  }
})

test('[FLOOD-5] a full outbound mailbox refuses frames, and whoever was refused agrees with the world afterwards', async () => {
  await start({ mailboxes: { outbound: { byteLength: 1 << 15, recordsMax: 256 } } })
  const [ada, eve] = [await join(node, game, 'ada'), await join(node, game, 'eve')]
  for (let i = 0; i < 120; i++) {
    eve.client.input({ x: i % 2, z: 1 })
    ada.client.input({ x: 1, z: i % 2 })
    await tickUndrained()
  }
  expect(node.tickBoard.read('framesRefused')).toBeGreaterThan(0)
  expect(refusedCount('outbound')).toBeGreaterThan(0)
  expect(ringCounters(node.mailboxes.outbound).unreadBytesHigh).toBeLessThanOrEqual(1 << 15)
  ada.client.input({ x: 0, z: 0 })
  eve.client.input({ x: 0, z: 0 })
  await node.steps(3)
  expectAgreement(ada)
  expectAgreement(eve)
  const ticks = ada.client.frames.map(({ tick }) => tick)
  expect(ticks).toEqual([...ticks].sort((a, b) => a - b))
})

test('[FLOOD-6] with the outbound mailbox full, joins wait for their turn, and answers to them always find room', async () => {
  await start({ mailboxes: { outbound: { byteLength: 1 << 14, recordsMax: 4096 } } })
  const ada = await join(node, game, 'ada')
  for (let i = 0; i < 20; i++) {
    for (let n = 0; n < 60; n++) ada.client.command(Earn, { amount: 1 })
    await tickOnly()
  }
  for (let i = 0; i < 12; i++) connect(node, game).client.hello(`player:p${i}`)
  await tickOnly(6)
  // One commit with more acknowledgements than the mailbox holds, and behind it the loaded players.
  await node.persistence.round()
  await tickUndrained(4)
  expect(node.tickBoard.read('outboxRefused')).toBeGreaterThan(0)
  expect(node.tickBoard.read('handshakesDeferred')).toBeGreaterThan(0)
  expect(ringCounters(node.mailboxes.outbound).unreadBytesHigh).toBeLessThanOrEqual(1 << 14)
  await node.steps(40)
  expect(node.tick.sessions.count).toBe(13)
  expect(node.tickBoard.read('handshakesAccepted')).toBe(13)
})

test('[FLOOD-7] an answer that finds no room anywhere ends its connection, and a resume gets it', async () => {
  await start({ mailboxes: { outbound: { byteLength: 1 << 14, recordsMax: 4096 } } })
  const ada = await join(node, game, 'ada')
  for (let i = 0; i < 30; i++) {
    for (let n = 0; n < 60; n++) ada.client.command(Hit, { target: 0 })
    await tickUndrained()
  }
  expect(node.tickBoard.read('outboxBypassed')).toBeGreaterThan(0)
  expect(node.tickBoard.read('outboxRefused')).toBeGreaterThan(0)
  expect(ringCounters(node.mailboxes.outbound).unreadBytesHigh).toBeLessThanOrEqual(1 << 14)
  await node.steps(4)
  const answered = ada.client.results.map(({ seq }) => seq)
  expect(answered).toEqual([...new Set(answered)].sort((a, b) => a - b))
  expect(answered.length).toBeLessThan(30 * 60)
  expect(ada.client.open).toBe(false)
  expect(ada.client.lastWord?.code).toBe(errorCatalogue.queue_full.number)
  const { resumeToken } = ada.client.joinAck ?? { resumeToken: '' }
  const back = await join(node, game, 'ada', { resume: resumeToken })
  expect(back.client.joinAck).toMatchObject({ resumed: 1, commandAck: 30 * 60 })
  back.client.command(Hit, { target: 0 }, { seq: 30 * 60 })
  await node.steps(3)
  expect(back.client.resultOf(30 * 60)).toMatchObject({ code: 'no_target', duplicate: 1 })
})

test('[FLOOD-8] a reader that stalls holds a bounded backlog, and sees the world as it is once it reads, newcomers included', async () => {
  await start({ config: { sendBacklogBytesMax: 512, pongTimeoutMs: 600_000, idleTimeoutMs: 600_000 } })
  const [slow, walker] = [await join(node, game, 'slow'), await join(node, game, 'walker')]
  slow.loopback.stalled = true
  for (let i = 0; i < 60; i++) {
    walker.client.input(i % 2 === 0 ? { x: 1, z: 0 } : { x: 0, z: 1 })
    await node.step()
  }
  // Somebody comes while nothing gets through, and then nothing ever happens again.
  await join(node, game, 'newcomer')
  walker.client.input({ x: 0, z: 0 })
  const seq = slow.client.command(Earn, { amount: 3 })
  await node.steps(10)
  expect(node.gatewayBoard.read('framesLeftOut')).toBeGreaterThan(0)
  expect(slow.loopback.unsentBytes()).toBeLessThan(2048)
  slow.loopback.stalled = false
  await node.steps(6)
  expectAgreement(slow)
  expect(slow.client.resultOf(seq)).toMatchObject({ code: 'ok', durable: 1 })
})

test('[FLOOD-8] between a frame left out and the one that goes on from the last one sent, no other shows anything', async () => {
  await start({ config: { sendBacklogBytesMax: 256, pongTimeoutMs: 600_000, idleTimeoutMs: 600_000 } })
  const [slow, walker] = [await join(node, game, 'slow'), await join(node, game, 'walker')]
  slow.loopback.stalled = true
  const walk = async (ticks: number): Promise<void> => {
    for (let i = 0; i < ticks; i++) {
      walker.client.input(i % 2 === 0 ? { x: 1, z: 0 } : { x: 0, z: 1 })
      await node.step()
    }
  }
  await walk(60)
  slow.loopback.stalled = false
  await node.deliver()
  const caughtUp = slow.client.frames.length
  await walk(4)
  expect((slow.client.frames[caughtUp]?.flags ?? 0) & FrameFlag.View).toBe(FrameFlag.View)
  const refreshed = slow.client.frames.slice(caughtUp).filter(({ flags }) => (flags & FrameFlag.View) !== 0)
  expect(refreshed).toHaveLength(1)
  walker.client.input({ x: 0, z: 0 })
  await node.steps(2)
  expectAgreement(slow)
})

test('[FLOOD-28] a frame that goes on from one that was left out is left out too, whoever set the view back', async () => {
  const config = { sendBacklogBytesMax: 256, pongTimeoutMs: 600_000, idleTimeoutMs: 600_000 }
  await start({ config, mailboxes: { outbound: { byteLength: 1 << 15, recordsMax: 64 } } })
  const [slow, walker] = [await join(node, game, 'slow'), await join(node, game, 'walker')]
  const turn = (i: number): number => walker.client.input(i % 2 === 0 ? { x: 1, z: 0 } : { x: 0, z: 1 })
  slow.loopback.stalled = true
  for (let i = 0; slow.loopback.unsentBytes() <= 256; i++) {
    turn(i)
    await node.step()
  }
  // Told while nothing gets through; then the mailbox is too full for a frame, and the tick sets the view back by itself.
  await join(node, game, 'newcomer')
  for (let i = 0; node.tickBoard.read('framesRefused') === 0; i++) {
    turn(i)
    await tickUndrained()
  }
  node.gateway.drain()
  turn(1)
  await node.deliver()
  node.tick.tick()
  slow.loopback.stalled = false
  await node.deliver()
  await node.steps(1)
  walker.client.input({ x: 0, z: 0 })
  await node.steps(4)
  expectAgreement(slow)
})

test('[FLOOD-9] a reader that asks and never reads is closed, also in a world where nothing happens', async () => {
  await start({ config: { sendBacklogCloseBytes: 1024, pongTimeoutMs: 600_000, idleTimeoutMs: 600_000 } })
  const deaf = await join(node, game, 'deaf')
  deaf.loopback.stalled = true
  for (let i = 0; i < 40 && deaf.client.open; i++) {
    for (let n = 0; n < 40; n++) deaf.client.ping(n)
    await node.step()
  }
  expect(deaf.client.open).toBe(false)
  expect(deaf.loopback.unsentBytes()).toBeLessThan(1024 + 128)
  expect(node.gatewayBoard.read('refused_slow_reader')).toBe(1)
})

test('[FLOOD-10] pings beyond what a tick answers are left aside, counted', async () => {
  await start()
  const ada = await join(node, game, 'ada')
  for (let n = 0; n < pongsPerTickMax + 30; n++) ada.client.ping(n)
  await node.step()
  expect(ada.client.pongs.map(({ echo }) => echo)).toEqual(Array.from({ length: pongsPerTickMax }, (_, n) => n))
  expect(node.gatewayBoard.read('pingsRefused')).toBe(30)
  ada.client.ping(7)
  await node.step()
  expect(ada.client.pongs.at(-1)?.echo).toBe(7)
})

test('[FLOOD-11] while jobs pile up, durable commands are refused as store_busy before any effect; what was let in is acknowledged once, in order', async () => {
  const store = gated()
  await start({ wrapStore: store.wrap, mailboxes: { jobs: { byteLength: 1 << 14, recordsMax: 64 } } })
  const ada = await join(node, game, 'ada')
  store.hold()
  for (let i = 0; i < 200; i++) {
    ada.client.command(Earn, { amount: 1 })
    await tickOnly()
  }
  const busy = ada.client.results.filter(({ code }) => code === 'store_busy')
  expect(busy.length).toBeGreaterThan(0)
  expect(busy.every(({ retryable }) => retryable === 1)).toBe(true)
  expect(node.tickBoard.read('durableRefused')).toBe(busy.length)
  expect(goldOf('ada')).toBe(200 - busy.length)
  expect(ringCounters(node.mailboxes.jobs).unreadBytesHigh).toBeLessThanOrEqual(1 << 14)
  expect(ada.client.results.filter(({ durable }) => durable === 1)).toHaveLength(0)
  store.open()
  await node.steps(10)
  const done = ada.client.results.filter(({ durable }) => durable === 1).map(({ seq }) => seq)
  expect(done).toHaveLength(200 - busy.length)
  expect(done).toEqual([...new Set(done)].sort((a, b) => a - b))
  expect(node.persistenceBoard.read('committedActions')).toBe(done.length)
  const again = ada.client.command(Earn, { amount: 1 })
  await node.steps(4)
  expect(ada.client.resultOf(again)).toMatchObject({ code: 'ok', durable: 1 })
})

test('[FLOOD-12] a full mailbox of results holds the store back and loses no acknowledgement', async () => {
  await start({ mailboxes: { results: { byteLength: 1 << 13, recordsMax: 2 } } })
  const ada = await join(node, game, 'ada')
  const guests = Array.from({ length: 6 }, () => connect(node, game))
  for (const [index, { client }] of guests.entries()) client.hello(`player:p${index}`)
  ada.client.command(Earn, { amount: 5 })
  await tickOnly(2)
  const round = node.persistence.round()
  for (let i = 0; i < 20; i++) {
    await tickOnly()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await round
  await node.steps(3)
  expect(refusedCount('results')).toBeGreaterThan(0)
  expect(ringCounters(node.mailboxes.results).unreadBytesHigh).toBeLessThanOrEqual(1 << 13)
  expect(ada.client.resultOf(1)).toMatchObject({ durable: 1 })
  expect(guests.every(({ client }) => client.joinAck !== null)).toBe(true)
})

test('[FLOOD-13] more inspections than are answered at once, and one too large to travel, are refused and do not wait for ever', async () => {
  const crowded = createGame({ dummies: 150 })
  await start({ game: crowded, mailboxes: { events: { byteLength: 1 << 12, recordsMax: 256 } } })
  const requests = new RingWriter(node.mailboxes.requests)
  const ask = (request: number, atTick: number): void => {
    const record = requests.begin(8)
    if (record === null) return
    record.u32(request)
    record.u32(atTick)
    requests.end(RecordKind.Inspect)
    requests.publish()
  }
  for (let request = 1; request <= 20; request++) ask(request, 50)
  await node.step()
  const events = new RingReader(node.mailboxes.events)
  const refused = (): number[] => {
    const found: number[] = []
    while (events.next()) if (events.kind === RecordKind.InspectionRefused) found.push(events.body.u32())
    events.release()
    return found
  }
  expect(refused()).toEqual([17, 18, 19, 20])
  await node.steps(60)
  expect(refused().sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1))
})

test('[FLOOD-14] a full mailbox of requests refuses the newest', async () => {
  await start({ mailboxes: { requests: { byteLength: 1 << 10, recordsMax: 4 } } })
  const requests = new RingWriter(node.mailboxes.requests)
  const pushed = Array.from({ length: 7 }, () => requests.push(RecordKind.Inspect, new Uint8Array(8)))
  expect(pushed).toEqual([true, true, true, true, false, false, false])
  expect(refusedCount('requests')).toBe(3)
  requests.publish()
  await node.step()
  expect(requests.push(RecordKind.Stop, new Uint8Array(0))).toBe(true)
})

test('[FLOOD-15] a full mailbox of events loses log lines, counted, and never the end of a stop', async () => {
  await start({ mailboxes: { events: { byteLength: 1 << 13, recordsMax: 16 } } })
  for (let i = 0; i < 100; i++) node.tick.events.log(LogLevel.Info, `line ${i} ${'x'.repeat(400)}`)
  node.tick.reportStopped({ complete: true })
  const lost = node.tickBoard.read('logLinesLost')
  expect(lost).toBeGreaterThan(50)
  expect(ringCounters(node.mailboxes.events).unreadBytesHigh).toBeLessThanOrEqual(1 << 13)
  const events = new RingReader(node.mailboxes.events)
  const lines: string[] = []
  let stopped = false
  while (events.next()) {
    if (events.kind === RecordKind.Stopped) stopped = true
    else if (events.body.u8() === LogLevel.Info) lines.push(events.body.text(1024).split(' x')[0] ?? '')
  }
  events.release()
  expect(lines).toEqual(Array.from({ length: 100 - lost }, (_, index) => `line ${index}`))
  expect(stopped).toBe(true)
  node.tick.events.log(LogLevel.Info, 'again')
  expect(node.tickBoard.read('logLinesLost')).toBe(lost)
})

test('[FLOOD-16] a full mailbox of the recorder makes a gap that says from where, and then the state anew', async () => {
  await start({
    record: { checkpointIntervalTicks: 1_000 },
    mailboxes: { recording: { byteLength: 1 << 15, recordsMax: 24 } },
  })
  await node.steps(60)
  const ring = new RingReader(node.recording)
  const kinds = (): number[] => {
    const found: number[] = []
    while (ring.next()) found.push(ring.kind)
    ring.release()
    return found
  }
  expect(kinds().length).toBeLessThanOrEqual(24)
  await node.steps(5)
  expect(kinds().slice(0, 3)).toEqual([RecordKind.RecordedGap, RecordKind.RecordedCheckpoint, RecordKind.RecordedTick])
  const { refusedCount: byCount, refusedBytes } = ringCounters(node.recording)
  expect(byCount + refusedBytes).toBeGreaterThan(0)
})

test('[FLOOD-17] what one tick cannot freeze waits in its mailbox, in order', async () => {
  await start({ config: { handshakesPerTickMax: 2 } })
  const guests = Array.from({ length: 9 }, () => connect(node, game))
  for (const [index, { client }] of guests.entries()) client.hello(`player:p${index}`)
  await node.deliver()
  const counts: number[] = []
  for (let i = 0; i < 5; i++) {
    await tickOnly()
    counts.push(node.tick.sessions.count)
  }
  expect(counts).toEqual([2, 4, 6, 8, 9])
  expect(node.tickBoard.read('handshakesDeferred')).toBe(4)
})

test('[FLOOD-18] durable actions beyond those of one batch, and results beyond those that may wait, are refused as store_busy', async () => {
  await start()
  const guests: Guest[] = []
  for (let i = 0; i < 12; i++) guests.push(await join(node, game, `p${i}`))
  const earnAll = async (): Promise<void> => {
    for (const { client } of guests) for (let n = 0; n < 64; n++) client.command(Earn, { amount: 1 })
    await tickOnly()
  }
  await earnAll()
  let sent = 12 * 64
  const perBatch = node.tickBoard.read('durableActions')
  expect(perBatch).toBeLessThan(durableActionsPerTickMax)
  expect(node.tickBoard.read('durableRefused')).toBe(sent - perBatch)
  for (let ticks = 1; ticks * perBatch < durableResultsPendingMax + perBatch; ticks++) {
    await earnAll()
    sent += 12 * 64
  }
  expect(node.tickBoard.read('durableActions')).toBe(durableResultsPendingMax)
  expect(node.tickBoard.read('durableRefused')).toBe(sent - durableResultsPendingMax)
  await node.steps(12)
  expect(node.tickBoard.read('durableAcknowledged')).toBe(durableResultsPendingMax)
  const seq = guests[0]?.client.command(Earn, { amount: 1 }) ?? 0
  await node.steps(4)
  expect(guests[0]?.client.results.findLast((result) => result.seq === seq)).toMatchObject({ code: 'ok', durable: 1 })
})

test('[FLOOD-19] a full table of sessions refuses as server_full, a full table of entities too, and both have room again', async () => {
  const small = createGame({ entitiesMax: 6, dummies: 4 })
  await start({ game: small, config: { sessionsMax: 3, graceS: 1 } })
  const guests: Guest[] = []
  for (let i = 0; i < 5; i++) {
    const guest = connect(node, small)
    guest.client.hello(`player:p${i}`)
    guests.push(guest)
  }
  await node.steps(4)
  expect(guests.map(({ client }) => client.joinAck !== null)).toEqual([true, true, false, false, false])
  for (const { client } of guests.slice(2)) expect(client.lastWord?.code).toBe(errorCatalogue.server_full.number)
  expect(node.tickBoard.read('handshakesRefused')).toBe(3)
  expect(node.tickBoard.read('entitiesRefused')).toBe(1)
  expect(node.tick.sessions.count).toBe(2)
  guests[0]?.client.leave()
  await node.steps(3)
  await join(node, small, 'late')
})

test('[FLOOD-20] departures beyond those remembered are counted, and views still agree', async () => {
  const hoppers = 150
  const base = createGame({ dummies: hoppers, entitiesMax: 200 })
  const hopping: typeof base = {
    ...base,
    systems: [
      system('hop', (world) => {
        if (world.tick() > 400) return
        for (let slot = 0; slot < hoppers; slot++)
          world.motion.place(slot, 22_500 + ((world.tick() + slot) % 2) * 6_400, 26_000 + slot)
      }),
    ],
  }
  await start({ game: hopping, config: { snapshotHz: 20 } })
  const ada = await join(node, hopping, 'ada')
  ada.loopback.stalled = true
  await node.steps(130)
  expect(node.tickBoard.read('tombstonesForgotten')).toBeGreaterThan(0)
  ada.loopback.stalled = false
  await node.steps(300)
  expectAgreement(ada)
})

test('[FLOOD-21] jobs read ahead while the store is away are bounded, joins among them are refused at once, and the rest is written', async () => {
  const store = gated()
  await start({ wrapStore: store.wrap, config: { checkpointIntervalS: 1 } })
  const ada = await join(node, game, 'ada')
  ada.client.command(Earn, { amount: 9 })
  store.broken = true
  await tickOnly()
  const outage = node.persistence.round()
  const eve = connect(node, game)
  eve.client.hello('player:eve')
  for (let i = 0; i < 100; i++) {
    await tickOnly()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(eve.client.lastWord?.code).toBe(errorCatalogue.load_failed.number)
  expect(node.persistenceBoard.read('loadsFailed')).toBe(1)
  expect(node.persistenceBoard.read('queuedJobs')).toBeLessThan(2_048 + 512)
  expect(ringCounters(node.mailboxes.jobs).unreadBytes).toBeLessThan(4096)
  store.broken = false
  await outage
  await node.steps(4)
  expect(ada.client.resultOf(1)).toMatchObject({ durable: 1 })
  expect((await node.store().loadPlayer('id-ada'))?.components.gold).toEqual({ amount: 9 })
})

test('[FLOOD-22] one client at its maximum does not delay another’s inputs and commands by a single tick (C-041, C-048)', async () => {
  const delays: number[][] = []
  for (const floods of [false, true]) {
    await start()
    const [eve, ada] = [await join(node, game, 'eve'), await join(node, game, 'ada')]
    const taken: number[] = []
    for (let round = 0; round < 20; round++) {
      if (floods) {
        for (let n = 0; n < 200; n++) {
          eve.client.input({ x: 1, z: 0 })
          eve.client.command(Earn, { amount: 1 })
          eve.client.ping(n)
        }
      }
      const input = ada.client.input({ x: round % 2, z: 1 })
      const command = ada.client.command(Earn, { amount: 1 })
      let ticks = 0
      const isAnswered = (): boolean =>
        (ada.client.frames.at(-1)?.inputAck ?? 0) >= input && ada.client.resultOf(command) !== null
      for (; !isAnswered() && ticks < 50; ticks++) await node.step()
      taken.push(ticks)
    }
    delays.push(taken)
    if (!floods) await node.dispose()
  }
  expect(delays[1]).toEqual(delays[0])
  expect(node.gatewayBoard.read('refused_command_queue_full')).toBeGreaterThan(1_000)
  expect(node.gatewayBoard.read('pingsRefused')).toBeGreaterThan(1_000)
})

test('[FLOOD-23] a few at their maximum cannot fill the inbound mailbox: the rest of it is for who has little', async () => {
  await start({ mailboxes: { inbound: { byteLength: 1 << 13, recordsMax: 128 } } })
  const floods: Guest[] = []
  for (let i = 0; i < 6; i++) floods.push(await join(node, game, `flood${i}`))
  const ada = await join(node, game, 'ada')
  for (const { client } of floods) for (let n = 0; n < 64; n++) client.input({ x: 1, z: 0 })
  await node.deliver()
  const input = ada.client.input({ x: 0, z: 1 })
  await node.steps(2)
  expect(ada.client.frames.at(-1)?.inputAck).toBe(input)
  expect(refusedCount('inbound')).toBe(0)
  expect(node.gatewayBoard.read('refused_command_queue_full')).toBeGreaterThan(0)
})

test('[FLOOD-24] every code a client can be refused with has a counter', async () => {
  await start()
  for (const code of errorCodes()) expect(node.gatewayBoard.read(`refused_${code}`)).toBe(0)
})

test('[FLOOD-26] what one tick cannot freeze stays in its mailbox, whole and in order, and comes in the next', async () => {
  await start()
  const more = 3_000
  const memory = createRing({ byteLength: 1 << 21, recordsMax: frozenRecordsMax + more })
  const writer = new RingWriter(memory)
  const total = frozenRecordsMax + more
  for (let i = 0; i < total; i++) {
    const record = writer.begin(4)
    record?.u32(i)
    writer.end(RecordKind.Dropped)
  }
  writer.publish()
  const reader = new RingReader(memory)
  const frozen = new FrozenInputs()
  expect(frozen.take(reader, Number.POSITIVE_INFINITY)).toBe(frozenRecordsMax)
  expect(frozen.select(frozenRecordsMax - 1).u32()).toBe(frozenRecordsMax - 1)
  frozen.begin(8).u32(7)
  frozen.end(RecordKind.Room)
  expect(frozen.select(frozenRecordsMax).u32()).toBe(7)
  frozen.clear()
  expect(frozen.take(reader, Number.POSITIVE_INFINITY)).toBe(more)
  expect(frozen.select(0).u32()).toBe(frozenRecordsMax)
  expect(frozen.select(more - 1).u32()).toBe(total - 1)
  const large = createRing({ byteLength: 1 << 24, recordsMax: 64 })
  const bytes = new RingWriter(large)
  for (let i = 0; i < 6; i++) bytes.push(RecordKind.Load, new Uint8Array(1 << 20).fill(i))
  bytes.publish()
  frozen.clear()
  expect(frozen.take(new RingReader(large), 64)).toBe(4)
})

test('[FLOOD-27] refusing costs no memory: millions of records refused leave the heap as it was (C-057)', () => {
  const full = new RingWriter(createRing({ byteLength: 1 << 10, recordsMax: 4 }))
  for (let i = 0; i < 4; i++) full.push(RecordKind.Dropped, new Uint8Array(4))
  const refuse = (): void => {
    for (let i = 0; i < 200; i++) if (full.begin(4) !== null) throw new Error('there is room in a full mailbox')
  }
  // 200 refusals with the smallest object each would be 3,200 bytes; what is left is the engine's own.
  expect(heapGrowthBytes(refuse)).toBeLessThan(400)
})
