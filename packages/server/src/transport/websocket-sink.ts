import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { ConnectionSink } from '../core/gateway/connection-sink.ts'

/** Longest header of an unmasked frame: RFC 6455, 5.2. */
const headerBytesMax = 10

/** An empty ping, which is its header. */
const finalPing = 0x89
const pingBytes = 2

/** A ping, then the header, then the message. */
const headroomBytes = pingBytes + headerBytesMax

const finalBinary = 0x82

/**
 * A WebSocket as the gateway writes to it. The frame header goes into the headroom of each message, and message and
 * header leave in one write on the upgraded socket, which is ours. `ws` writes whole frames too, so the two never mix.
 * A ping leaves in front of the next message: a write of its own costs as much as a whole frame of the world.
 */
export class WebSocketSink implements ConnectionSink {
  readonly headroomBytes = headroomBytes
  readonly #socket: Duplex
  readonly #webSocket: WebSocket
  readonly #pingLooksMax: number
  #pingWaits = false
  #pingLooks = 0

  /** `pingLooksMax`: at which call of `sendPing` a ping that no message has taken along leaves by itself. */
  constructor(webSocket: WebSocket, socket: Duplex, pingLooksMax: number) {
    this.#webSocket = webSocket
    this.#socket = socket
    this.#pingLooksMax = pingLooksMax
  }

  allocate(byteLength: number): Uint8Array {
    return Buffer.allocUnsafe(byteLength)
  }

  send(bytes: Uint8Array): void {
    if (!this.#isWritable()) return
    const payloadBytes = bytes.byteLength - headroomBytes
    let start = headroomBytes - writeHeader(bytes as Buffer, payloadBytes)
    if (this.#pingWaits) {
      this.#pingWaits = false
      start -= pingBytes
      bytes[start] = finalPing
      bytes[start + 1] = 0
    }
    this.#socket.write(bytes.subarray(start))
  }

  /** With the next message, if it may wait for one. */
  ping(): void {
    this.#pingWaits = true
    this.#pingLooks = 0
    if (this.#pingLooksMax === 0) this.sendPing()
  }

  /** The ping that has waited long enough, if there is one. */
  sendPing(): void {
    if (!this.#pingWaits || this.#pingLooks++ < this.#pingLooksMax - 1 || !this.#isWritable()) return
    this.#pingWaits = false
    this.#socket.write(Buffer.of(finalPing, 0))
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

  #isWritable(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN && this.#socket.writable
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
  bytes[headroomBytes - 10] = finalBinary
  bytes[headroomBytes - 9] = 127
  bytes.writeUInt32BE(0, headroomBytes - 8)
  bytes.writeUInt32BE(payloadBytes, headroomBytes - 4)
  return headerBytesMax
}
