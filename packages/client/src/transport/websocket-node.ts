import { WebSocket } from 'ws'
import type { Connect } from './transport.ts'
import { type WebSocketConstructor, webSocketTransport } from './websocket.ts'

/** `ws`, because Node has had a WebSocket of its own only since 22. */
class NodeWebSocket extends WebSocket {
  constructor(url: string, subprotocol: string) {
    super(url, subprotocol, { perMessageDeflate: false })
  }
}

export const connectWebSocket: Connect = webSocketTransport(NodeWebSocket as unknown as WebSocketConstructor)
