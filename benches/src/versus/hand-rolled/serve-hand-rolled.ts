import type { Style } from '../contender.ts'
import { Field } from '../field.ts'
import { decodeInput } from '../input.ts'
import { isOpen, listen, type RawSocket } from '../raw-sockets.ts'
import { everyTick, servePeer } from '../serve-peer.ts'
import { createSnapshotCodec, type Snapshot } from './snapshot-codec.ts'

/** What one writes in an afternoon: a grid of cells, and everything in view to everybody, packed, in every tick. */
export function serveHandRolled(style: Style): void {
  const codec = createSnapshotCodec(style)
  servePeer(async ({ crowd, seed }, log) => {
    const field = new Field(crowd, seed)
    const players = new Map<RawSocket, number>()
    const port = await listen((socket) => {
      const body = field.spawn()
      players.set(socket, body)
      socket.send(codec.pack(body))
      socket.on('message', (data) => field.steer(body, ...decodeInput(data)))
      socket.on('close', () => players.delete(socket))
      socket.on('error', () => socket.close())
    })
    everyTick(() => {
      const startMs = performance.now()
      field.step(() => undefined)
      for (const [socket, body] of players) {
        if (!isOpen(socket)) continue
        const entities: Snapshot[1][number][] = []
        for (const cell of field.blockOf(field.cell[body] as number))
          for (const id of field.members[cell] ?? []) entities.push(codec.entity(field, id))
        socket.send(codec.pack([field.tick, entities]))
      }
      log.ticked(field.tick, performance.now() - startMs)
    })
    return { port, truth: () => field.truth(players.values()), visiblePerClient: null }
  })
}
