import { Field } from '../field.ts'
import { decodeInput } from '../input.ts'
import { createPackr, isOpen, listen, type RawSocket } from '../raw-sockets.ts'
import { everyTick, servePeer } from '../serve-peer.ts'

/* What one writes in an afternoon: a grid of cells, and everything in view to everybody, packed, in every tick. */

servePeer(async ({ crowd, seed }, log) => {
  const field = new Field(crowd, seed)
  const packr = createPackr()
  const players = new Map<RawSocket, number>()
  const port = await listen((socket) => {
    const body = field.spawn()
    players.set(socket, body)
    socket.send(packr.pack(body))
    socket.on('message', (data) => field.steer(body, ...decodeInput(data)))
    socket.on('close', () => players.delete(socket))
    socket.on('error', () => socket.close())
  })
  everyTick(() => {
    const startMs = performance.now()
    field.step(() => undefined)
    for (const [socket, body] of players) {
      if (!isOpen(socket)) continue
      const rows: number[][] = []
      for (const cell of field.blockOf(field.cell[body] as number))
        for (const id of field.members[cell] ?? []) rows.push(rowOf(field, id))
      socket.send(packr.pack([field.tick, rows]))
    }
    log.ticked(field.tick, performance.now() - startMs)
  })
  return { port, truth: () => field.truth(players.values()), visiblePerClient: null }
})

/** Centimetres and cm/s: whole numbers pack smaller and faster than fractions. */
function rowOf(field: Field, id: number): number[] {
  return [
    id,
    Math.round((field.x[id] as number) * 100),
    Math.round((field.z[id] as number) * 100),
    Math.round((field.vx[id] as number) * 100),
    Math.round((field.vz[id] as number) * 100),
    field.hp[id] as number,
  ]
}
