import type { Seen } from '../../check/truth.ts'
import { encodeInput } from '../input.ts'
import { createPackr, isOpen, openSocket } from '../raw-sockets.ts'
import { serveClients, type VersusClient } from '../serve-clients.ts'

/* Clients of the hand-rolled server: they unpack every snapshot, and keep the last. */

type Snapshot = readonly [tick: number, rows: readonly (readonly number[])[]]

const packr = createPackr()

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
    const message = packr.unpack(data) as number | Snapshot
    if (typeof message === 'number') {
      body = message
      return
    }
    frames++
    snapshot = message
    if (waiting?.tick === message[0]) waiting.take(seenIn(message))
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
      const row = snapshot?.[1].find(([id]) => id === body)
      if (row === undefined) return null
      place.xM = (row[1] as number) / 100
      place.zM = (row[2] as number) / 100
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

function seenIn([, rows]: Snapshot): Seen {
  return new Map(rows.map(([id, xCm, zCm]) => [id as number, { xM: (xCm as number) / 100, zM: (zCm as number) / 100 }]))
}
