import type { Connect } from './transport.ts'
import { type WebSocketConstructor, webSocketTransport } from './websocket.ts'

export const connectWebSocket: Connect = webSocketTransport(WebSocket as unknown as WebSocketConstructor)
