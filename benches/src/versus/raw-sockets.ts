import { loadPeer } from './peers.ts'

/* As much of `ws` and `msgpackr` as the hand-rolled server and the floor use. */

export interface RawSocket {
  readonly readyState: number
  binaryType: string
  send(data: Uint8Array): void
  on(event: 'message', listener: (data: Buffer) => void): void
  on(event: 'close' | 'open', listener: () => void): void
  on(event: 'error', listener: (error: Error) => void): void
  close(): void
}

interface RawServer {
  on(event: 'connection', listener: (socket: RawSocket) => void): void
  on(event: 'listening', listener: () => void): void
  on(event: 'error', listener: (error: Error) => void): void
  address(): { readonly port: number }
}

interface WsModule {
  readonly WebSocket: new (url: string, options: object) => RawSocket
  readonly WebSocketServer: new (options: object) => RawServer
}

interface MsgpackModule {
  readonly Packr: new (options: object) => { pack(value: unknown): Uint8Array; unpack(bytes: Uint8Array): unknown }
}

const { WebSocket, WebSocketServer } = await loadPeer<WsModule>('ws')
const { Packr } = await loadPeer<MsgpackModule>('msgpackr')

const socketOpen = 1

/** Listens on any free port of this machine, without compression. */
export function listen(connected: (socket: RawSocket) => void): Promise<number> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  server.on('connection', connected)
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.on('listening', () => resolve(server.address().port))
  })
}

export function openSocket(url: string): RawSocket {
  return new WebSocket(url.replace(/^http/, 'ws'), { perMessageDeflate: false })
}

export function isOpen(socket: RawSocket): boolean {
  return socket.readyState === socketOpen
}

/** MessagePack without records: arrays and numbers only. */
export function createPackr(): InstanceType<MsgpackModule['Packr']> {
  return new Packr({ useRecords: false })
}
