import { FrameFlag } from '@worldkeep/wire'
import { afterEach, expect, test } from 'vitest'
import { histogramBounds } from '../src/core/board-histogram.ts'
import { SimulatedNode, type SimulatedNodeOptions } from '../src/testing/simulated-node.ts'
import { createHall, Earn } from './hall.ts'
import { join } from './party.ts'
import { expectTruth } from './truth.ts'

const hall = createHall({ others: 300, unrest: 200 })
let node: SimulatedNode

afterEach(() => node.dispose())

async function start(options: Partial<SimulatedNodeOptions> = {}): Promise<void> {
  node = await SimulatedNode.start({ game: hall.game, ...options })
}

/** A tick whose frames reach the gateway that much later. */
async function tickDrainedAfter(ms: number): Promise<void> {
  await node.deliver()
  node.tick.tick()
  node.clock.advanceMs(ms)
  node.gateway.drain()
  await node.deliver()
}

function ages(): { readonly count: number; readonly upTo: readonly number[] } {
  let fitting = 0
  const upTo = histogramBounds.frameAgeMs.map((ms) => {
    fitting += node.gatewayBoard.read(`frameAgeMsBucket_${ms}`)
    return fitting
  })
  return { count: node.gatewayBoard.read('frameAgeMsCount'), upTo }
}

test('[FRESH-1] a frame that has become stale on its way is not sent, counted, and a fresh one is asked for (T-025)', async () => {
  await start()
  const ada = await join(node, hall.game, 'ada')
  await node.steps(5)
  const [framesOut, received] = [node.gatewayBoard.read('framesOut'), ada.client.frames.length]
  await tickDrainedAfter(150)
  expect(node.gatewayBoard.read('framesStale')).toBe(1)
  expect(node.gatewayBoard.read('framesOut')).toBe(framesOut)
  expect(ada.client.frames).toHaveLength(received)
  const rewound = node.tickBoard.read('viewsRewound')
  await node.step()
  expect(node.tickBoard.read('viewsRewound')).toBe(rewound + 1)
  expect((ada.client.frames.at(-1)?.flags ?? 0) & FrameFlag.View).toBe(FrameFlag.View)
  expectTruth(node, ada)
})

test('[FRESH-1] the frame that was asked for is sent however old it is, so that a gateway that is always late still tells', async () => {
  await start()
  const ada = await join(node, hall.game, 'ada')
  await node.steps(5)
  const received = ada.client.frames.length
  for (let i = 0; i < 20; i++) await tickDrainedAfter(150)
  // Every other one: stale, asked for, sent.
  expect(ada.client.frames.length - received).toBe(10)
  expect(node.gatewayBoard.read('framesStale')).toBe(10)
  await node.steps(2)
  expectTruth(node, ada)
})

test('[FRESH-1] what is as old as it may be is sent', async () => {
  await start({ config: { frameAgeMaxMs: 150 } })
  const ada = await join(node, hall.game, 'ada')
  await tickDrainedAfter(150)
  await tickDrainedAfter(150)
  expect(node.gatewayBoard.read('framesStale')).toBe(0)
  expectTruth(node, ada)
})

test('[FRESH-2] answers that ride in a stale frame are delivered, without anything to see', async () => {
  await start()
  const ada = await join(node, hall.game, 'ada')
  await node.steps(5)
  const seq = ada.client.command(Earn, { coins: 5 })
  const before = [...(ada.client.model?.entities.values() ?? [])].map(({ changedTick }) => changedTick)
  await tickDrainedAfter(150)
  expect(ada.client.resultOf(seq)?.code).toBe('ok')
  expect((ada.client.frames.at(-1)?.flags ?? 0) & FrameFlag.Bare).toBe(FrameFlag.Bare)
  expect([...(ada.client.model?.entities.values() ?? [])].map(({ changedTick }) => changedTick)).toEqual(before)
  expect(node.gatewayBoard.read('framesStale')).toBe(1)
  await node.step()
  expectTruth(node, ada)
})

test('[FRESH-3] the age of every frame that is sent is counted, from the end of its tick to the socket', async () => {
  await start()
  await join(node, hall.game, 'ada')
  await node.steps(5)
  const fast = ages()
  expect(fast.upTo).toEqual(histogramBounds.frameAgeMs.map(() => fast.count))
  const sumMs = node.gatewayBoard.read('frameAgeMsSum')
  await tickDrainedAfter(30)
  const slow = ages()
  expect(slow.count).toBe(fast.count + 1)
  expect(slow.upTo).toEqual(histogramBounds.frameAgeMs.map((ms) => fast.count + (ms >= 30 ? 1 : 0)))
  expect(node.gatewayBoard.read('frameAgeMsSum') - sumMs).toBe(30)
})
