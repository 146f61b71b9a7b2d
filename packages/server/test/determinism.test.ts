import { expect, test } from 'vitest'
import { createGame, Earn } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { join } from './party.ts'

const game = createGame()

/** One scripted life of a node: the hash of every tick, and every byte each client got. */
async function live(seed: number): Promise<{ readonly hashes: readonly string[]; readonly bytes: readonly string[] }> {
  const node = await SimulatedNode.start({ game, config: { seed } })
  const bytes: string[] = []
  const hashes: string[] = []
  try {
    const ada = await join(node, game, 'ada')
    const eve = await join(node, game, 'eve')
    for (const { client } of [ada, eve]) {
      const received = client.received.bind(client)
      client.received = (message) => {
        bytes.push(`${client === ada.client ? 'ada' : 'eve'} ${Buffer.from(message).toString('hex')}`)
        received(message)
      }
    }
    for (let i = 0; i < 120; i++) {
      ada.client.input({ x: (i % 7) / 3 - 1, z: (i % 5) / 2 - 1 })
      if (i % 10 === 0) eve.client.command(Earn, { amount: i + 1 })
      await node.step()
      hashes.push(node.tick.world.hashState().hex())
    }
  } finally {
    await node.dispose()
  }
  return { hashes, bytes }
}

test('[DET-1] two nodes that are fed the same have the same state each tick and send the same bytes (C-062, C-108)', async () => {
  const [first, second] = [await live(7), await live(7)]
  expect(first.hashes).toEqual(second.hashes)
  expect(first.bytes).toEqual(second.bytes)
  expect(first.bytes.length).toBeGreaterThan(100)
})

test('[DET-2] another seed is another world', async () => {
  const [first, second] = [await live(7), await live(8)]
  expect(first.hashes[0]).not.toBe(second.hashes[0])
})
