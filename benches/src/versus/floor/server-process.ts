import { Field } from '../field.ts'
import { isOpen, listen, type RawSocket } from '../raw-sockets.ts'
import { everyTick, servePeer } from '../serve-peer.ts'

/* No game: what `ws` and the system cost when every client gets a frame as large as a very good server could make it. */

const bytesPerVisibleEntity = 6

servePeer(async ({ crowd, seed }, log) => {
  // A world in which nothing moves: how many are in view stays as it is.
  const field = new Field(crowd, seed)
  const bodies = Array.from({ length: crowd.clients }, () => field.spawn())
  const visible = bodies.map((body) =>
    field.blockOf(field.cell[body] as number).reduce((sum, cell) => sum + (field.members[cell]?.size ?? 0), 0),
  )
  const buffer = new Uint8Array(Math.max(...visible) * bytesPerVisibleEntity)
  const frames = visible.map((count) => buffer.subarray(0, count * bytesPerVisibleEntity))
  const sockets: RawSocket[] = []
  const port = await listen((socket) => {
    sockets.push(socket)
    socket.on('message', () => undefined)
    socket.on('error', () => socket.close())
  })
  let tick = 0
  everyTick(() => {
    const startMs = performance.now()
    tick++
    for (let i = 0; i < sockets.length; i++) {
      const socket = sockets[i] as RawSocket
      if (isOpen(socket)) socket.send(frames[i % frames.length] as Uint8Array)
    }
    log.ticked(tick, performance.now() - startMs)
  })
  const visiblePerClient = visible.reduce((sum, count) => sum + count, 0) / visible.length
  return { port, truth: () => null, visiblePerClient }
})
