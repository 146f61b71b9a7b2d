import type { Seen } from '../../check/truth.ts'
import type { Style } from '../contender.ts'
import { encodeInput } from '../input.ts'
import { isOpen, openSocket } from '../raw-sockets.ts'
import { serveClients, type VersusClient } from '../serve-clients.ts'
import { createSnapshotCodec, type Snapshot, type SnapshotCodec } from './snapshot-codec.ts'

/** Clients of the hand-rolled server: they unpack every snapshot, and keep the last. */
export function joinHandRolled(style: Style): void {
  const codec = createSnapshotCodec(style)
  serveClients(({ url }, index): VersusClient => {
    const socket = openSocket(url)
    const place = { xM: 0, zM: 0 }
    let body = -1
    let bytes = 0
    let frames = 0
    let snapshot: Snapshot | null = null
    let closing = false
    let dropped = false
    let waiting: { readonly tick: number; take(seen: Seen): void } | null = null
    socket.on('message', (data) => {
      bytes += data.byteLength
      const message = codec.unpack(data)
      if (typeof message === 'number') {
        body = message
        return
      }
      frames++
      snapshot = message
      if (waiting?.tick === message[0]) waiting.take(seenIn(message, codec))
    })
    socket.on('error', () => socket.close())
    socket.on('close', () => {
      dropped = !closing
    })
    return {
      get viewer() {
        return String(body)
      },
      label: () => `client ${index + 1}`,
      watch: (tick, take) => {
        if (snapshot !== null && snapshot[0] >= tick)
          throw new Error(`tick ${tick} has passed before its check was ready`)
        waiting = { tick, take }
        return () => {
          waiting = null
        }
      },
      seenInSilence: () => null,
      isIn: () => snapshot !== null,
      wasDropped: () => dropped,
      traffic: () => ({ bytes, frames }),
      place: () => {
        const self = snapshot?.[1].map((entity) => codec.place(entity)).find(({ id }) => id === body)
        if (self === undefined) return null
        place.xM = self.xM
        place.zM = self.zM
        return place
      },
      sendInput: (x, z) => {
        if (isOpen(socket)) socket.send(encodeInput(x, z))
      },
      close: async () => {
        closing = true
        socket.close()
      },
    }
  })
}

function seenIn([, entities]: Snapshot, codec: SnapshotCodec): Seen {
  return new Map(
    entities.map((entity) => {
      const { id, xM, zM } = codec.place(entity)
      return [id, { xM, zM }]
    }),
  )
}
