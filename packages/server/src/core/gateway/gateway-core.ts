import { ByteReader, ByteWriter, type Doorbell, RingWriter } from '@worldkeep/kernel'
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
import { connectionsMax } from '../limits.ts'
import { type Mailboxes, RecordKind, type Route, routeOf, slotOfRoute } from '../mailboxes.ts'
import type { ConnectionSink } from './connection-sink.ts'
import { GatewayConnection } from './gateway-connection.ts'
import { type DrainTarget, OutboundDrain } from './outbound-drain.ts'

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
  readonly #lifecycle: RingWriter
  readonly #inbound: RingWriter
  readonly #drain: OutboundDrain
  readonly #connections: (GatewayConnection | null)[] = []
  readonly #generations = new Uint16Array(connectionsMax)
  readonly #freeSlots: number[] = []
  /** Lifecycle records that found no room: kept, because a lost one would leak a session. */
  readonly #lifecycleOverflow: { readonly kind: number; readonly route: Route }[] = []
  readonly #hello = ClientHello.codec.empty()
  readonly #input = ClientInput.codec.empty()
  readonly #command = ClientCommand.codec.empty()
  readonly #ping = ClientPing.codec.empty()
  readonly #goodbye = ClientGoodbye.codec.empty()
  readonly #scratch = ByteWriter.ofSize(1024)
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
    this.#lifecycle = new RingWriter(parts.mailboxes.lifecycle, parts.doorbell)
    this.#inbound = new RingWriter(parts.mailboxes.inbound, parts.doorbell)
    this.#drain = new OutboundDrain(parts.mailboxes.outbound, parts.board)
  }

  /** A connection has been made. Null: there is no slot for it, and it has been closed. */
  open(sink: ConnectionSink, nowMs: number): GatewayConnection | null {
    const slot = this.#freeSlots.pop() ?? this.#connections.length
    if (slot >= connectionsMax) {
      this.#count('refused_server_full')
      sink.close(errorEntry('server_full').closeCode, 'server_full')
      return null
    }
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
    if (this.#connections[slot] !== connection) return
    if (connection.life.phase !== 'closed') connection.life.close()
    if (connection.knownToTick) this.#tellTick(RecordKind.Dropped, connection.route)
    this.#connections[slot] = null
    this.#freeSlots.push(slot)
    this.#open--
    this.#count('connectionsClosed')
    this.#board.set(this.#board.slot('connections'), this.#open)
  }

  /** Sends what the tick has published. */
  drain(): void {
    this.#drain.drain(this)
    this.#retryLifecycle()
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
    }
    this.publish()
  }

  /** Ends every connection; their goodbyes are on the way when this returns. */
  endAll(code: ErrorCode): void {
    for (const connection of this.#connections) if (connection !== null) this.end(connection, code)
  }

  openConnections(): number {
    return this.#open
  }

  /** Goodbye with a reason, then close. */
  end(connection: GatewayConnection, code: ErrorCode): void {
    if (connection.life.phase === 'closed') return
    const { number, message, closeCode } = errorEntry(code)
    this.#count(`refused_${code}`)
    connection.life.close()
    this.#drain.message(connection, encodeMessage(ServerGoodbye, { code: number, message }))
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

  leaveOut(connection: GatewayConnection, options: { readonly mustSend: boolean }): boolean {
    const unsent = connection.sink.unsentBytes()
    if (unsent > this.#config.sendBacklogCloseBytes) {
      this.end(connection, 'slow_reader')
      return true
    }
    if (unsent <= this.#config.sendBacklogBytesMax) {
      connection.refreshAsked = false
      return false
    }
    if (options.mustSend) return false
    this.#count('framesLeftOut')
    if (!connection.refreshAsked) this.#tellTick(RecordKind.RefreshWanted, connection.route)
    connection.refreshAsked = true
    return true
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
    const { token, resume } = hello
    void this.#ports.verify(token).then((verification) => this.#verified(connection, verification, resume))
    return undefined
  }

  #verified(connection: GatewayConnection, verification: Verification, resume: string): void {
    if (connection.life.phase !== 'verifying') return
    if ('refused' in verification) return this.end(connection, verification.refused)
    connection.life.verified()
    const { playerId, name } = verification.identity
    const record = this.#handshakes.begin(1024)
    if (record === null) return this.end(connection, 'queue_full')
    record.u32(connection.route)
    for (const part of [this.#ports.secret(), playerId, name, resume, this.#ports.secret()]) record.text(part)
    this.#handshakes.end(RecordKind.Handshake)
    this.#handshakes.publish()
    connection.knownToTick = true
    this.#count('resumeTokensIssued')
    return undefined
  }

  #receivePing(connection: GatewayConnection, reader: ByteReader): void {
    if (!readMessage(reader, ClientPing, this.#ping)) return this.end(connection, 'bad_request')
    this.#count('pingsIn')
    this.#drain.message(connection, encodeMessage(ServerPong, { echo: this.#ping.echo, tick: this.#currentTick() }))
    return undefined
  }

  #receiveInput(connection: GatewayConnection, reader: ByteReader): void {
    if (!readMessage(reader, ClientInput, this.#input)) return this.end(connection, 'bad_request')
    const rowBytes = reader.remaining()
    if (rowBytes > this.#game.input.codec.bytesMax) return this.end(connection, 'bad_request')
    // Newest wins: one that finds no room is as good as lost on the way, and the next one makes up for it.
    const record = this.#beginInbound(connection, 8 + rowBytes)
    if (record === null) return this.#count('refused_command_queue_full')
    record.u32(connection.route)
    record.u32(this.#input.seq)
    record.raw(reader.bytes, reader.position, rowBytes)
    this.#inbound.end(RecordKind.Input)
    return this.#noteQueued(connection, rowBytes)
  }

  #receiveCommand(connection: GatewayConnection, reader: ByteReader): void {
    if (!readMessage(reader, ClientCommand, this.#command)) return this.end(connection, 'bad_request')
    const { seq, command, clientTick } = this.#command
    if (clientTick !== 0) return this.#refuseCommand(connection, seq, 'client_tick_refused')
    const rowBytes = reader.remaining()
    if (rowBytes > commandBytesMax) return this.#refuseCommand(connection, seq, 'bad_command')
    const record = this.#beginInbound(connection, 9 + rowBytes)
    if (record === null) return this.#refuseCommand(connection, seq, 'command_queue_full')
    record.u32(connection.route)
    record.u32(seq)
    record.u8(command)
    record.raw(reader.bytes, reader.position, rowBytes)
    this.#inbound.end(RecordKind.Command)
    return this.#noteQueued(connection, rowBytes)
  }

  /** A place in the inbound mailbox, unless this connection has used up its own share. */
  #beginInbound(connection: GatewayConnection, bytesMax: number): ByteWriter | null {
    const taken = ((this.#inbound.recordsOut() - connection.queuedUpTo) | 0) >= 0
    if (taken) {
      connection.queuedRecords = 0
      connection.queuedBytes = 0
    }
    if (connection.queuedRecords >= this.#config.queuedCommandsMax) return null
    if (connection.queuedBytes + bytesMax > this.#config.queuedBytesMax) return null
    return this.#inbound.begin(bytesMax)
  }

  #noteQueued(connection: GatewayConnection, rowBytes: number): void {
    connection.queuedRecords++
    connection.queuedBytes += rowBytes
    connection.queuedUpTo = this.#inbound.recordsIn()
  }

  #leave(connection: GatewayConnection): void {
    if (connection.knownToTick) this.#tellTick(RecordKind.Left, connection.route)
    connection.knownToTick = false
    connection.life.close()
    connection.sink.close(1000, 'goodbye')
  }

  /** A refusal that never reached the tick: the sequence goes on as if the command had not been sent. */
  #refuseCommand(connection: GatewayConnection, seq: number, code: ErrorCode): void {
    this.#count(`refused_${code}`)
    const retryable = errorEntry(code).retryable ? 1 : 0
    this.#drain.message(connection, encodeMessage(ServerResult, { seq, code, durable: 0, duplicate: 0, retryable }))
  }

  #tellError(connection: GatewayConnection, code: ErrorCode): void {
    this.#count(`refused_${code}`)
    const { number, message } = errorEntry(code)
    this.#drain.message(connection, encodeMessage(ServerError, { code: number, message }))
  }

  #tellTick(kind: number, route: Route): void {
    this.#scratch.reset()
    this.#scratch.u32(route)
    const told = this.#lifecycleOverflow.length === 0 && this.#lifecycle.push(kind, this.#scratch.bytes.subarray(0, 4))
    if (!told) this.#lifecycleOverflow.push({ kind, route })
    this.#lifecycle.publish()
  }

  #retryLifecycle(): void {
    while (this.#lifecycleOverflow.length > 0) {
      const next = this.#lifecycleOverflow[0] as { readonly kind: number; readonly route: Route }
      const record = this.#lifecycle.begin(4)
      if (record === null) break
      record.u32(next.route)
      this.#lifecycle.end(next.kind)
      this.#lifecycleOverflow.shift()
    }
    this.#lifecycle.publish()
  }

  #count(name: Parameters<GatewayBoard['slot']>[0]): void {
    this.#board.add(this.#board.slot(name), 1)
  }
}
