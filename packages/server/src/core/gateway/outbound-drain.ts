import { type Clock, type RingMemory, RingReader } from '@worldkeep/kernel'
import { type ErrorCode, errorCodeOf, FrameFlag, frameFlagsAt, frameTickAt, ServerFrame } from '@worldkeep/wire'
import { BoardHistogram } from '../board-histogram.ts'
import type { GatewayBoard } from '../counters.ts'
import { RecordKind } from '../mailboxes.ts'
import type { GatewayConnection } from './gateway-connection.ts'

/** Segments one tick can carry: one per cell and baseline that anybody sees. */
const segmentsMax = 1 << 16

export interface DrainTarget {
  connectionOf(route: number): GatewayConnection | null
  accepted(connection: GatewayConnection, bytes: Uint8Array): void
  refused(connection: GatewayConnection, code: ErrorCode): void
  fateOf(connection: GatewayConnection, frame: Readonly<FrameFacts>): FrameFate
}

/** What decides whether a frame is sent. */
export interface FrameFacts {
  /** Of `FrameRecordFlag`. */
  flags: number
  /** Tick of the frame it builds on, 0 for none. */
  baseTick: number
  /** Counted from the end of its tick. */
  ageMs: number
}

/** `bare`: its messages and what else is the session's own, without any segment. */
export type FrameFate = 'send' | 'bare' | 'leaveOut'

/**
 * The gateway's half of a tick: shared segments stay in the mailbox until the tick is over, and each client's frame is
 * assembled from them straight into the buffer that is written to its socket, once.
 */
export class OutboundDrain {
  readonly #ring: RingReader
  readonly #board: GatewayBoard
  readonly #starts = new Int32Array(segmentsMax)
  readonly #ends = new Int32Array(segmentsMax)
  readonly #framesOut: number
  readonly #bytesOut: number
  readonly #messagesOut: number
  readonly #copied: number
  readonly #unroutable: number
  readonly #ages: BoardHistogram
  readonly #sizes: BoardHistogram
  readonly #clock: Clock
  /** When the tick now being drained had ended. */
  #committedMs = 0
  readonly #facts: FrameFacts = { flags: 0, baseTick: 0, ageMs: 0 }

  constructor(memory: RingMemory, board: GatewayBoard, clock: Clock) {
    this.#clock = clock
    this.#ring = new RingReader(memory)
    this.#board = board
    this.#framesOut = board.slot('framesOut')
    this.#bytesOut = board.slot('bytesOut')
    this.#messagesOut = board.slot('messagesOut')
    this.#copied = board.slot('segmentBytesCopied')
    this.#unroutable = board.slot('framesUnroutable')
    this.#ages = new BoardHistogram(board, 'frameAgeMs')
    this.#sizes = new BoardHistogram(board, 'frameBytes')
  }

  /** Everything the tick has published. */
  drain(target: DrainTarget): void {
    const ring = this.#ring
    while (ring.next()) {
      const { body, kind } = ring
      if (kind === RecordKind.Segment) this.#noteSegment()
      else if (kind === RecordKind.TickEnd) ring.release()
      else if (kind === RecordKind.TickBegin) this.#beginTick()
      else {
        const connection = target.connectionOf(body.u32())
        if (connection === null) this.#board.add(this.#unroutable, 1)
        else if (kind === RecordKind.Frame) this.#frame(connection, target)
        else if (kind === RecordKind.Accepted) target.accepted(connection, ring.bytes())
        else if (kind === RecordKind.Refused) target.refused(connection, errorCodeOf(body.u16()) ?? 'internal')
        else if (kind === RecordKind.Message) this.message(connection, ring.bytes())
      }
    }
    ring.release()
  }

  /** A whole message, copied behind the sink's headroom. */
  message(connection: Pick<GatewayConnection, 'sink'>, bytes: Uint8Array): void {
    const { sink } = connection
    const buffer = sink.allocate(sink.headroomBytes + bytes.byteLength)
    buffer.set(bytes, sink.headroomBytes)
    this.#board.add(this.#messagesOut, 1)
    this.#board.add(this.#bytesOut, bytes.byteLength)
    sink.send(buffer)
  }

  #noteSegment(): void {
    const { body } = this.#ring
    const id = body.u32()
    this.#starts[id & (segmentsMax - 1)] = body.position
    this.#ends[id & (segmentsMax - 1)] = body.limit
  }

  #beginTick(): void {
    const { body } = this.#ring
    body.skip(4)
    this.#committedMs = body.f64()
  }

  /** In the mailbox: see `RecordKind.Frame`. On the wire: kind, the bytes made for this client, segment count, segments. */
  #frame(connection: GatewayConnection, target: DrainTarget): void {
    const { body } = this.#ring
    const facts = this.#facts
    facts.ageMs = this.#clock.nowMs() - this.#committedMs
    facts.flags = body.u8()
    facts.baseTick = body.u32()
    const fate = target.fateOf(connection, facts)
    if (fate === 'leaveOut') return
    const isBare = fate === 'bare'
    const bareBytes = body.u16()
    const listed = body.u8()
    const segments = isBare ? 0 : listed
    const idsAt = body.position
    let segmentBytes = 0
    for (let i = 0; i < listed; i++) {
      const id = body.varint()
      if (i < segments) segmentBytes += this.#lengthOf(id)
    }
    const headAt = body.position
    const headBytes = isBare ? bareBytes : body.limit - headAt
    const { sink } = connection
    const payloadBytes = 1 + headBytes + 1 + segmentBytes
    const buffer = sink.allocate(sink.headroomBytes + payloadBytes)
    const memory = this.#ring.memory()
    let at = sink.headroomBytes
    buffer[at++] = ServerFrame.kind
    copy(memory, headAt, headAt + headBytes, buffer, at)
    if (isBare) buffer[at + frameFlagsAt] = ((buffer[at + frameFlagsAt] as number) | FrameFlag.Bare) & ~FrameFlag.Own
    else connection.viewTick = this.#u32At(headAt + frameTickAt)
    at += headBytes
    buffer[at++] = segments
    body.position = idsAt
    for (let i = 0; i < segments; i++) {
      const place = body.varint() & (segmentsMax - 1)
      const start = this.#starts[place] as number
      const end = this.#ends[place] as number
      copy(memory, start, end, buffer, at)
      at += end - start
    }
    this.#board.add(this.#framesOut, 1)
    this.#board.add(this.#bytesOut, payloadBytes)
    this.#board.add(this.#copied, segmentBytes)
    this.#ages.add(facts.ageMs)
    this.#sizes.add(payloadBytes)
    sink.send(buffer)
  }

  #u32At(at: number): number {
    const { body } = this.#ring
    body.position = at
    return body.u32()
  }

  #lengthOf(id: number): number {
    const place = id & (segmentsMax - 1)
    return (this.#ends[place] as number) - (this.#starts[place] as number)
  }
}

/** Short runs by hand: a view and a call cost more than the bytes. */
function copy(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  if (end - start > 64) {
    target.set(source.subarray(start, end), at)
    return
  }
  for (let i = start; i < end; i++) target[at + i - start] = source[i] as number
}
