import { assert } from '@worldkeep/kernel'
import type { ErrorCode } from '@worldkeep/wire'

/*
 * One connection, as the gateway sees it. Time is passed in; nothing here knows a socket.
 *
 *     open ──► awaitingHello ──hello──► verifying ──verified──► handshaking ──accepted──► joined
 *                   │                       │                        │                      │
 *                   └── deadline ───────────┴── refused ─────────────┴── refused ───────────┴── idle, goodbye ──► closed
 */
export type ConnectionPhase = 'awaitingHello' | 'verifying' | 'handshaking' | 'joined' | 'closed'

export interface ConnectionLimits {
  /** From open to an accepted hello. */
  readonly helloTimeoutMs: number
  /** Silence, pongs included, after which the peer counts as gone. */
  readonly idleTimeoutMs: number
  readonly pingIntervalMs: number
  /** From a ping to its pong. */
  readonly pongTimeoutMs: number
}

export class Connection {
  phase: ConnectionPhase = 'awaitingHello'
  readonly #openedMs: number
  #heardMs: number
  #pingedMs: number
  #pongDueMs = Number.POSITIVE_INFINITY

  constructor(nowMs: number) {
    this.#openedMs = nowMs
    this.#heardMs = nowMs
    this.#pingedMs = nowMs
  }

  /** Any bytes of the peer. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs
  }

  ponged(nowMs: number): void {
    this.heard(nowMs)
    this.#pongDueMs = Number.POSITIVE_INFINITY
  }

  /** Null: go on and verify. */
  hello(): ErrorCode | null {
    if (this.phase !== 'awaitingHello') return 'already_joined'
    this.phase = 'verifying'
    return null
  }

  verified(): void {
    assert(this.phase === 'verifying', `verified while ${this.phase}`)
    this.phase = 'handshaking'
  }

  accepted(): void {
    assert(this.phase === 'handshaking', `accepted while ${this.phase}`)
    this.phase = 'joined'
  }

  close(): void {
    this.phase = 'closed'
  }

  isJoined(): boolean {
    return this.phase === 'joined'
  }

  /** What is due: an error that ends the connection, a ping to send, or nothing. */
  due(nowMs: number, limits: ConnectionLimits): ErrorCode | 'ping' | null {
    if (this.phase === 'closed') return null
    if (this.phase !== 'joined') return nowMs - this.#openedMs > limits.helloTimeoutMs ? 'hello_timeout' : null
    if (nowMs > this.#pongDueMs) return 'ping_timeout'
    if (nowMs - this.#heardMs > limits.idleTimeoutMs) return 'idle_timeout'
    if (nowMs - this.#pingedMs < limits.pingIntervalMs) return null
    this.#pingedMs = nowMs
    if (this.#pongDueMs === Number.POSITIVE_INFINITY) this.#pongDueMs = nowMs + limits.pongTimeoutMs
    return 'ping'
  }
}
