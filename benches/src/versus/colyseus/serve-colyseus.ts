import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Truth } from '../../check/truth.ts'
import type { Style } from '../contender.ts'
import { loadPeer } from '../peers.ts'
import { servePeer } from '../serve-peer.ts'
import { type CoreModule, roomName, type TransportModule } from './modules.ts'
import { createRoom } from './room.ts'

/** Colyseus with its WebSocket transport, in memory, without greeting, monitor and the like. */
export function serveColyseus(style: Style): void {
  servePeer(async (options, log) => {
    const { Server } = await loadPeer<CoreModule>('@colyseus/core')
    const { WebSocketTransport } = await loadPeer<TransportModule>('@colyseus/ws-transport')
    const http = createServer()
    const transport = new WebSocketTransport({ server: http })
    const server = new Server({ transport, greet: false, gracefullyShutdown: false })
    let truth: (() => Truth) | null = null
    server.define(
      roomName,
      await createRoom({ ...options, style }, log, (tell) => {
        truth = tell
      }),
    )
    await server.listen(0, '127.0.0.1')
    const { port } = http.address() as AddressInfo
    return { port, truth: () => truth?.() ?? null, visiblePerClient: null }
  })
}
