import { SimulatedNode, TestClient } from '@worldkeep/server/testing'
import { expect, test } from 'vitest'
import { Basket, Bush, createGame, Pick } from './game.ts'

/** Every bush within reach of where players appear. */
const game = createGame({ bushes: 3, spreadM: 1 })

/** A player in the world, after its first frame. */
async function join(node: SimulatedNode, name: string): Promise<TestClient> {
  const client = new TestClient(game)
  const connection = node.connect(client)
  client.wire = { send: (bytes) => connection.sendToServer(bytes), close: () => connection.closeByClient() }
  client.hello(`player:${name}`)
  for (let i = 0; i < 20 && client.frames.length === 0; i++) await node.step()
  return client
}

function someBush(client: TestClient): number {
  const { model } = client
  const bush = [...(model?.entities.values() ?? [])].find((entity) => model?.row(entity, Bush) !== null)
  return bush?.handle ?? 0
}

test('a picked berry that was acknowledged is in the basket after a crash', async () => {
  const node = await SimulatedNode.start({ game })
  const ada = await join(node, 'ada')
  const seq = ada.command(Pick, { bush: someBush(ada) })
  await node.steps(3)
  expect(ada.resultOf(seq)).toMatchObject({ code: 'ok', durable: 1 })
  await node.crash()

  const again = await SimulatedNode.start({ game, dataDir: node.dataDir })
  const back = await join(again, 'ada')
  expect(back.model?.ownRow(Basket)).toEqual({ berries: 1 })
  await again.dispose()
})

test('an empty bush refuses, and the basket stays as it is', async () => {
  const node = await SimulatedNode.start({ game })
  const ada = await join(node, 'ada')
  for (let i = 0; i < 4; i++) ada.command(Pick, { bush: someBush(ada) })
  await node.steps(3)
  expect(ada.results.map(({ code }) => code)).toEqual(['no_berries', 'ok', 'ok', 'ok'])
  expect(ada.model?.ownRow(Basket)).toEqual({ berries: 3 })
  await node.dispose()
})

test('one seed, one orchard: two nodes agree in every tick', async () => {
  const nodes = [await SimulatedNode.start({ game }), await SimulatedNode.start({ game })]
  for (let i = 0; i < 100; i++) {
    for (const node of nodes) await node.step()
    const [a, b] = nodes.map((node) => node.tick.world.hashState().hex())
    expect(a).toBe(b)
  }
  for (const node of nodes) await node.dispose()
})
