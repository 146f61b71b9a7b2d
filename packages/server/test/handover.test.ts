import { afterEach, expect, test } from 'vitest'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { createHall } from './hall.ts'
import { type Guest, join } from './party.ts'

const hall = createHall({ others: 50 })
const none = -1
let node: SimulatedNode

afterEach(() => node.dispose())

async function start(config: { readonly hysteresisM?: number } = {}): Promise<Guest> {
  node = await SimulatedNode.start({ game: hall.game, config })
  return await join(node, hall.game, 'ada')
}

/** Session 0 is the first to have joined. */
function cells(): { readonly owned: number; readonly previous: number; readonly sinceTick: number } {
  const { ownedCell, previousCell, handoverTick } = node.tick.outbound.emitter.handovers
  return { owned: ownedCell[0] ?? none, previous: previousCell[0] ?? none, sinceTick: handoverTick[0] ?? none }
}

/** Walks east at 20 m/s until it has been handed over. */
async function walkOver(ada: Guest): Promise<void> {
  const before = ada.client.handovers.length
  ada.client.input({ x: 1, z: 0 })
  for (let i = 0; i < 200 && ada.client.handovers.length === before; i++) await node.step()
  ada.client.input({ x: 0, z: 0 })
}

test('[HANDOVER-1] walking over a border is told once, in front of what is seen from the new cell (P-035)', async () => {
  const ada = await start()
  const home = cells().owned
  const told: { readonly middleX: number | undefined }[] = []
  const { client } = ada
  const handedOver = client.handedOver.bind(client)
  client.handedOver = (handover) => {
    told.push({ middleX: client.model?.middle.cellX })
    handedOver(handover)
  }
  await walkOver(ada)
  await node.steps(20)
  expect(client.handovers).toEqual([{ from: home, to: home + 1 }])
  // The frame has said where the block is, and none of its entities has been touched yet.
  const lastEntered = Math.max(...[...(client.model?.entities.values() ?? [])].map(({ changedTick }) => changedTick))
  expect(told).toEqual([{ middleX: client.model?.middle.cellX }])
  expect(lastEntered).toBeGreaterThanOrEqual(cells().sinceTick)
})

test('[HANDOVER-2] who is new has no cell before; afterwards cell, cell before and tick belong together (P-036)', async () => {
  const ada = await start()
  const home = cells().owned
  expect(cells()).toEqual({ owned: home, previous: none, sinceTick: none })
  const { world } = node.tick
  const slot = world.slotOf(ada.client.joinAck?.entity ?? 0)
  expect(home).toBe(world.changes.cellOf[slot])
  await walkOver(ada)
  const { owned, previous, sinceTick } = cells()
  expect([owned, previous]).toEqual([home + 1, home])
  expect(sinceTick).toBeGreaterThan(0)
  expect(sinceTick).toBeLessThanOrEqual(world.tick())
})

test('[HANDOVER-3] the time from the border to the handover is measured: what the hysteresis takes (P-035)', async () => {
  const ada = await start({ hysteresisM: 10 })
  expect(node.tickBoard.read('handoverMsCount')).toBe(0)
  await walkOver(ada)
  expect(node.tickBoard.read('handoverMsCount')).toBe(1)
  // Ten metres at 20 m/s, give or take a tick at either end.
  expect(Math.abs(node.tickBoard.read('handoverMsSum') - 500)).toBeLessThanOrEqual(100)
})

test('[HANDOVER-4] pacing along a border hands over once at most (P-034)', async () => {
  const ada = await start()
  await walkOver(ada)
  for (let i = 0; i < 10; i++) {
    ada.client.input({ x: i % 2 === 0 ? -1 : 1, z: 0 })
    await node.steps(2)
  }
  expect(ada.client.handovers).toHaveLength(1)
})

test('[COUNT-4] each frame moves the histograms of sizes and of entities in view by one (P-029)', async () => {
  const ada = await start()
  const read = (): readonly number[] => [
    node.tickBoard.read('frameEntitiesCount'),
    node.tickBoard.read('frameEntitiesSum'),
    node.gatewayBoard.read('frameBytesCount'),
    node.gatewayBoard.read('frameBytesSum'),
  ]
  const before = read()
  const framesBefore = ada.client.frames.length
  const bytesBefore = ada.heard.reduce((sum, { byteLength }) => sum + byteLength, 0)
  ada.client.input({ x: 1, z: 0 })
  await node.steps(1)
  ada.client.input({ x: -1, z: 0 })
  await node.steps(1)
  const frames = ada.client.frames.length - framesBefore
  const bytes = ada.heard.reduce((sum, { byteLength }) => sum + byteLength, 0) - bytesBefore
  expect(frames).toBe(2)
  const entities = frames * (ada.client.model?.entities.size ?? 0)
  expect(read().map((value, i) => value - (before[i] as number))).toEqual([frames, entities, frames, bytes])
})
