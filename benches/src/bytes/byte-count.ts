import { encode } from '@msgpack/msgpack'
import { SimulatedNode, TestClient } from '@worldkeep/server/testing'
import type { Fields, Game, Row } from '@worldkeep/world'

/** Kind of a frame, the first byte of its message. */
const frameKind = 65

/** What a full snapshot would cost is counted this often: it is the same in every tick, but for chance. */
const sampleEveryTicks = 10

/** Ticks for everybody to get in and see their view. */
const settleTicks = 20

export interface ByteCountOptions {
  readonly game: Game
  readonly clients: number
  readonly ticks: number
  /** What a client does in a tick, if anything. */
  readonly act?: (client: TestClient, tick: number, index: number) => void
}

export interface ByteCount {
  /** Per visible entity and snapshot, WebSocket framing included. */
  readonly bytes: number
  readonly payloadBytes: number
  /** What all fields of all visible entities would take as text and as MessagePack, framing included. */
  readonly jsonBytes: number
  readonly messagePackBytes: number
  /** Visible entities of a client. */
  readonly visible: number
  /** Entities too few, too many, or more than 2 cm from their place at the end. */
  readonly viewErrors: number
  readonly maxPositionErrorM: number
}

/**
 * Counts what frames are made of: a whole node in one thread with its clients, so that the same options give the same
 * bytes on any machine. At the end every view is compared with the world.
 */
export async function countBytes({ game, clients, ticks, act }: ByteCountOptions): Promise<ByteCount> {
  const node = await SimulatedNode.start({ game, config: { sessionsMax: clients } })
  try {
    const players = await joinAll(node, game, clients)
    const sums = { visible: 0, json: 0, messagePack: 0, sampled: 0 }
    for (const player of players) player.count = true
    for (let tick = 0; tick < ticks; tick++) {
      for (const [index, player] of players.entries()) act?.(player, tick, index)
      await node.step()
      for (const player of players) {
        const view = player.model
        if (view === null) throw new Error('a player has no view')
        sums.visible += view.entities.size
        if (tick % sampleEveryTicks !== 0) continue
        const snapshot = fullSnapshot(player, game)
        sums.sampled += view.entities.size
        sums.json += framed(new TextEncoder().encode(JSON.stringify(snapshot)).byteLength)
        sums.messagePack += framed(encode(snapshot).byteLength)
      }
    }
    const sumOf = (of: (player: CountingClient) => number): number =>
      players.reduce((sum, player) => sum + of(player), 0)
    return {
      bytes: sumOf(({ framedBytes }) => framedBytes) / sums.visible,
      payloadBytes: sumOf(({ payloadBytes }) => payloadBytes) / sums.visible,
      jsonBytes: sums.json / sums.sampled,
      messagePackBytes: sums.messagePack / sums.sampled,
      visible: sums.visible / ticks / clients,
      ...judge(node, players),
    }
  } finally {
    await node.dispose()
  }
}

class CountingClient extends TestClient {
  count = false
  payloadBytes = 0
  framedBytes = 0

  override received(bytes: Uint8Array): void {
    if (this.count && bytes[0] === frameKind) {
      this.payloadBytes += bytes.byteLength
      this.framedBytes += framed(bytes.byteLength)
    }
    super.received(bytes)
  }
}

async function joinAll(node: SimulatedNode, game: Game, clients: number): Promise<readonly CountingClient[]> {
  const players: CountingClient[] = []
  for (let i = 0; i < clients; i++) {
    const player = new CountingClient(game)
    const loopback = node.connect(player)
    player.wire = {
      send: (bytes) => loopback.sendToServer(bytes),
      close: () => loopback.closeByClient(),
    }
    player.hello(`player:p${i}`)
    players.push(player)
    if (i % 16 === 15) await node.steps(2)
  }
  await node.steps(settleTicks)
  const lost = players.filter(({ model }) => model === null).length
  if (lost > 0) throw new Error(`${lost} of ${clients} players did not get in`)
  return players
}

/** What people send who send everything: an object for each entity. */
function fullSnapshot(player: CountingClient, game: Game): readonly object[] {
  const view = player.model
  const snapshot: object[] = []
  for (const entity of view?.entities.values() ?? []) {
    const { xCm, zCm, vx, vz } = entity.track.newest()
    const rows: Record<string, Row<Fields>> = {}
    for (const [index, row] of entity.rows.entries()) {
      const component = game.components[index]
      if (row !== null && component !== undefined) rows[component.name] = row
    }
    snapshot.push({ id: entity.handle, x: Math.round(xCm), z: Math.round(zCm), vx, vz, ...rows })
  }
  return snapshot
}

/** With the header of an unmasked WebSocket frame: RFC 6455, 5.2. */
function framed(payloadBytes: number): number {
  return payloadBytes + (payloadBytes < 126 ? 2 : payloadBytes < 0x10000 ? 4 : 10)
}

function judge(
  node: SimulatedNode,
  players: readonly CountingClient[],
): Pick<ByteCount, 'viewErrors' | 'maxPositionErrorM'> {
  const { world, outbound, sessions } = node.tick
  const place = { xM: 0, zM: 0 }
  let viewErrors = 0
  let maxPositionErrorM = 0
  for (const player of players) {
    const session = sessions.ofPlayer(player.joinAck?.playerId ?? '')
    const seen = player.model?.entities
    if (session === null || seen === undefined) throw new Error('a player is gone')
    let expected = 0
    for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
      if (!world.isAlive(slot)) continue
      const zone = world.zoneOfEntity(slot)
      const cell = world.changes.cellOf[slot] as number
      if (!outbound.views.isInBlock(session.slot, zone.cellX(cell), zone.cellZ(cell))) continue
      expected++
      const entity = seen.get(slot)
      if (entity === undefined) continue
      entity.track.positionAt(world.tick(), place)
      const errorM = Math.max(
        Math.abs(place.xM - (world.motion.x[slot] as number) / world.motion.unitsPerCm / 100),
        Math.abs(place.zM - (world.motion.z[slot] as number) / world.motion.unitsPerCm / 100),
      )
      maxPositionErrorM = Math.max(maxPositionErrorM, errorM)
      expected -= errorM <= 0.02 && entity.handle === world.handleOf(slot) ? 1 : 0
    }
    viewErrors += expected
  }
  return { viewErrors, maxPositionErrorM }
}
