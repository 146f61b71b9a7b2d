import { Connection } from '@worldkeep/session'
import type { Route } from '../mailboxes.ts'
import type { ConnectionSink } from './connection-sink.ts'

/** One open connection of the gateway. */
export class GatewayConnection {
  readonly route: Route
  readonly sink: ConnectionSink
  readonly life: Connection
  /** Inputs and commands handed to the tick and not yet taken by it; forgotten once `queuedUpTo` is taken. */
  queuedRecords = 0
  queuedBytes = 0
  /** Ordinal in the inbound mailbox of the newest record of this connection. */
  queuedUpTo = 0
  /** A frame was left out, and the tick has been asked for a fresh view. */
  refreshAsked = false
  /** Handed to the handshake mailbox: the tick must hear of its end. */
  knownToTick = false

  constructor(route: Route, sink: ConnectionSink, nowMs: number) {
    this.route = route
    this.sink = sink
    this.life = new Connection(nowMs)
  }
}
