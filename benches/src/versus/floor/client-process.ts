import { encodeInput } from '../input.ts'
import { isOpen, openSocket } from '../raw-sockets.ts'
import { serveClients, type VersusClient } from '../serve-clients.ts'

/* Clients of the floor: they count, and send the inputs that everybody sends. */

serveClients(({ url }, index): VersusClient => {
  const socket = openSocket(url)
  let bytes = 0
  let frames = 0
  let closing = false
  let dropped = false
  socket.on('message', (data) => {
    bytes += data.byteLength
    frames++
  })
  socket.on('error', () => socket.close())
  socket.on('close', () => {
    dropped = !closing
  })
  return {
    viewer: String(index),
    label: () => `client ${index + 1}`,
    watch: () => () => undefined,
    seenInSilence: () => null,
    isIn: () => frames > 0,
    wasDropped: () => dropped,
    traffic: () => ({ bytes, frames }),
    place: () => null,
    sendInput: (x, z) => {
      if (isOpen(socket)) socket.send(encodeInput(x, z))
    },
    close: async () => {
      closing = true
      socket.close()
    },
  }
})
