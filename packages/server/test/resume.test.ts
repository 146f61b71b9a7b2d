import { FrameFlag, ServerFrame } from '@worldkeep/wire'
import { system } from '@worldkeep/world'
import { afterEach, expect, test } from 'vitest'
import { SimulatedNode, type SimulatedNodeOptions } from '../src/testing/simulated-node.ts'
import { createHall, Earn, Wound } from './hall.ts'
import { type Guest, join, resume, viewTickOf } from './party.ts'
import { expectTruth } from './truth.ts'

const hall = createHall({ others: 150 })
let node: SimulatedNode

afterEach(() => node.dispose())

async function start(options: Partial<SimulatedNodeOptions> = {}): Promise<void> {
  node = await SimulatedNode.start({ game: hall.game, ...options })
}

function firstFrame({ heard }: Guest): Uint8Array {
  const frame = heard.find((bytes) => bytes[0] === ServerFrame.kind)
  if (frame === undefined) throw new Error('no frame')
  return frame
}

/** Somebody of the view beside the own body. */
function neighbour({ client }: Guest): number {
  for (const { handle } of client.model?.entities.values() ?? []) if (handle !== client.joinAck?.entity) return handle
  throw new Error('nobody is near')
}

/** Entities that came whole with the frames of a connection: entered, or told anew. */
function wholeSince({ client }: Guest, tick: number): number {
  return [...(client.model?.entities.values() ?? [])].filter(({ changedTick }) => changedTick > tick).length
}

test('[RESUME-1] the first frame after a resume carries what has changed since the last one that arrived, and no more', async () => {
  await start()
  const [ada, eve] = [await join(node, hall.game, 'ada'), await join(node, hall.game, 'eve')]
  await node.steps(2)
  const wounded = neighbour(ada)
  const before = viewTickOf(ada)
  eve.client.command(Wound, { handle: wounded })
  const back = await resume(node, ada, 'ada')
  expect(back.client.joinAck?.resumed).toBe(1)
  expect(wholeSince(back, before)).toBe(1)
  expect(firstFrame(back).byteLength).toBeLessThan(40)
  expect(firstFrame(ada).byteLength).toBeGreaterThan(15 * (ada.client.model?.entities.size ?? 0))
  expect(firstFrame(ada).byteLength).toBeGreaterThan(300)
  expectTruth(node, back)
  expect(node.tickBoard.read('viewsRewound')).toBe(1)
})

test('[RESUME-1] what was told only to the owner meanwhile is told again', async () => {
  await start()
  const ada = await join(node, hall.game, 'ada')
  ada.client.command(Earn, { coins: 7 })
  ada.loopback.stalled = true
  await node.steps(3)
  const back = await resume(node, ada, 'ada')
  expectTruth(node, back)
})

test.each([
  ['the view has moved meanwhile', [{ x: -1, ticks: 12 }]],
  ['the view has moved on and on', [{ x: -1, ticks: 150 }]],
  [
    'cells have left and come back',
    [
      { x: -1, ticks: 80 },
      { x: 1, ticks: 80 },
    ],
  ],
  [
    'cells have left, come back and left again',
    [
      { x: -1, ticks: 50 },
      { x: 1, ticks: 60 },
      { x: -1, ticks: 70 },
    ],
  ],
])('[RESUME-1] the view is right when %s', async (_what, legs) => {
  const walked = createHall({ others: 150, unrest: 20 })
  await start({ game: walked.game })
  const ada = await join(node, walked.game, 'ada')
  await node.steps(10)
  ada.loopback.stalled = true
  for (const { x, ticks } of legs) {
    ada.client.input({ x, z: 0 })
    await node.steps(ticks)
  }
  const back = await resume(node, ada, 'ada')
  expectTruth(node, back)
  back.client.input({ x: 0, z: 1 })
  for (let i = 0; i < 40; i++) {
    await node.step()
    expectTruth(node, back)
  }
})

test('[RESUME-2] when departures are forgotten that the client does not know of, cells come whole', async () => {
  const hoppers = 150
  const hopping: typeof hall.game = {
    ...hall.game,
    systems: [
      system('hop', (world) => {
        if (world.tick() > 200) return
        for (let slot = 0; slot < hoppers; slot++)
          world.motion.place(slot, 28_000 + ((world.tick() + slot) % 2) * 6_400, 29_000 + slot)
      }),
    ],
  }
  await start({ game: hopping })
  const ada = await join(node, hopping, 'ada')
  await node.steps(5)
  const before = viewTickOf(ada)
  const back = await resume(node, ada, 'ada', { awayTicks: 210 })
  expect(node.tickBoard.read('tombstonesForgotten')).toBeGreaterThan(0)
  expect(wholeSince(back, before)).toBe(back.client.model?.entities.size)
  expectTruth(node, back)
})

test.each([
  ['names none', () => 0, 'whole'],
  ['names one of the future', (tick: number) => tick + 1_000, 'whole'],
  ['names an older one', (tick: number) => tick - 30, 'part'],
  ['names one of before it joined', () => 1, 'whole'],
])('[RESUME-2] a client that %s is right all the same', async (_what, viewTick, part) => {
  const restless = createHall({ others: 150, unrest: 3 })
  await start({ game: restless.game })
  await node.steps(5)
  const ada = await join(node, restless.game, 'ada')
  await node.steps(60)
  const before = viewTickOf(ada)
  const back = await resume(node, ada, 'ada', { viewTick: viewTick(before) })
  const { size } = back.client.model?.entities ?? { size: 0 }
  if (part === 'whole') expect(wholeSince(back, before)).toBe(size)
  else expect(wholeSince(back, before)).toBeLessThan(size * 0.8)
  expectTruth(node, back)
  for (let i = 0; i < 20; i++) {
    await node.step()
    expectTruth(node, back)
  }
})

test('[RESUME-3] a login that does not resume starts afresh, whatever frame it names', async () => {
  await start()
  const ada = await join(node, hall.game, 'ada')
  await node.steps(5)
  const before = viewTickOf(ada)
  const back = await resume(node, ada, 'ada', { token: 'no such token' })
  expect(back.client.joinAck?.resumed).toBe(0)
  expect(wholeSince(back, before)).toBe(back.client.model?.entities.size)
  expect((back.client.frames.at(-1)?.flags ?? 0) & FrameFlag.View).toBe(FrameFlag.View)
  expectTruth(node, back)
})
