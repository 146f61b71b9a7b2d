import { ByteWriter } from '@worldkeep/kernel'
import {
  type JoinAck,
  readServerMessage,
  type ServerMessageHandler,
  ViewModel,
  viewGeometryOf,
} from '@worldkeep/replication'
import {
  ClientCommand,
  ClientGoodbye,
  ClientHello,
  ClientInput,
  ClientPing,
  encodeMessage,
  type FrameHeader,
  type MessageRow,
  protocolVersion,
  type ServerError,
  type ServerGoodbye,
  type ServerHandover,
  type ServerPong,
  type ServerResult,
} from '@worldkeep/wire'
import type { ArgsOf, Command, Fields, Game, Row } from '@worldkeep/world'
import type { LoopbackEvents } from './loopback.ts'

/** Where a test client writes to. */
export interface TestWire {
  send(bytes: Uint8Array): void
  close(): void
}

/** A bare client for tests of the node: it says what it is told to say, and keeps everything it hears. */
export class TestClient implements LoopbackEvents, ServerMessageHandler {
  /** Kinds of all messages in the order they came. */
  readonly kinds: number[] = []
  readonly results: MessageRow<typeof ServerResult>[] = []
  readonly pongs: MessageRow<typeof ServerPong>[] = []
  readonly errors: MessageRow<typeof ServerError>[] = []
  readonly frames: FrameHeader[] = []
  readonly handovers: MessageRow<typeof ServerHandover>[] = []
  lastWord: MessageRow<typeof ServerGoodbye> | null = null
  joinAck: JoinAck | null = null
  model: ViewModel | null = null
  closeCode = 0
  open = false
  /** Set by a frame or message that does not decode. */
  malformed = false
  wire: TestWire = { send: () => undefined, close: () => undefined }
  readonly #game: Game
  #inputSeq = 0
  #commandSeq = 0

  constructor(game: Game) {
    this.#game = game
  }

  hello(
    token: string,
    options: {
      readonly resume?: string
      readonly viewTick?: number
      readonly declarations?: string
      readonly version?: number
    } = {},
  ): void {
    this.wire.send(
      encodeMessage(ClientHello, {
        protocolVersion: options.version ?? protocolVersion,
        declarationsHash: options.declarations ?? this.#game.declarationsHash,
        token,
        resume: options.resume ?? '',
        lastSeq: this.#inputSeq,
        viewTick: options.viewTick ?? 0,
      }),
    )
  }

  /** Sends an input; its sequence number. */
  input(intent: Readonly<Row<Fields>>, seq = ++this.#inputSeq): number {
    const writer = ByteWriter.ofSize(64)
    this.#game.input.codec.write(writer, intent)
    this.wire.send(encodeMessage(ClientInput, { seq }, writer.copy()))
    return seq
  }

  /** Sends a command; its sequence number. */
  command<C extends Command>(
    command: C,
    args: ArgsOf<C>,
    options: { readonly seq?: number; readonly clientTick?: number } = {},
  ): number {
    const seq = options.seq ?? ++this.#commandSeq
    const writer = ByteWriter.ofSize(command.codec.bytesMax)
    command.codec.write(writer, args as Row<Fields>)
    const index = this.#game.commands.indexOf(command)
    this.wire.send(
      encodeMessage(ClientCommand, { seq, command: index, clientTick: options.clientTick ?? 0 }, writer.copy()),
    )
    return seq
  }

  ping(echo: number): void {
    this.wire.send(encodeMessage(ClientPing, { echo }))
  }

  leave(): void {
    this.wire.send(encodeMessage(ClientGoodbye, {}))
  }

  resultOf(seq: number): MessageRow<typeof ServerResult> | null {
    return this.results.find((result) => result.seq === seq) ?? null
  }

  opened(): void {
    this.open = true
  }

  closed(code: number): void {
    this.open = false
    this.closeCode = code
  }

  received(bytes: Uint8Array): void {
    this.kinds.push(bytes[0] ?? 0)
    if (!readServerMessage(bytes, this)) this.malformed = true
  }

  view(): ViewModel | null {
    return this.model
  }

  joined(ack: JoinAck): void {
    this.joinAck = ack
    const geometry = viewGeometryOf(ack)
    const nothing = (): void => undefined
    this.model ??= new ViewModel(this.#game, geometry, { entered: nothing, left: nothing, changed: nothing })
  }

  ponged(pong: MessageRow<typeof ServerPong>): void {
    this.pongs.push(pong)
  }

  result(result: MessageRow<typeof ServerResult>): void {
    this.results.push(result)
  }

  refused(error: MessageRow<typeof ServerError>): void {
    this.errors.push(error)
  }

  goodbye(goodbye: MessageRow<typeof ServerGoodbye>): void {
    this.lastWord = goodbye
  }

  handedOver(handover: MessageRow<typeof ServerHandover>): void {
    this.handovers.push(handover)
  }

  frameBegins(): void {}

  frameApplied(header: Readonly<FrameHeader>): void {
    this.frames.push({ ...header })
  }
}
