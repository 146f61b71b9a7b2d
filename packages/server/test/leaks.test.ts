import { readdirSync, readFileSync } from 'node:fs'
import { RingReader, ringCounters } from '@worldkeep/kernel'
import { ClientInput } from '@worldkeep/wire'
import { afterEach, expect, test } from 'vitest'
import type { Mailboxes } from '../src/core/mailboxes.ts'
import { createGame, Earn } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { connect, type Guest, join } from './party.ts'

const game = createGame()
let node: SimulatedNode | null = null

afterEach(async () => {
  await node?.dispose()
  node = null
})

/** One way of coming and going; `late` runs a few ticks after the start. */
interface Variant {
  readonly name: string
  begin(guest: Guest, player: string): void
  /** Verified, and not yet seen by a tick. */
  early?(guest: Guest): void
  late?(guest: Guest, player: string): void
}

const hello = ({ client }: Guest, player: string): void => client.hello(`player:${player}`)

const variants: readonly Variant[] = [
  { name: 'joins and drops', begin: hello, late: ({ loopback }) => loopback.closeByClient() },
  { name: 'joins and says goodbye', begin: hello, late: ({ client }) => client.leave() },
  {
    name: 'plays, then drops',
    begin: hello,
    late: ({ client, loopback }) => {
      client.input({ x: 1, z: 0 })
      client.command(Earn, { amount: 1 })
      loopback.closeByClient()
    },
  },
  {
    name: 'drops before its hello is looked at',
    begin: (guest, player) => {
      hello(guest, player)
      guest.loopback.closeByClient()
    },
  },
  { name: 'drops before its handshake is looked at', begin: hello, early: ({ loopback }) => loopback.closeByClient() },
  { name: 'is refused', begin: ({ client }) => client.hello('nobody') },
  { name: 'speaks another version', begin: ({ client }, player) => client.hello(`player:${player}`, { version: 99 }) },
  { name: 'is malformed', begin: ({ client }) => client.wire.send(Uint8Array.of(250, 1, 2)) },
  {
    name: 'is malformed once it is in',
    begin: hello,
    late: ({ client }) => client.wire.send(Uint8Array.of(ClientInput.kind)),
  },
  { name: 'says nothing until its deadline', begin: () => undefined },
  { name: 'is superseded', begin: (guest) => guest.client.hello('player:same') },
]

test('[LEAK-1] 10,000 connects and disconnects of all kinds leave every table, pool and mailbox as empty as before (C-105)', async () => {
  const started = await SimulatedNode.start({ game, config: { graceS: 1, helloTimeoutMs: 500 } })
  node = started
  const before = started.tick.world.entities.count
  const events = new RingReader(started.mailboxes.events)
  const perRound = 50
  let opened = 0
  for (let round = 0; round < 10_000 / perRound; round++) {
    const guests: Guest[] = []
    for (let i = 0; i < perRound; i++) {
      const guest = connect(started, game)
      variants[i % variants.length]?.begin(guest, `p${(round * perRound + i) % 500}`)
      guests.push(guest)
      opened++
    }
    await started.deliver()
    for (const [i, guest] of guests.entries()) variants[i % variants.length]?.early?.(guest)
    await started.steps(3)
    for (const [i, guest] of guests.entries()) variants[i % variants.length]?.late?.(guest, `p${i}`)
    await started.steps(2)
    while (events.next());
    events.release()
  }
  // The last of `same` is still in.
  connect(started, game).client.hello('player:same')
  await started.steps(3)
  expect(started.tick.sessions.ofPlayer('id-same')).not.toBeNull()
  const last = started.gateway.connectionOf(started.tick.sessions.ofPlayer('id-same')?.route ?? 0)
  if (last === null) throw new Error('the last one is not in')
  started.gateway.end(last, 'going_away')
  await started.steps(60)

  const { tick, gateway, tickBoard, gatewayBoard } = started
  expect(gatewayBoard.read('connectionsOpened')).toBe(opened + 1)
  expect(gatewayBoard.read('connectionsClosed')).toBe(opened + 1)
  expect(gateway.openConnections()).toBe(0)
  expect(gateway.slotsTaken()).toBe(0)
  expect(gateway.endsWaiting()).toBe(0)
  expect(tick.sessions.count).toBe(0)
  expect(tick.sessions.playersCount()).toBe(0)
  for (let slot = 0; slot < tick.sessions.max; slot++) {
    expect(tick.sessions.onSlotOf(slot)).toBeNull()
    expect(tick.sessions.at(slot)).toMatchObject({ state: 'free', route: 0, outboxCount: 0, playerId: '' })
    expect(tick.outbound.views.baseline[slot]).toBe(-1)
  }
  expect(tick.world.entities.count).toBe(before)
  expect(tickBoard.read('durableAcknowledged')).toBe(tickBoard.read('durableActions'))
  for (const name of Object.keys(started.mailboxes) as (keyof Mailboxes)[])
    expect(ringCounters(started.mailboxes[name]).unreadBytes, name).toBe(0)
  expect(started.persistence.isIdle()).toBe(true)
  expect((await join(started, game, 'after')).client.joinAck?.resumed).toBe(0)
})

test('[LEAK-4] an end that is told before its handshake has been taken does not leave a session behind', async () => {
  node = await SimulatedNode.start({ game, config: { handshakesPerTickMax: 1, graceS: 1 } })
  const guests = Array.from({ length: 6 }, () => connect(node as SimulatedNode, game))
  for (const [index, guest] of guests.entries()) hello(guest, `p${index}`)
  await node.deliver()
  for (const { loopback } of guests) loopback.closeByClient()
  await node.deliver()
  // New ones on what would be the same slots.
  const late = [connect(node, game), connect(node, game)]
  for (const [index, guest] of late.entries()) hello(guest, `late${index}`)
  await node.steps(40)
  expect(node.tick.sessions.count).toBe(2)
  expect(late.every(({ client }) => client.joinAck !== null)).toBe(true)
  expect(node.gateway.slotsTaken()).toBe(2)
})

test('[LEAK-5] no library code ends the process it runs in', () => {
  const packages = new URL('../../', import.meta.url)
  const offenders = readdirSync(packages).flatMap((name) => {
    const source = new URL(`${name}/src/`, packages).pathname
    const files = (readdirSync(source, { recursive: true }) as string[]).filter((file) => /\.tsx?$/.test(file))
    return files
      .filter((file) => file !== 'cli.ts' && /process\s*\.\s*exit\s*\(/.test(readFileSync(source + file, 'utf8')))
      .map((file) => `${name}/src/${file}`)
  })
  expect(offenders).toEqual([])
})
