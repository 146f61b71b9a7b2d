import { createClient, memoryStorage } from '@worldkeep/client'
import { Basket, Bush, createGame, Pick } from './game.ts'

const url = process.argv[2] ?? 'http://localhost:4510'
const client = createClient({ url, game: createGame(), name: 'Ada', storage: memoryStorage() })
const [here, there] = [
  { xM: 0, zM: 0 },
  { xM: 0, zM: 0 },
]

/** After each frame: a step towards a bush, and a berry when it is near. */
const stop = client.subscribe(() => {
  const self = client.self()
  const bush = [...client.entities()].find((entity) => client.get(entity, Bush) !== null)
  if (self === null || bush === undefined) return
  client.placeOf(self, here)
  client.placeOf(bush, there)
  const [x, z] = [there.xM - here.xM, there.zM - here.zM]
  const distanceM = Math.hypot(x, z)
  const isNear = distanceM < 1
  client.setIntent(isNear ? { x: 0, z: 0 } : { x: x / distanceM, z: z / distanceM })
  if (isNear) void pick(bush.handle)
})

async function pick(bush: number): Promise<void> {
  stop()
  const { code, durable } = await client.send(Pick, { bush })
  process.stdout.write(`${code}, durable: ${durable}, berries: ${client.own(Basket)?.berries}\n`)
  await client.close()
}
