import type { RingWriter } from '@worldkeep/kernel'
import { RecordKind } from '../mailboxes.ts'
import type { GatewayConnection } from './gateway-connection.ts'

/**
 * What the tick is told about connections: that one has ended, that one needs a fresh view. An end is never lost:
 * it waits here until the mailbox has room, and until the tick has taken the connection's handshake, because an end that
 * overtakes its handshake would leave a session nobody can end. Until then the connection keeps its slot, so that at most
 * one end waits per slot.
 */
export class LifecycleOutbox {
  readonly #ring: RingWriter
  readonly #handshakes: RingWriter
  #waiting: GatewayConnection[] = []
  #blocked = false

  constructor(ring: RingWriter, handshakes: RingWriter) {
    this.#ring = ring
    this.#handshakes = handshakes
  }

  /** Whether an end found the mailbox full and still waits. Nobody new may come in meanwhile. */
  isBlocked(): boolean {
    return this.#blocked
  }

  /** Ends that wait, for room or for their handshake. */
  waitingCount(): number {
    return this.#waiting.length
  }

  /** False: it has to wait, and `flush` will tell it. */
  tellEnd(connection: GatewayConnection, kind: number): boolean {
    connection.endKind = kind
    if (this.#tryTell(connection)) return true
    this.#waiting.push(connection)
    return false
  }

  /** False: no room. Ask again with the next frame. */
  askRefresh(connection: GatewayConnection): boolean {
    if (this.#blocked) return false
    const record = this.#ring.begin(8)
    if (record === null) return false
    record.u32(connection.route)
    record.u32(connection.viewTick)
    this.#ring.end(RecordKind.RefreshWanted)
    this.#ring.publish()
    return true
  }

  /** Tells what can be told by now, oldest first. */
  flush(told: (connection: GatewayConnection) => void): void {
    if (this.#waiting.length === 0) return
    this.#blocked = false
    let kept = 0
    for (const connection of this.#waiting) {
      if (!this.#blocked && this.#tryTell(connection)) told(connection)
      else this.#waiting[kept++] = connection
    }
    this.#waiting.length = kept
    this.#ring.publish()
  }

  publish(): void {
    this.#ring.publish()
  }

  #tryTell(connection: GatewayConnection): boolean {
    const handshakeTaken = ((this.#handshakes.recordsOut() - connection.handshakeAt) | 0) >= 0
    if (!handshakeTaken) return false
    const record = this.#blocked ? null : this.#ring.begin(4)
    if (record === null) {
      this.#blocked = true
      return false
    }
    record.u32(connection.route)
    this.#ring.end(connection.endKind)
    connection.endKind = 0
    this.#ring.publish()
    return true
  }
}
