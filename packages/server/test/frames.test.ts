import { FrameFlag, ServerFrame } from '@worldkeep/wire'
import { afterEach, expect, test } from 'vitest'
import { ackWaitS } from '../src/core/limits.ts'
import { SimulatedNode, type SimulatedNodeOptions } from '../src/testing/simulated-node.ts'
import { CloakSelf, createHall, Earn, Enter, type Hall, JoinTeam, MarkSelf, Purse, Wound } from './hall.ts'
import { connect, type Guest, join } from './party.ts'
import { expectTruth } from './truth.ts'

let hall: Hall
let node: SimulatedNode

afterEach(() => node.dispose())

async function start(others: number, unrest: number, options: Partial<SimulatedNodeOptions> = {}): Promise<void> {
  hall = createHall({ others, unrest, hides: true })
  node = await SimulatedNode.start({ game: hall.game, ...options })
}

/** Whether a text stands in the bytes of any message of a connection, from the given one on. */
function hasHeard({ heard }: Guest, text: string, from = 0): boolean {
  return heard.slice(from).some((bytes) => Buffer.from(bytes).includes(text))
}

function handleOf({ client }: Guest): number {
  return client.joinAck?.entity ?? 0
}

test('[GATE-19] an acknowledgement with nothing else to say waits for 0.1 s at most, also under a stream of inputs', async () => {
  await start(0, 0)
  const ada = await join(node, hall.game, 'ada')
  await node.steps(10)
  const acks = (): readonly number[] =>
    ada.client.frames.flatMap(({ flags, tick }) => ((flags & FrameFlag.Ack) === 0 ? [] : [tick]))
  const told = acks().length
  // Standing still, again and again: nothing to see, only to acknowledge.
  for (let i = 0; i < 40; i++) {
    ada.client.input({ x: 0, z: 0 })
    await node.step()
  }
  const gaps = acks().slice(told)
  const waitTicks = ackWaitS * node.config.tickHz
  expect(gaps.slice(1).map((tick, index) => tick - (gaps[index] as number))).toEqual(gaps.slice(1).map(() => waitTicks))
  expect(gaps.length).toBe(40 / waitTicks)
  await node.steps(4)
  expect(ada.client.frames.at(-1)?.inputAck).toBe(40)
})

test('[GATE-19] with something to say an acknowledgement rides along at once, and with nothing at all nothing is sent', async () => {
  await start(0, 0)
  const [ada, eve] = [await join(node, hall.game, 'ada'), await join(node, hall.game, 'eve')]
  await node.steps(10)
  const quiet = ada.client.frames.length
  await node.steps(30)
  expect(ada.client.frames).toHaveLength(quiet)
  ada.client.input({ x: 0, z: 0 })
  eve.client.command(Wound, { handle: handleOf(ada) })
  await node.step()
  expect(ada.client.frames.at(-1)).toMatchObject({ inputAck: 1, ackAgeTicks: 1 })
  expect(ada.client.frames).toHaveLength(quiet + 1)
  await node.steps(10)
  expect(ada.client.frames).toHaveLength(quiet + 1)
})

test('[SEEN-1] nothing of who is hidden is in any byte that goes to those who may not see it (C-075)', async () => {
  await start(20, 30)
  const names = ['roomed', 'marked', 'cloaked', 'friend', 'stranger']
  const guests = new Map<string, Guest>()
  for (const name of names) guests.set(name, await join(node, hall.game, name))
  const of = (name: string): Guest => guests.get(name) as Guest
  of('roomed').client.command(Enter, { room: 7 })
  of('marked').client.command(MarkSelf, { team: 3 })
  of('friend').client.command(JoinTeam, { team: 3 })
  of('friend').client.command(Enter, { room: 7 })
  of('cloaked').client.command(CloakSelf, { depth: 1 })
  await node.steps(3)
  const from = new Map([...guests].map(([name, { heard }]) => [name, heard.length]))
  for (let i = 0; i < 80; i++) {
    // All of them walk, are hurt and cross cells.
    for (const [index, name] of names.entries()) {
      of(name).client.input({ x: Math.sin(i / 5 + index), z: Math.cos(i / 7 + index) })
      if (i % 10 === index) of('stranger').client.command(Wound, { handle: handleOf(of(name)) })
    }
    await node.step()
    for (const guest of guests.values()) expectTruth(node, guest)
  }
  // Somebody who comes later is given whole cells.
  guests.set('late', await join(node, hall.game, 'late'))
  from.set('late', 0)
  const sees = (viewer: string): readonly string[] =>
    names.filter((name) => of(viewer).client.model?.entityOf(handleOf(of(name))) !== null)
  const hears = (viewer: string, name: string): boolean => hasHeard(of(viewer), name, from.get(viewer))
  expect(sees('stranger')).toEqual(['friend', 'stranger'].filter((name) => name !== 'friend'))
  expect(sees('friend')).toEqual(['roomed', 'marked', 'friend', 'stranger'])
  expect(sees('roomed')).toEqual(['roomed', 'friend', 'stranger'])
  expect(sees('cloaked')).toEqual(['cloaked', 'stranger'])
  for (const viewer of ['stranger', 'late', 'marked', 'cloaked'])
    for (const hidden of ['roomed', 'marked', 'cloaked', 'friend'])
      if (viewer !== hidden) expect(hears(viewer, hidden), `${viewer} hears of ${hidden}`).toBe(false)
  expect(hears('late', 'stranger')).toBe(true)
})

test('[SEEN-2] who changes the room sees the other room in the next frame, and the old one no more (A-049)', async () => {
  await start(0, 0)
  const [ada, one, two] = [
    await join(node, hall.game, 'ada'),
    await join(node, hall.game, 'one'),
    await join(node, hall.game, 'two'),
  ]
  one.client.command(Enter, { room: 1 })
  two.client.command(Enter, { room: 2 })
  ada.client.command(Enter, { room: 1 })
  await node.steps(2)
  const sees = (): readonly boolean[] => [one, two].map((guest) => ada.client.model?.entityOf(handleOf(guest)) !== null)
  expect(sees()).toEqual([true, false])
  const [frames, heardByOne] = [ada.client.frames.length, one.heard.length]
  ada.client.command(Enter, { room: 2 })
  await node.step()
  expect(ada.client.frames).toHaveLength(frames + 1)
  expect(sees()).toEqual([false, true])
  expectTruth(node, ada)
  expectTruth(node, one)
  expect(hasHeard(one, 'two', heardByOne)).toBe(false)
})

test('[SEEN-3] what happens in the far ring is told within one beat, cell by cell', async () => {
  await start(200, 40, { config: { farRadiusCells: 2, farHz: 5 } })
  const ada = await join(node, hall.game, 'ada')
  await node.steps(20)
  const beatTicks = ada.client.joinAck?.farEveryTicks ?? 0
  expect(beatTicks).toBe(4)
  expect(ada.client.model?.geometry).toMatchObject({ nearRadiusCells: 1, blockRadiusCells: 2 })
  const farChanges = new Map<number, number[]>()
  for (let i = 0; i < 100; i++) {
    await node.step()
    expectTruth(node, ada, { part: 'near' })
    const tick = node.tick.world.tick()
    for (const { cell, changedTick } of ada.client.model?.entities.values() ?? []) {
      const told = farChanges.get(cell) ?? []
      if (changedTick === tick && ada.client.model?.isNear(cell) === false && told.at(-1) !== tick)
        farChanges.set(cell, [...told, tick])
    }
  }
  expect(farChanges.size).toBeGreaterThan(10)
  for (const ticks of farChanges.values()) {
    // Each cell has its turn; whoever came out of the near part changed the cell without being told anew.
    expect(new Set(ticks.map((tick) => tick % beatTicks)).size).toBe(1)
  }
  hall.unrest = 0
  await node.steps(1 + beatTicks)
  expectTruth(node, ada)
})

test('[COUNT-1] frames prepared are frames built, empty or refused, and frames built arrive, one packet per client and tick (C-078, C-081, A-050)', async () => {
  await start(300, 100)
  const guests = [await join(node, hall.game, 'ada'), await join(node, hall.game, 'eve')]
  await node.steps(3)
  const read = (): { readonly [name: string]: number } => ({
    built: node.tickBoard.read('framesBuilt'),
    empty: node.tickBoard.read('framesEmpty'),
    refused: node.tickBoard.read('framesRefused'),
    out: node.gatewayBoard.read('framesOut'),
    leftOut: node.gatewayBoard.read('framesLeftOut') + node.gatewayBoard.read('framesStale'),
    unroutable: node.gatewayBoard.read('framesUnroutable'),
    encoded: node.tickBoard.read('segmentsEncoded'),
    reused: node.tickBoard.read('segmentsReused'),
  })
  const before = read()
  const grown = (name: string): number => (read()[name] as number) - (before[name] as number)
  const heardBefore = guests.map(({ heard }) => heard.length)
  await node.steps(30)
  hall.unrest = 0
  await node.steps(10)
  expect(grown('built') + grown('empty') + grown('refused')).toBe(40 * guests.length)
  expect(grown('empty')).toBeGreaterThanOrEqual(8 * guests.length)
  expect(grown('out')).toBe(grown('built'))
  expect(grown('leftOut') + grown('refused') + grown('unroutable')).toBe(0)
  const packets = guests.map(({ heard }, index) => heard.length - (heardBefore[index] as number))
  expect(packets[0] as number).toBe(packets[1] as number)
  expect((packets[0] as number) + (packets[1] as number)).toBe(grown('out'))
  // Both stand in one cell: what one needs, the other needs too.
  expect(grown('reused')).toBeGreaterThanOrEqual(grown('encoded'))
  expect(grown('encoded')).toBeGreaterThan(50)
})

test('[COUNT-2] packets and bytes counted are those the transport has seen (A-052)', async () => {
  await start(50, 40)
  const guests = [await join(node, hall.game, 'ada'), await join(node, hall.game, 'eve')]
  const refused = connect(node, hall.game)
  refused.client.hello('nobody')
  for (let i = 0; i < 20; i++) {
    for (const { client } of guests) client.ping(i)
    guests[0]?.client.command(Earn, { coins: 1 })
    await node.step()
  }
  const heard = [...guests, refused].flatMap((guest) => guest.heard)
  const frames = heard.filter((bytes) => bytes[0] === ServerFrame.kind)
  expect(node.gatewayBoard.read('framesOut')).toBe(frames.length)
  expect(node.gatewayBoard.read('messagesOut')).toBe(heard.length - frames.length)
  expect(node.gatewayBoard.read('bytesOut')).toBe(heard.reduce((sum, { byteLength }) => sum + byteLength, 0))
})

test('[COUNT-3] who has not joined is sent nothing of the world (C-077)', async () => {
  await start(50, 40)
  await join(node, hall.game, 'ada')
  const silent = connect(node, hall.game)
  const refused = connect(node, hall.game)
  refused.client.hello('nobody')
  await node.steps(30)
  expect(silent.heard).toEqual([])
  expect(refused.heard).toHaveLength(1)
  expect(refused.heard.some((bytes) => bytes[0] === ServerFrame.kind)).toBe(false)
})

test('[FLOOD-30] a bare frame brings answers and what is the owner’s, and nothing of others, not even on the own road', async () => {
  await start(40, 0, { config: { sendBacklogBytesMax: 300, pongTimeoutMs: 600_000, idleTimeoutMs: 600_000 } })
  const [slow, friend] = [await join(node, hall.game, 'slow'), await join(node, hall.game, 'friend')]
  for (const { client } of [slow, friend]) client.command(JoinTeam, { team: 2 })
  friend.client.command(MarkSelf, { team: 2 })
  await node.steps(3)
  slow.loopback.stalled = true
  for (let i = 0; slow.loopback.unsentBytes() <= 300; i++) {
    friend.client.input({ x: 0, z: i % 2 })
    await node.step()
  }
  const sent = slow.client.frames.length
  const earned: number[] = []
  for (let i = 0; i < 10; i++) {
    // A turn of somebody on the own road in every tick, and an answer with some of them.
    friend.client.input({ x: i % 2, z: 1 })
    if (i % 3 === 0) earned.push(slow.client.command(Earn, { coins: i + 1 }))
    await node.step()
  }
  const middle = { ...slow.client.model?.middle }
  slow.loopback.stalled = false
  await node.deliver()
  const bare = slow.client.frames.slice(sent).filter(({ flags }) => (flags & FrameFlag.Bare) !== 0)
  expect(bare.length).toBeGreaterThan(0)
  for (const { flags } of bare) expect(flags & FrameFlag.Own).toBe(0)
  const bareBytes = slow.heard.filter(
    (bytes) => bytes[0] === ServerFrame.kind && ((bytes[1] ?? 0) & FrameFlag.Bare) !== 0,
  )
  // The last byte counts the segments.
  expect(bareBytes.map((bytes) => bytes.at(-1))).toEqual(bareBytes.map(() => 0))
  expect(slow.client.model?.middle).toEqual(middle)
  expect(earned.map((seq) => slow.client.resultOf(seq)?.code)).toEqual(['ok', 'ok', 'ok', 'ok'])
  const purse = slow.client.model?.ownRow(Purse)
  expect(purse).toEqual({ coins: 22 })
  const rewound = node.tickBoard.read('viewsRewound')
  const refreshed = node.tickBoard.read('viewsRefreshed')
  await node.steps(3)
  expect(node.tickBoard.read('viewsRewound')).toBe(rewound + 1)
  expect(node.tickBoard.read('viewsRefreshed')).toBe(refreshed)
  // The owner's part is told again, and known by its version.
  expect(
    (slow.client.frames.findLast(({ flags }) => (flags & FrameFlag.View) !== 0)?.flags ?? 0) & FrameFlag.Owner,
  ).not.toBe(0)
  expect(slow.client.model?.ownRow(Purse)).toBe(purse)
  expectTruth(node, slow)
})

test('[COUNT-5] a change of one owner component is in one frame, and no other carries it (P-030)', async () => {
  await start(50, 0)
  const ada = await join(node, hall.game, 'ada')
  await node.steps(5)
  const sent = ada.client.frames.length
  const version = (): number | undefined => ada.client.model?.ownVersions[hall.game.componentIndex(Purse)]
  const before = version()
  ada.client.command(Earn, { coins: 5 })
  for (let i = 0; i < 10; i++) {
    ada.client.input({ x: i % 2, z: 0 })
    await node.step()
  }
  const carrying = ada.client.frames.slice(sent).filter(({ flags }) => (flags & FrameFlag.Owner) !== 0)
  expect(carrying).toHaveLength(1)
  expect(version()).toBe(carrying[0]?.tick)
  expect(version()).toBeGreaterThan(before ?? 0)
  expect(ada.client.model?.ownRow(Purse)).toEqual({ coins: 5 })
})
