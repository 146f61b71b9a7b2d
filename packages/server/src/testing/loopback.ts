import type { ConnectionSink } from '../core/gateway/connection-sink.ts'
import type { GatewayConnection } from '../core/gateway/gateway-connection.ts'
import type { GatewayCore } from '../core/gateway/gateway-core.ts'

/** What the far end of a loopback hears. The client SDK's transport has the same shape. */
export interface LoopbackEvents {
  opened(): void
  received(bytes: Uint8Array): void
  closed(code: number): void
}

/**
 * A connection without a network: messages go from one side to the other in order, when `deliver` is called and not
 * before. Stands in for a socket in tests and in the simulator, under the same contract suite.
 */
export class Loopback implements ConnectionSink {
  readonly headroomBytes = 0
  pings = 0
  #toClient: Uint8Array[] = []
  #toServer: Uint8Array[] = []
  #unsentBytes = 0
  #closing: { readonly code: number; readonly by: 'server' | 'client' } | null = null
  #done = false
  #opened = false
  /** A peer that reads nothing: what is sent to it piles up. */
  stalled = false
  readonly #gateway: GatewayCore
  readonly #events: LoopbackEvents
  readonly #nowMs: () => number
  readonly #connection: GatewayConnection | null

  constructor(gateway: GatewayCore, events: LoopbackEvents, nowMs: () => number) {
    this.#gateway = gateway
    this.#events = events
    this.#nowMs = nowMs
    this.#connection = gateway.open(this, nowMs())
  }

  allocate(byteLength: number): Uint8Array {
    return new Uint8Array(byteLength)
  }

  send(bytes: Uint8Array): void {
    if (this.#closing !== null) return
    this.#toClient.push(bytes)
    this.#unsentBytes += bytes.byteLength
  }

  sendToServer(bytes: Uint8Array): void {
    if (this.#closing === null) this.#toServer.push(bytes)
  }

  ping(): void {
    this.pings++
    if (!this.stalled && this.#connection !== null) this.#gateway.ponged(this.#connection, this.#nowMs())
  }

  unsentBytes(): number {
    return this.#unsentBytes
  }

  close(code = 1000): void {
    this.#closing ??= { code, by: 'server' }
  }

  closeByClient(): void {
    this.#closing ??= { code: 1000, by: 'client' }
  }

  /** Everything on the way arrives. */
  deliver(): void {
    if (this.#done) return
    if (!this.#opened) {
      this.#opened = true
      this.#events.opened()
    }
    this.#deliverToServer()
    this.#deliverToClient()
    if (this.#closing === null) return
    this.#done = true
    if (this.#connection !== null) this.#gateway.closed(this.#connection)
    this.#events.closed(this.#closing.code)
  }

  /** Closed, and everybody has been told. */
  isDone(): boolean {
    return this.#done
  }

  #deliverToServer(): void {
    const messages = this.#toServer
    this.#toServer = []
    for (const bytes of messages)
      if (this.#connection !== null) this.#gateway.receive(this.#connection, bytes, this.#nowMs())
  }

  #deliverToClient(): void {
    if (this.stalled) return
    const messages = this.#toClient
    this.#toClient = []
    this.#unsentBytes = 0
    for (const bytes of messages) this.#events.received(bytes)
  }
}
