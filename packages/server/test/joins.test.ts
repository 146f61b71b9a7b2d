import { StoreUnavailable, type WorldStore } from '@worldkeep/store'
import { errorCatalogue } from '@worldkeep/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGame, Earn, Gold, Label } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { connect, join } from './party.ts'

const game = createGame()
let node: SimulatedNode

beforeEach(async () => {
  node = await SimulatedNode.start({ game })
})
afterEach(() => node.dispose())

test('[JOIN-1] a handshake gets its session only from a tick, and exactly one answer', async () => {
  const { client } = connect(node, game)
  client.hello('player:ada')
  await node.deliver()
  expect(node.tick.sessions.count).toBe(0)
  await node.steps(5)
  expect(node.tick.sessions.count).toBe(1)
  expect(client.joinAck?.playerId).toBe('id-ada')
  expect(node.tickBoard.read('handshakesAccepted')).toBe(1)
  expect(node.tickBoard.read('handshakesRefused')).toBe(0)
})

test('[JOIN-2] what a player had is there again after leaving: place, purse, name of the zone', async () => {
  const ada = await join(node, game, 'ada')
  ada.client.input({ x: 1, z: 0 })
  await node.steps(20)
  ada.client.input({ x: 0, z: 0 })
  const seq = ada.client.command(Earn, { amount: 7 })
  await node.steps(4)
  expect(ada.client.resultOf(seq)?.durable).toBe(1)
  const handle = ada.client.joinAck?.entity ?? 0
  const before = ada.client.model?.entityOf(handle)?.track.newest()
  ada.client.leave()
  await node.steps(3)
  expect(node.tick.sessions.count).toBe(0)
  const again = await join(node, game, 'ada')
  expect(again.client.model?.ownRow(Gold)?.amount).toBe(7)
  const after = again.client.model?.entityOf(again.client.joinAck?.entity ?? 0)?.track.newest()
  expect({ x: after?.xCm, z: after?.zCm }).toEqual({ x: before?.xCm, z: before?.zCm })
})

test('[JOIN-3] a resume token of the session brings the same body back, with its acknowledgements', async () => {
  const ada = await join(node, game, 'ada')
  const seq = ada.client.input({ x: 0, z: 1 })
  await node.steps(2)
  const { entity, resumeToken } = ada.client.joinAck ?? { entity: 0, resumeToken: '' }
  ada.loopback.closeByClient()
  await node.steps(3)
  expect(node.tickBoard.read('sessionsInGrace')).toBe(1)
  const back = await join(node, game, 'ada', { resume: resumeToken })
  expect(back.client.joinAck).toMatchObject({ resumed: 1, entity, inputAck: seq })
  expect(back.client.joinAck?.resumeToken).not.toBe(resumeToken)
})

test('[JOIN-4] an invalid or used resume token is ignored: a fresh session', async () => {
  const ada = await join(node, game, 'ada')
  const used = ada.client.joinAck?.resumeToken ?? ''
  ada.client.input({ x: 0, z: 1 })
  await node.steps(2)
  ada.loopback.closeByClient()
  await node.steps(2)
  await join(node, game, 'ada', { resume: used })
  const third = await join(node, game, 'ada', { resume: used })
  expect(third.client.joinAck).toMatchObject({ resumed: 0, inputAck: 0, commandAck: 0 })
})

test('[JOIN-5] the newest login of a player wins, and the older connection is told', async () => {
  const first = await join(node, game, 'ada')
  const second = await join(node, game, 'ada')
  await node.steps(2)
  expect(first.client.lastWord?.code).toBe(errorCatalogue.superseded.number)
  expect(first.client.open).toBe(false)
  expect(second.client.open).toBe(true)
  expect(second.client.joinAck?.entity).toBe(first.client.joinAck?.entity)
  expect(node.tick.sessions.count).toBe(1)
})

test('[JOIN-6] a body outlives its connection for the grace, then it is saved and gone', async () => {
  await node.dispose()
  node = await SimulatedNode.start({ game, config: { graceS: 1 } })
  const [ada, eve] = [await join(node, game, 'ada'), await join(node, game, 'eve')]
  ada.loopback.closeByClient()
  await node.steps(10)
  const handle = ada.client.joinAck?.entity ?? 0
  expect(eve.client.model?.entityOf(handle)).not.toBeNull()
  await node.steps(15)
  expect(eve.client.model?.entityOf(handle)).toBeNull()
  expect(node.tick.sessions.count).toBe(1)
  expect((await node.store().loadPlayer('id-ada'))?.name).toBe('ada')
})

test('[JOIN-7] more joins than a tick takes wait for the next one, and are counted', async () => {
  await node.dispose()
  node = await SimulatedNode.start({ game, config: { handshakesPerTickMax: 4 } })
  const guests = Array.from({ length: 5 }, () => connect(node, game))
  for (const [index, { client }] of guests.entries()) client.hello(`player:p${index}`)
  await node.step()
  expect(node.tick.sessions.count).toBe(4)
  expect(node.tickBoard.read('handshakesDeferred')).toBe(1)
  await node.steps(3)
  expect(guests.every(({ client }) => client.joinAck !== null)).toBe(true)
})

test('[JOIN-8] a full world refuses with a retryable code and keeps who is in', async () => {
  await node.dispose()
  node = await SimulatedNode.start({ game, config: { sessionsMax: 2 } })
  await join(node, game, 'ada')
  await join(node, game, 'eve')
  const { client } = connect(node, game)
  client.hello('player:bob')
  await node.steps(4)
  expect(client.lastWord?.code).toBe(errorCatalogue.server_full.number)
  expect(errorCatalogue.server_full.retryable).toBe(true)
  expect(node.tick.sessions.count).toBe(2)
})

test('[JOIN-9] no room for another body refuses the join, and leaves nothing behind', async () => {
  await node.dispose()
  const small = createGame({ entitiesMax: 5, dummies: 4 })
  node = await SimulatedNode.start({ game: small })
  await join(node, small, 'ada')
  const { client } = connect(node, small)
  client.hello('player:eve')
  await node.steps(4)
  expect(client.lastWord?.code).toBe(errorCatalogue.server_full.number)
  expect(node.tick.sessions.count).toBe(1)
  expect(node.tick.world.entities.refusedCount).toBe(1)
})

test('[JOIN-10] a connection that drops while its player is loading leaves no session', async () => {
  const { client, loopback } = connect(node, game)
  client.hello('player:ada')
  await node.deliver()
  node.tick.tick()
  loopback.closeByClient()
  await node.deliver()
  await node.steps(4)
  expect(node.tick.sessions.count).toBe(0)
})

test('[JOIN-11] two thousand joins and drops leave every table empty', async () => {
  await node.dispose()
  node = await SimulatedNode.start({ game, config: { graceS: 0, sessionsMax: 64 } })
  const before = node.tick.world.entities.count
  for (let round = 0; round < 100; round++) {
    const guests = Array.from({ length: 20 }, () => connect(node, game))
    for (const [index, { client }] of guests.entries()) client.hello(`player:p${round}x${index}`)
    await node.steps(3)
    for (const { loopback } of guests) loopback.closeByClient()
    await node.steps(2)
  }
  await node.steps(3)
  expect(node.tick.sessions.count).toBe(0)
  expect(node.gateway.openConnections()).toBe(0)
  expect(node.tick.world.entities.count).toBe(before)
  expect(node.tickBoard.read('handshakesAccepted')).toBe(2_000)
})

test('[JOIN-13] while the store is away a join is refused as retryable, at once', async () => {
  await node.dispose()
  let broken = false
  const wrapStore = (plain: WorldStore): WorldStore =>
    new Proxy(plain, {
      get: (target, name) => {
        const value = Reflect.get(target, name) as unknown
        if (typeof value !== 'function') return value
        if ((name === 'savePlayers' || name === 'loadPlayer') && broken) {
          return async () => {
            throw new StoreUnavailable('planted outage', { code: 'store_unavailable' })
          }
        }
        return (value as () => unknown).bind(target)
      },
    })
  node = await SimulatedNode.start({ game, wrapStore })
  const ada = await join(node, game, 'ada')
  broken = true
  ada.client.leave()
  await node.deliver()
  node.tick.tick()
  const outage = node.persistence.round()
  const { client } = connect(node, game)
  client.hello('player:eve')
  for (let i = 0; i < 10 && client.lastWord === null; i++) {
    await node.deliver()
    node.tick.tick()
    node.gateway.drain()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await node.deliver()
  expect(client.lastWord?.code).toBe(errorCatalogue.load_failed.number)
  expect(errorCatalogue.load_failed.retryable).toBe(true)
  broken = false
  await outage
  expect((await node.store().loadPlayer('id-ada'))?.name).toBe('ada')
})

test('[JOIN-12] others see a player come with name and body, and never what only the owner or the server may see', async () => {
  const eve = await join(node, game, 'eve')
  const ada = await join(node, game, 'ada')
  await node.steps(2)
  const seen = eve.client.model?.entityOf(ada.client.joinAck?.entity ?? 0)
  expect(seen).not.toBeNull()
  if (seen === null || seen === undefined) return
  expect(eve.client.model?.row(seen, Label)?.text).toBe('ada')
  expect(eve.client.model?.row(seen, Gold)).toBeNull()
  expect(ada.client.model?.ownRow(Gold)).toEqual({ amount: 0 })
})
