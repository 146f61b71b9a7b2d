import type { Game } from '@worldkeep/world'
import type { Loopback } from '../src/testing/loopback.ts'
import type { SimulatedNode } from '../src/testing/simulated-node.ts'
import { TestClient } from '../src/testing/test-client.ts'

export interface Guest {
  readonly client: TestClient
  readonly loopback: Loopback
}

/** A connection that has said nothing yet. */
export function connect(node: SimulatedNode, game: Game): Guest {
  const client = new TestClient(game)
  const loopback = node.connect(client)
  client.wire = { send: (bytes) => loopback.sendToServer(bytes), close: () => loopback.closeByClient() }
  return { client, loopback }
}

/** A player in the world. */
export async function join(
  node: SimulatedNode,
  game: Game,
  name: string,
  options: { readonly resume?: string } = {},
): Promise<Guest> {
  const guest = connect(node, game)
  guest.client.hello(`player:${name}`, options)
  for (let i = 0; i < 20 && guest.client.frames.length === 0; i++) await node.step()
  if (guest.client.frames.length === 0)
    throw new Error(`${name} did not get in: ${guest.client.lastWord?.message ?? 'no word'}`)
  return guest
}
