import { FrameFlag } from '@worldkeep/wire'
import type { Game } from '@worldkeep/world'
import type { Loopback } from '../src/testing/loopback.ts'
import type { SimulatedNode } from '../src/testing/simulated-node.ts'
import { TestClient } from '../src/testing/test-client.ts'

export interface Guest {
  readonly client: TestClient
  readonly loopback: Loopback
  /** Every message that has come over this connection, as bytes. */
  readonly heard: readonly Uint8Array[]
}

/** A connection that has said nothing yet. */
export function connect(node: SimulatedNode, game: Game): Guest {
  return connectAs(node, new TestClient(game))
}

/** Another connection of a client that has been here: it keeps its view. */
function connectAs(node: SimulatedNode, client: TestClient): Guest {
  const heard: Uint8Array[] = []
  const loopback = node.connect({
    opened: () => client.opened(),
    received: (bytes) => {
      heard.push(bytes)
      client.received(bytes)
    },
    closed: (code) => client.closed(code),
  })
  client.wire = { send: (bytes) => loopback.sendToServer(bytes), close: () => loopback.closeByClient() }
  return { client, loopback, heard }
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

/** The frame a client's view goes on from: the last one that was not bare. */
export function viewTickOf({ client }: Guest): number {
  return client.frames.findLast(({ flags }) => (flags & FrameFlag.Bare) === 0)?.tick ?? 0
}

/** The connection breaks, whatever is on the way is lost, and the client is back after so many ticks. */
export async function resume(
  node: SimulatedNode,
  guest: Guest,
  name: string,
  options: { readonly awayTicks?: number; readonly viewTick?: number; readonly token?: string } = {},
): Promise<Guest> {
  guest.loopback.stalled = true
  guest.loopback.closeByClient()
  await node.steps(options.awayTicks ?? 5)
  const back = connectAs(node, guest.client)
  back.client.hello(`player:${name}`, {
    resume: options.token ?? guest.client.joinAck?.resumeToken ?? '',
    viewTick: options.viewTick ?? viewTickOf(guest),
  })
  for (let i = 0; i < 20 && back.heard.length < 2; i++) await node.step()
  return back
}
