import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { ConnectionSink } from '../core/gateway/connection-sink.ts'

/** Longest header of an unmasked frame: RFC 6455, 5.2. */
const headroomBytes = 10

const finalBinary = 0x82

/**
 * A WebSocket as the gateway writes to it. The frame header goes into the headroom of each message, and message and
 * header leave in one write on the upgraded socket, which is ours. `ws` writes whole frames too, so the two never mix.
 */
export class WebSocketSink implements ConnectionSink {
  readonly headroomBytes = headroomBytes
  readonly #socket: Duplex
  readonly #webSocket: WebSocket

  constructor(webSocket: WebSocket, socket: Duplex) {
    this.#webSocket = webSocket
    this.#socket = socket
  }

  allocate(byteLength: number): Uint8Array {
    return Buffer.allocUnsafe(byteLength)
  }

  send(bytes: Uint8Array): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN || !this.#socket.writable) return
    const payloadBytes = bytes.byteLength - headroomBytes
    const start = headroomBytes - writeHeader(bytes as Buffer, payloadBytes)
    this.#socket.write(bytes.subarray(start))
  }

  ping(): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.ping()
  }

  unsentBytes(): number {
    return this.#socket.writableLength
  }

  close(code: number, reason: string): void {
    this.#webSocket.close(code, reason)
  }

  /** Without waiting for the peer. */
  terminate(): void {
    this.#webSocket.terminate()
  }
}

/** Right-aligned in the headroom. Its length. */
function writeHeader(bytes: Buffer, payloadBytes: number): number {
  if (payloadBytes < 126) {
    bytes[headroomBytes - 2] = finalBinary
    bytes[headroomBytes - 1] = payloadBytes
    return 2
  }
  if (payloadBytes < 0x10000) {
    bytes[headroomBytes - 4] = finalBinary
    bytes[headroomBytes - 3] = 126
    bytes.writeUInt16BE(payloadBytes, headroomBytes - 2)
    return 4
  }
  bytes[0] = finalBinary
  bytes[1] = 127
  bytes.writeUInt32BE(0, 2)
  bytes.writeUInt32BE(payloadBytes, 6)
  return 10
}
