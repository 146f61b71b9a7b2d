import { ByteReader, type Clock, type Doorbell, RingWriter } from '@worldkeep/kernel'
import type { Identity } from '@worldkeep/session'
import {
  ClientCommand,
  ClientGoodbye,
  ClientHello,
  ClientInput,
  ClientPing,
  type ErrorCode,
  encodeMessage,
  errorEntry,
  inboundFrameBytesMax,
  protocolVersion,
  readMessage,
  ServerError,
  ServerGoodbye,
  ServerPong,
  ServerResult,
} from '@worldkeep/wire'
import { commandBytesMax, type Game } from '@worldkeep/world'
import type { CoreConfig } from '../core-config.ts'
import type { GatewayBoard } from '../counters.ts'
import { connectionsMax, pongsPerTickMax } from '../limits.ts'
import { FrameRecordFlag, type Mailboxes, RecordKind, routeOf, slotOfRoute } from '../mailboxes.ts'
import type { ConnectionSink } from './connection-sink.ts'
import { GatewayConnection } from './gateway-connection.ts'
import { InboundOutbox } from './inbound-outbox.ts'
import { LifecycleOutbox } from './lifecycle-outbox.ts'
import { type DrainTarget, type FrameFacts, type FrameFate, OutboundDrain } from './outbound-drain.ts'

export type Verification = { readonly identity: Identity } | { readonly refused: 'token_invalid' | 'token_expired' }

export interface GatewayPorts {
  /** Checks an access token, off the tick. Never rejects. */
  verify(token: string): Promise<Verification>
  /** Unguessable text, 32 hex digits. */
  secret(): string
}

export interface GatewayCoreParts {
  readonly game: Game
  readonly config: CoreConfig
  readonly mailboxes: Mailboxes
  readonly board: GatewayBoard
  readonly ports: GatewayPorts
  /** Newest tick of the world, for pongs. */
  readonly currentTick: () => number
  readonly doorbell: Doorbell | null
  /** Tells the age of what is sent. */
  readonly clock: Clock
}

/**
 * The gateway without its sockets: sizes, shapes, order of messages, deadlines, and the assembly of frames. It sees
 * bytes and routes, never the world. Time is passed in.
 */
export class GatewayCore implements DrainTarget {
  readonly #game: Game
  readonly #config: CoreConfig
  readonly #board: GatewayBoard
  readonly #ports: GatewayPorts
  readonly #currentTick: () => number
  readonly #handshakes: RingWriter
  readonly #lifecycle: LifecycleOutbox
  readonly #inbound: InboundOutbox
  readonly #drain: OutboundDrain
  readonly #connections: (GatewayConnection | null)[] = []
  readonly #generations = new Uint16Array(connectionsMax)
  readonly #freeSlots: number[] = []
  readonly #endTold = (connection: GatewayConnection): void => {
    if (connection.gone) this.#free(connection)
  }
  readonly #hello = ClientHello.codec.empty()
  readonly #input = ClientInput.codec.empty()
  readonly #command = ClientCommand.codec.empty()
  readonly #ping = ClientPing.codec.empty()
  readonly #goodbye = ClientGoodbye.codec.empty()
  readonly #reader = new ByteReader(new Uint8Array(0))
  readonly #messagesIn: number
  readonly #bytesIn: number
  #open = 0

  constructor(parts: GatewayCoreParts) {
    this.#game = parts.game
    this.#config = parts.config
    this.#board = parts.board
    this.#messagesIn = parts.board.slot('messagesIn')
    this.#bytesIn = parts.board.slot('bytesIn')
    this.#ports = parts.ports
    this.#currentTick = parts.currentTick
    this.#handshakes = new RingWriter(parts.mailboxes.handshakes, parts.doorbell)
    this.#lifecycle = new LifecycleOutbox(new RingWriter(parts.mailboxes.lifecycle, parts.doorbell), this.#handshakes)
    this.#inbound = new InboundOutbox(parts.mailboxes.inbound, parts.config, parts.doorbell)
    this.#drain = new OutboundDrain(parts.mailboxes.outbound, parts.board, parts.clock)
  }

  /** A connection has been made. Null: there is no slot for it, or ends wait to be told, and it has been closed. */
  open(sink: ConnectionSink, nowMs: number): GatewayConnection | null {
    const full = this.#lifecycle.isBlocked() ? 'queue_full' : this.slotsTaken() >= connectionsMax ? 'server_full' : null
    if (full !== null) {
      const { number, message, closeCode } = errorEntry(full)
      this.#count(`refused_${full}`)
      this.#drain.message({ sink }, encodeMessage(ServerGoodbye, { code: number, message }))
      sink.close(closeCode, full)
      return null
    }
    const slot = this.#freeSlots.pop() ?? this.#connections.length
    const generation = ((this.#generations[slot] as number) % 0xffff) + 1
    this.#generations[slot] = generation
    const connection = new GatewayConnection(routeOf(slot, generation), sink, nowMs)
    this.#connections[slot] = connection
    this.#open++
    this.#count('connectionsOpened')
    this.#board.set(this.#board.slot('connections'), this.#open)
    return connection
  }

  /** One whole message of the peer. */
  receive(connection: GatewayConnection, bytes: Uint8Array, nowMs: number): void {
    if (connection.life.phase === 'closed') return
    connection.life.heard(nowMs)
    this.#board.add(this.#messagesIn, 1)
    this.#board.add(this.#bytesIn, bytes.byteLength)
    if (bytes.byteLength > inboundFrameBytesMax) return this.end(connection, 'frame_too_large')
    const reader = this.#reader
    reader.over(bytes)
    const kind = reader.u8()
    if (kind === ClientHello.kind) return this.#receiveHello(connection, reader)
    if (connection.life.phase === 'awaitingHello') {
      this.#count('unauthenticatedIn')
      return this.end(connection, 'hello_expected')
    }
    if (kind === ClientPing.kind) return this.#receivePing(connection, reader)
    if (!connection.life.isJoined()) return this.#count('unauthenticatedIn')
    if (kind === ClientInput.kind) return this.#receiveInput(connection, reader)
    if (kind === ClientCommand.kind) return this.#receiveCommand(connection, reader)
    if (kind === ClientGoodbye.kind && readMessage(reader, ClientGoodbye, this.#goodbye)) return this.#leave(connection)
    return this.end(connection, kind === ClientGoodbye.kind ? 'bad_request' : 'unknown_message')
  }

  ponged(connection: GatewayConnection, nowMs: number): void {
    connection.life.ponged(nowMs)
  }

  /** The connection is gone, for whatever reason. */
  closed(connection: GatewayConnection): void {
    const slot = slotOfRoute(connection.route)
    if (this.#connections[slot] !== connection || connection.gone) return
    if (connection.life.phase !== 'closed') connection.life.close()
    connection.gone = true
    if (connection.knownToTick) this.#lifecycle.tellEnd(connection, RecordKind.Dropped)
    connection.knownToTick = false
    if (connection.endKind === 0) this.#free(connection)
    this.#open--
    this.#count('connectionsClosed')
    this.#board.set(this.#board.slot('connections'), this.#open)
  }

  /** Sends what the tick has published. */
  drain(): void {
    this.#drain.drain(this)
    this.#lifecycle.flush(this.#endTold)
  }

  /** Makes received records visible to the tick: once per batch of messages, not per message. */
  publish(): void {
    this.#inbound.publish()
    this.#handshakes.publish()
    this.#lifecycle.publish()
  }

  /** Deadlines, idleness and pings of all connections. Call a few times a second. */
  sweep(nowMs: number): void {
    for (const connection of this.#connections) {
      if (connection === null) continue
      const due = connection.life.due(nowMs, this.#config)
      if (due === 'ping') connection.sink.ping()
      else if (due !== null) this.end(connection, due)
      this.#askRefresh(connection)
    }
    this.#lifecycle.flush(this.#endTold)
    this.publish()
  }

  /** Ends every connection; their goodbyes are on the way when this returns. */
  endAll(code: ErrorCode): void {
    for (const connection of this.#connections) if (connection !== null) this.end(connection, code)
  }

  openConnections(): number {
    return this.#open
  }

  /** Slots in use: open connections, and those whose end the tick has not been told. */
  slotsTaken(): number {
    return this.#connections.length - this.#freeSlots.length
  }

  /** Ends that wait to be told to the tick. */
  endsWaiting(): number {
    return this.#lifecycle.waitingCount()
  }

  /** Goodbye with a reason, then close. */
  end(connection: GatewayConnection, code: ErrorCode): void {
    if (connection.life.phase === 'closed') return
    const { number, message, closeCode } = errorEntry(code)
    this.#count(`refused_${code}`)
    connection.life.close()
    this.#drain.message(connection, encodeMessage(ServerGoodbye, { code: number, message }))
    this.#forgetView(connection)
    connection.sink.close(closeCode === 0 ? 4000 : closeCode, code)
  }

  connectionOf(route: number): GatewayConnection | null {
    const connection = this.#connections[slotOfRoute(route)] ?? null
    return connection !== null && connection.route === route && connection.life.phase !== 'closed' ? connection : null
  }

  accepted(connection: GatewayConnection, bytes: Uint8Array): void {
    if (connection.life.phase !== 'handshaking') return
    connection.life.accepted()
    this.#drain.message(connection, bytes)
  }

  refused(connection: GatewayConnection, code: ErrorCode): void {
    connection.knownToTick = false
    this.end(connection, code)
  }

  /**
   * A frame builds on an earlier one. So once one is left out, because the reader is behind or the frame is old by now, those
   * that build on it go without their segments, or not at all, until one comes that goes on from what was sent.
   */
  fateOf(connection: GatewayConnection, { flags, baseTick, ageMs }: Readonly<FrameFacts>): FrameFate {
    if (this.#endsSlowReader(connection)) return 'leaveOut'
    const isFresh = (flags & FrameRecordFlag.Fresh) !== 0
    const hasMessages = (flags & FrameRecordFlag.Messages) !== 0
    const isBehind = this.#isBehind(connection) && !(isFresh && hasMessages)
    const continues = baseTick <= connection.viewTick
    // A fresh one is sent however old it is: the next would hardly be younger, and nobody would be told anything.
    const isStale = !isFresh && ageMs > this.#config.frameAgeMaxMs
    if (continues && !isBehind && !isStale) {
      this.#forgetView(connection)
      return 'send'
    }
    this.#count(isStale && continues ? 'framesStale' : 'framesLeftOut')
    // A fresh view that could not be sent has to be asked for again.
    if (isFresh) connection.refreshAsked = false
    connection.viewLost = true
    this.#askRefresh(connection)
    return hasMessages ? 'bare' : 'leaveOut'
  }

  #receiveHello(connection: GatewayConnection, reader: ByteReader): void {
    const hello = this.#hello
    const wellFormed = readMessage(reader, ClientHello, hello)
    // The version first: another version may well lay out the rest in another way.
    if (reader.bytes.byteLength >= 3 && hello.protocolVersion !== protocolVersion)
      return this.end(connection, 'protocol_mismatch')
    if (!wellFormed || hello.token === '') return this.end(connection, 'bad_request')
    if (hello.declarationsHash !== this.#game.declarationsHash) return this.end(connection, 'game_mismatch')
    const refusal = connection.life.hello()
    if (refusal !== null) return this.#tellError(connection, refusal)
    const { token, resume, viewTick } = hello
    void this.#ports
      .verify(token)
      .then((verification) => this.#verified(connection, verification, { resume, viewTick }))
    return undefined
  }

  #verified(
    connection: GatewayConnection,
    verification: Verification,
    { resume, viewTick }: { readonly resume: string; readonly viewTick: number },
  ): void {
    if (connection.life.phase !== 'verifying') return
    if ('refused' in verification) return this.end(connection, verification.refused)
    connection.life.verified()
    const { playerId, name } = verification.identity
    const record = this.#handshakes.begin(1024)
    if (record === null) return this.end(connection, 'queue_full')
    record.u32(connection.route)
    for (const part of [this.#ports.secret(), playerId, name, resume, this.#ports.secret()]) record.text(part)
    record.u32(viewTick)
    this.#handshakes.end(RecordKind.Handshake)
    this.#handshakes.publish()
    connection.handshakeAt = this.#handshakes.recordsIn()
    connection.knownToTick = true
    connection.viewTick = viewTick
    this.#count('resumeTokensIssued')
    return undefined
  }

  #receivePing(connection: GatewayConnection, reader: ByteReader): void {
    if (!readMessage(reader, ClientPing, this.#ping)) return this.end(connection, 'bad_request')
    this.#count('pingsIn')
    const tick = this.#currentTick()
    if (connection.pongTick !== tick) connection.pongs = 0
    connection.pongTick = tick
    if (++connection.pongs > pongsPerTickMax) return this.#count('pingsRefused')
    return this.#answer(connection, encodeMessage(ServerPong, { echo: this.#ping.echo, tick }))
  }

  #receiveInput(connection: GatewayConnection, reader: ByteReader): void {
    if (!readMessage(reader, ClientInput, this.#input)) return this.end(connection, 'bad_request')
    const rowBytes = reader.remaining()
    if (rowBytes > this.#game.input.codec.bytesMax) return this.end(connection, 'bad_request')
    // Newest wins: one that finds no room is as good as lost on the way, and the next one makes up for it.
    if (!this.#inbound.input(connection, this.#input.seq, reader)) this.#count('refused_command_queue_full')
    return undefined
  }

  #receiveCommand(connection: GatewayConnection, reader: ByteReader): void {
    if (!readMessage(reader, ClientCommand, this.#command)) return this.end(connection, 'bad_request')
    const { seq, command, clientTick } = this.#command
    if (clientTick !== 0) return this.#refuseCommand(connection, seq, 'client_tick_refused')
    const rowBytes = reader.remaining()
    // What the game declares, so that nobody fills the mailbox with what will be refused anyway.
    const rowBytesMax = this.#game.commands[command]?.codec.bytesMax ?? commandBytesMax
    if (rowBytes > rowBytesMax) return this.#refuseCommand(connection, seq, 'bad_command')
    if (this.#inbound.command(connection, seq, command, reader)) return undefined
    return this.#refuseCommand(connection, seq, 'command_queue_full')
  }

  #leave(connection: GatewayConnection): void {
    if (connection.knownToTick) this.#lifecycle.tellEnd(connection, RecordKind.Left)
    connection.knownToTick = false
    this.#forgetView(connection)
    connection.life.close()
    connection.sink.close(1000, 'goodbye')
  }

  /** A refusal that never reached the tick: the sequence goes on as if the command had not been sent. */
  #refuseCommand(connection: GatewayConnection, seq: number, code: ErrorCode): void {
    this.#count(`refused_${code}`)
    const retryable = errorEntry(code).retryable ? 1 : 0
    this.#answer(connection, encodeMessage(ServerResult, { seq, code, durable: 0, duplicate: 0, retryable }))
  }

  #tellError(connection: GatewayConnection, code: ErrorCode): void {
    this.#count(`refused_${code}`)
    const { number, message } = errorEntry(code)
    this.#answer(connection, encodeMessage(ServerError, { code: number, message }))
  }

  /** What a peer has asked for by itself: one that asks and never reads is closed, however little else there is to say. */
  #answer(connection: GatewayConnection, bytes: Uint8Array): void {
    if (!this.#endsSlowReader(connection)) this.#drain.message(connection, bytes)
  }

  #endsSlowReader(connection: GatewayConnection): boolean {
    if (connection.sink.unsentBytes() <= this.#config.sendBacklogCloseBytes) return false
    this.end(connection, 'slow_reader')
    return true
  }

  #isBehind(connection: GatewayConnection): boolean {
    return connection.sink.unsentBytes() > this.#config.sendBacklogBytesMax
  }

  /** Only once the reader has caught up: a fresh view for one who is still behind would be left out as well. */
  #askRefresh(connection: GatewayConnection): void {
    if (!connection.viewLost || connection.refreshAsked || this.#isBehind(connection)) return
    connection.refreshAsked = this.#lifecycle.askRefresh(connection)
  }

  #forgetView(connection: GatewayConnection): void {
    connection.viewLost = false
    connection.refreshAsked = false
  }

  #free(connection: GatewayConnection): void {
    const slot = slotOfRoute(connection.route)
    this.#connections[slot] = null
    this.#freeSlots.push(slot)
  }

  #count(name: Parameters<GatewayBoard['slot']>[0]): void {
    this.#board.add(this.#board.slot(name), 1)
  }
}
