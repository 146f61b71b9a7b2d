import type { Connect } from './transport.ts'

/** What this SDK needs of a WebSocket: the part that browsers and `ws` share. */
interface WebSocketLike {
  binaryType: string
  readonly readyState: number
  send(bytes: Uint8Array): void
  close(code?: number): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
}

export type WebSocketConstructor = new (url: string, subprotocol: string) => WebSocketLike

const open = 1

/** The transport over any WebSocket implementation. */
export function webSocketTransport(construct: WebSocketConstructor): Connect {
  return (url, subprotocol, events) => {
    const socket = new construct(url, subprotocol)
    let closed = false
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => events.opened())
    socket.addEventListener('message', ({ data }) => {
      if (data instanceof ArrayBuffer) events.received(new Uint8Array(data))
    })
    // A `close` always follows, and says more.
    socket.addEventListener('error', () => undefined)
    socket.addEventListener('close', ({ code }) => {
      if (closed) return
      closed = true
      events.closed(code)
    })
    return {
      send: (bytes) => {
        if (socket.readyState === open) socket.send(bytes)
      },
      close: () => socket.close(1000),
    }
  }
}
