import { entity, flag, text, u8, u16, u32 } from '@worldkeep/kernel'
import {
  errorTextBytesMax,
  playerIdBytesMax,
  resultCodeBytesMax,
  resumeTokenBytesMax,
  tokenBytesMax,
  zoneNameBytesMax,
} from './limits.ts'
import { type Message, message } from './message.ts'

/* Kinds below 64 come from clients, the others from the server. A kind is never reused. */

/** First message of a connection. `resume` empty: a fresh session. */
export const ClientHello = message(1, 'client.hello', {
  protocolVersion: u16,
  declarationsHash: text(16),
  token: text(tokenBytesMax),
  resume: text(resumeTokenBytesMax),
  /** Newest input sequence the server had acknowledged, as the client knows it. */
  lastSeq: u32,
  /** Tick of the last frame the client has applied to the view it still has; 0: it has none. */
  viewTick: u32,
})

/** Continuous input: newest `seq` wins. The tail is the game's input row. */
export const ClientInput = message(2, 'client.input', { seq: u32 }, 'input row')

/**
 * A command. `seq` counts 1, 2, 3 … per session. `clientTick` must be 0: a client does not stamp time. The tail is the
 * command's row.
 */
export const ClientCommand = message(3, 'client.command', { seq: u32, command: u8, clientTick: u32 }, 'command row')

/** `echo` is opaque to the server. */
export const ClientPing = message(4, 'client.ping', { echo: u32 })

/** The player leaves for good: no grace, save and remove. */
export const ClientGoodbye = message(5, 'client.goodbye', {})

/** Exactly one per successful hello, before any frame. */
export const ServerJoinAck = message(64, 'server.joinAck', {
  playerId: text(playerIdBytesMax),
  entity: entity,
  resumed: flag,
  /** Single use; the next join_ack brings the next one. */
  resumeToken: text(resumeTokenBytesMax),
  zone: text(zoneNameBytesMax),
  zoneSizeM: u16,
  cellM: u16,
  firstCell: u32,
  cellX: u16,
  cellZ: u16,
  /** Cells from the middle of the view to its edge: of what comes with every snapshot, and of the whole. */
  nearRadiusCells: u8,
  blockRadiusCells: u8,
  /** Ticks from one delta of a far cell to the next. */
  farEveryTicks: u16,
  tick: u32,
  tickHz: u8,
  snapshotHz: u8,
  /** Newest input sequence processed. */
  inputAck: u32,
  /** Newest command sequence processed. */
  commandAck: u32,
})

/** What one client sees of one tick; its layout is in `frame.ts`. */
export const ServerFrame = message(65, 'server.frame', {}, 'frame')

export const ServerPong = message(66, 'server.pong', { echo: u32, tick: u32 })

/** Outcome of one command: 'ok', or a refusal the command or the catalogue declares. `durable` 1: it is committed. */
export const ServerResult = message(67, 'server.result', {
  seq: u32,
  code: text(resultCodeBytesMax),
  durable: flag,
  duplicate: flag,
  retryable: flag,
})

/** A refusal that is no command's. `code` as in the error catalogue. */
export const ServerError = message(68, 'server.error', { code: u16, message: text(errorTextBytesMax) })

/** The last message before the server closes. */
export const ServerGoodbye = message(69, 'server.goodbye', { code: u16, message: text(errorTextBytesMax) })

/** The player's body belongs to another cell now, by the cells' numbers. Rides in front of that frame's segments. */
export const ServerHandover = message(70, 'server.handover', { from: u32, to: u32 })

export const clientMessages: readonly Message[] = [ClientHello, ClientInput, ClientCommand, ClientPing, ClientGoodbye]
export const serverMessages: readonly Message[] = [
  ServerJoinAck,
  ServerFrame,
  ServerPong,
  ServerResult,
  ServerError,
  ServerGoodbye,
  ServerHandover,
]
