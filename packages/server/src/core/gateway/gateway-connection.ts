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
  /** Tick of the last frame the client has been sent with its segments, on an earlier connection too; 0 for none. */
  viewTick = 0
  /** A frame was left out: the tick has to go on from `viewTick`. */
  viewLost = false
  /** It has been asked to. */
  refreshAsked = false
  /** Handed to the handshake mailbox: the tick must hear of its end. */
  knownToTick = false
  /** Ordinal in the handshake mailbox of this connection's handshake; the tick hears of its end only after that. */
  handshakeAt = 0
  /** Kind of the lifecycle record that still has to be told; 0: none. */
  endKind = 0
  /** The socket is gone; the slot is free once the tick has been told. */
  gone = false
  /** Pongs sent since the world was at `pongTick`. */
  pongs = 0
  pongTick = -1

  constructor(route: Route, sink: ConnectionSink, nowMs: number) {
    this.route = route
    this.sink = sink
    this.life = new Connection(nowMs)
  }
}
