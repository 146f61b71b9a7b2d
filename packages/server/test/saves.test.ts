import { TickPhase } from '@worldkeep/world'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGame, Earn, Gold } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { join } from './party.ts'

const game = createGame()
let node: SimulatedNode

beforeEach(async () => {
  node = await SimulatedNode.start({ game, config: { checkpointIntervalS: 2, graceS: 0 } })
})
afterEach(() => node.dispose())

const documents = { inventory: { belt: ['rope', 'torch'] }, equipment: { head: 'hat' }, skills: { swim: 3 } } as const

function saved(components: { readonly [name: string]: { readonly [field: string]: number } }, revision = 5) {
  return { playerId: 'id-ada', name: 'ada', zone: 'arena', xCm: 12_345, zCm: 23_456, revision, components, documents }
}

test('[SAVE-1] what was handed over is what is saved, whatever happens to the player afterwards (C-082)', async () => {
  const ada = await join(node, game, 'ada')
  ada.client.command(Earn, { amount: 5 })
  await node.deliver()
  node.tick.tick()
  const slot = node.tick.world.slotOf(ada.client.joinAck?.entity ?? 0)
  const { world } = node.tick
  world.guard.during(TickPhase.Apply, () => world.table(Gold).columns.amount.set(slot, 999))
  await node.persistence.round()
  expect((await node.store().loadPlayer('id-ada'))?.components.gold).toEqual({ amount: 5 })
})

test('[SAVE-2] playing on writes checkpoints by itself, with where the player is (C-086)', async () => {
  const ada = await join(node, game, 'ada')
  ada.client.input({ x: 1, z: 0 })
  await node.steps(90)
  expect(node.tickBoard.read('savesQueued')).toBeGreaterThanOrEqual(2)
  const state = await node.store().loadPlayer('id-ada')
  expect(state?.xCm).toBeGreaterThan(25_600)
  expect(state?.zone).toBe('arena')
})

test('[SAVE-7] checkpoints of a crowd are spread over the interval, and those of one second share a commit', async () => {
  const secondTicks = node.tick.world.ticksOf(1)
  const players = 6
  for (let i = 0; i < players; i++) await join(node, game, `walker${i}`)
  const queued = (): number => node.tickBoard.read('savesQueued')
  const [from, ticks] = [queued(), new Set<number>()]
  for (let step = 0; step < 6 * secondTicks; step++) {
    const before = queued()
    await node.step()
    if (queued() > before) ticks.add(node.tick.world.tick())
  }
  expect(queued() - from).toBeGreaterThanOrEqual(2 * players)
  expect(new Set([...ticks].map((tick) => tick % secondTicks)).size).toBe(1)
  expect(ticks.size).toBeGreaterThan(2)
})

test('[SAVE-3] inventory, equipment and skills come back as they were, though this game knows nothing of them (P-040)', async () => {
  await node.store().savePlayers([saved({ gold: { amount: 3 } })])
  const ada = await join(node, game, 'ada')
  expect(ada.client.model?.ownRow(Gold)?.amount).toBe(3)
  ada.client.command(Earn, { amount: 1 })
  await node.steps(4)
  ada.client.leave()
  await node.steps(3)
  const state = await node.store().loadPlayer('id-ada')
  expect(state?.documents).toEqual(documents)
  expect(state?.components.gold).toEqual({ amount: 4 })
  expect(state?.revision).toBeGreaterThan(5)
  expect({ x: state?.xCm, z: state?.zCm }).toEqual({ x: 12_345, z: 23_456 })
})

test('[SAVE-4] components and fields that the game has lost are left aside, new ones start at their defaults', async () => {
  await node.store().savePlayers([saved({ gold: { amount: 3, lost: 1 }, gone: { x: 1 } })])
  const ada = await join(node, game, 'ada')
  expect(ada.client.model?.ownRow(Gold)).toEqual({ amount: 3 })
  expect(ada.client.malformed).toBe(false)
})

test('[SAVE-5] a zone that is no more puts the player where players are born', async () => {
  await node.store().savePlayers([{ ...saved({}), zone: 'atlantis' }])
  const ada = await join(node, game, 'ada')
  const self = ada.client.model?.entityOf(ada.client.joinAck?.entity ?? 0)
  expect(self?.track.newest()).toMatchObject({ xCm: 25_600, zCm: 25_600 })
})

test('[SAVE-6] of two checkpoints of one player that wait together the newer is written (C-049)', async () => {
  const ada = await join(node, game, 'ada')
  const session = node.tick.sessions.ofPlayer('id-ada')
  if (session === null) throw new Error('no session')
  const before = node.persistenceBoard.read('savesWritten')
  for (let i = 0; i < 3; i++) {
    session.saveDueTick = 0
    ada.client.input({ x: 1, z: 0 })
    await node.deliver()
    node.tick.tick()
  }
  await node.persistence.round()
  expect(node.persistenceBoard.read('savesWritten') - before).toBe(1)
  expect(node.persistenceBoard.read('savesCoalesced')).toBe(2)
  expect((await node.store().loadPlayer('id-ada'))?.revision).toBe(session.revision)
})
