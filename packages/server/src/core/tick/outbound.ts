import type { ByteWriter, Clock, Fields, RingWriter, Row } from '@worldkeep/kernel'
import { ownedComponents, SegmentEncoder, ViewEmitter, ViewTable } from '@worldkeep/replication'
import {
  type ErrorCode,
  errorEntry,
  FrameFlag,
  frameMessagesMax,
  frameSegmentsMax,
  type Message,
  ServerHandover,
  ServerResult,
  writeFrameHeader,
  writeMessage,
} from '@worldkeep/wire'
import { type ComponentTable, TickPhase, type World } from '@worldkeep/world'
import { BoardHistogram } from '../board-histogram.ts'
import type { CoreConfig } from '../core-config.ts'
import type { TickBoard } from '../counters.ts'
import { ackWaitS, outboxBytesMax } from '../limits.ts'
import { FrameRecordFlag, RecordKind, type Route } from '../mailboxes.ts'
import { RingSegmentSink } from './ring-segment-sink.ts'
import type { Session } from './session-table.ts'

/** A join acknowledgement with its longest texts, and more. */
const answerBytesMax = 2048

/** Route, flags, counts, header, and as many segment ids as a frame can name. */
const frameOverheadBytes = 40 + frameSegmentsMax * 3

export interface OutboundParts {
  readonly world: World
  readonly ring: RingWriter
  readonly config: CoreConfig
  readonly board: TickBoard
  /** Only tells when a tick was committed: nothing is decided by it. */
  readonly clock: Clock
}

/**
 * Everything that leaves the tick towards clients: shared segments once, then one recipe per session. Does not allocate
 * per tick.
 */
export class Outbound {
  readonly views: ViewTable
  readonly encoder: SegmentEncoder
  readonly emitter: ViewEmitter
  readonly #ring: RingWriter
  /** Records of the mailbox up to the end of the last tick that sent something. */
  #recordsEnded = 0
  readonly #owned: readonly ComponentTable[]
  readonly #ownedBytesMax: number
  readonly #world: World
  readonly #board: TickBoard
  readonly #built: number
  readonly #entities: BoardHistogram
  readonly #handovers: BoardHistogram
  readonly #handoverRow = ServerHandover.codec.empty()
  readonly #empty: number
  readonly #refused: number
  readonly #outboxRefused: number
  readonly #bypassed: number
  /** Room of the mailbox that this tick's answers to handshakes may need, and nothing else gets before them. */
  #keptBytes = 0
  #keptRecords = 0
  readonly #header = { flags: 0, tick: 0, inputAck: 0, ackAgeTicks: 0, cellX: 0, cellZ: 0 }
  readonly #clock: Clock
  #committedMs = 0
  #hasBegun = false
  readonly #ackWaitTicks: number
  readonly #resultRow: Row<Fields> = ServerResult.codec.empty()

  constructor({ world, ring, config, board, clock }: OutboundParts) {
    this.#world = world
    this.#clock = clock
    this.#ackWaitTicks = world.ticksOf(ackWaitS)
    this.#ring = ring
    this.#board = board
    this.views = new ViewTable({
      sessionsMax: config.sessionsMax,
      radiusCells: config.viewRadiusCells,
      farRadiusCells: config.farRadiusCells,
      farEverySnapshots: Math.max(1, Math.round(config.snapshotHz / config.farHz)),
      ticksPerSnapshot: Math.max(1, Math.round(config.tickHz / config.snapshotHz)),
      hysteresisCm: Math.round(config.hysteresisM * 100),
    })
    this.encoder = new SegmentEncoder(world, new RingSegmentSink(ring))
    this.emitter = new ViewEmitter(
      { world, views: this.views, encoder: this.encoder },
      { sessionsMax: config.sessionsMax, entitiesMax: config.viewEntitiesMax },
    )
    this.#owned = ownedComponents(world.game).map((component) => world.table(component))
    this.#ownedBytesMax = 10 + this.#owned.length * 5 + this.#owned.reduce((sum, table) => sum + rowBytes(table), 0)
    this.#built = board.slot('framesBuilt')
    this.#entities = new BoardHistogram(board, 'frameEntities')
    this.#handovers = new BoardHistogram(board, 'handoverMs')
    this.#empty = board.slot('framesEmpty')
    this.#refused = board.slot('framesRefused')
    this.#outboxRefused = board.slot('outboxRefused')
    this.#bypassed = board.slot('outboxBypassed')
  }

  /** A message that goes out at once, in front of this tick's frame. */
  message(route: Route, kind: number, write: (writer: ByteWriter) => void, bytesMax: number): boolean {
    this.#world.guard.require('Outbound.message', TickPhase.Apply | TickPhase.Stop)
    const record = this.#ring.begin(bytesMax + 4)
    if (record === null) return false
    record.u32(route)
    write(record)
    this.#ring.end(kind)
    return true
  }

  /**
   * Answers to handshakes that will find room, whatever the gateway does meanwhile: half of what is free. One may be two
   * records, when the newest login of a player puts an end to the older.
   */
  answersRoom(): number {
    this.#keptRecords = this.#ring.roomRecords() >>> 1
    this.#keptBytes = this.#ring.roomBytes() >>> 1
    return Math.min(this.#keptRecords >>> 1, Math.floor(this.#keptBytes / answerBytesMax))
  }

  /** Ends a connection, or answers its handshake, with an error of the catalogue. */
  refuse(route: Route, code: ErrorCode): void {
    this.message(route, RecordKind.Refused, (writer) => writer.u16(errorEntry(code).number), 2)
  }

  /** The same for what can wait: false without room beside the answers to handshakes. */
  tryRefuse(route: Route, code: ErrorCode): boolean {
    if (!this.#hasRoomBesideAnswers(8)) return false
    this.refuse(route, code)
    return true
  }

  #hasRoomBesideAnswers(bytes: number): boolean {
    return this.#ring.roomRecords() > this.#keptRecords && this.#ring.roomBytes() > this.#keptBytes + bytes + 32
  }

  /**
   * A message that rides in the session's next frame, or goes out at once when that has no room left. One that finds no
   * room in the mailbox either is lost, and counted; its session's connection then ends, so that nobody waits for it.
   */
  #enqueue<F extends Fields>(session: Session, message: Message<F>, row: Readonly<Row<F>>): void {
    const { outbox } = session
    const bytesMax = message.codec.bytesMax + 1
    if (outbox.position + bytesMax + 2 > outbox.limit || session.outboxCount >= frameMessagesMax) {
      this.#board.add(this.#bypassed, 1)
      const sent = this.#hasRoomBesideAnswers(bytesMax) && this.#sendNow(session.route, message, row)
      if (sent) return
      this.#board.add(this.#outboxRefused, 1)
      session.answerLost = true
      return
    }
    const lengthAt = outbox.position
    outbox.u16(0)
    writeMessage(outbox, message, row)
    const length = outbox.position - lengthAt - 2
    outbox.patchU8(lengthAt, length & 0xff)
    outbox.patchU8(lengthAt + 1, length >>> 8)
    session.outboxCount++
  }

  /** A function of its own, so that only what takes this road pays for the closure. */
  #sendNow<F extends Fields>(route: Route, message: Message<F>, row: Readonly<Row<F>>): boolean {
    return this.message(route, RecordKind.Message, (to) => writeMessage(to, message, row), message.codec.bytesMax + 1)
  }

  result(
    session: Session,
    seq: number,
    code: string,
    options: { durable: number; duplicate: number; retryable: number },
  ): void {
    this.#world.guard.require('Outbound.result', TickPhase.Apply)
    if (!session.isConnected()) return
    const row = this.#resultRow
    row.seq = seq
    row.code = code
    row.durable = options.durable
    row.duplicate = options.duplicate
    row.retryable = options.retryable
    this.#enqueue(session, ServerResult, row as Row<typeof ServerResult.codec.fields>)
  }

  /** Opens the send stage: only now is everything of the tick final, and only now may frames be built (C-014). */
  beginTick(tick: number): void {
    this.#world.guard.require('Outbound.beginTick', TickPhase.Send)
    this.encoder.begin(tick)
    this.#hasBegun = false
    this.#committedMs = this.#clock.nowMs()
  }

  /**
   * The client has every frame up to the one of `viewTick`, and none after it: its next frame goes on from there. 0, or what
   * has not happened yet: it has nothing.
   */
  goOnFrom(session: Session, viewTick: number): void {
    const isKnown = viewTick > 0 && viewTick <= this.#world.tick()
    session.frameTick = isKnown ? viewTick : 0
    if (isKnown) this.emitter.rewind(session.slot, viewTick)
    else this.views.clear(session.slot)
  }

  /** One session's frame of this tick: nothing to say, nothing sent. Outside of its stage it would mix two ticks. */
  frame(session: Session, tick: number): void {
    this.#world.guard.require('Outbound.frame', TickPhase.Send)
    const baseline = this.views.baseline[session.slot] as number
    if (!this.emitter.prepare(session.slot, session.bodySlot, tick)) return this.#notSent(session, baseline)
    const { recipe, own } = this.emitter
    if (recipe.handoverTicks >= 0) this.#handOver(session, recipe.handoverTicks)
    const ownerMask = this.#ownerMask(session.bodySlot, baseline)
    const acks = session.inputs.acked !== session.ackSent || recipe.fresh || this.#selfMoved(session.bodySlot, baseline)
    const hasContent = recipe.statesView || recipe.segmentCount > 0 || own.segmentCount > 0
    if (!hasContent && ownerMask === 0 && session.outboxCount === 0 && !(acks && this.#ackIsDue(session, tick))) {
      this.#board.add(this.#empty, 1)
      return
    }
    if (!this.#hasBegun) this.#sayWhen(tick)
    const record = this.#ring.begin(frameOverheadBytes + this.#ownedBytesMax + outboxBytesMax + own.bytes.position)
    if (record === null) return this.#notSent(session, baseline)
    this.#header.flags =
      (acks ? FrameFlag.Ack : 0) |
      (recipe.statesView ? FrameFlag.View : 0) |
      (ownerMask !== 0 ? FrameFlag.Owner : 0) |
      (session.outboxCount > 0 ? FrameFlag.Messages : 0) |
      (own.segmentCount > 0 ? FrameFlag.Own : 0)
    this.#writeFrame(record, session, tick, ownerMask)
    this.#ring.end(RecordKind.Frame)
    session.frameTick = tick
    session.ackSent = session.inputs.acked
    session.ackSentTick = tick
    session.clearOutbox()
    this.#board.add(this.#built, 1)
    this.#entities.add(recipe.entityCount)
  }

  /** In front of the first frame of a tick: since when it is true. Without room for it there is none for the frame. */
  #sayWhen(tick: number): void {
    const record = this.#ring.begin(12)
    if (record === null) return
    record.u32(tick)
    record.f64(this.#committedMs)
    this.#ring.end(RecordKind.TickBegin)
    this.#hasBegun = true
  }

  /** Told in front of the first frame from the new cell (P-035). */
  #handOver(session: Session, waitedTicks: number): void {
    const row = this.#handoverRow
    row.from = this.emitter.handovers.previousCell[session.slot] as number
    row.to = this.emitter.handovers.ownedCell[session.slot] as number
    this.#enqueue(session, ServerHandover, row)
    this.#handovers.add((waitedTicks * 1000) / this.#world.tickHz)
  }

  /** A frame that found no room: the view goes on from the one before it. */
  #notSent(session: Session, baseline: number): void {
    this.emitter.rewind(session.slot, baseline)
    this.#board.add(this.#refused, 1)
  }

  /** An acknowledgement with nothing else to say waits a moment for something it can ride with. */
  #ackIsDue(session: Session, tick: number): boolean {
    return tick - session.ackSentTick >= this.#ackWaitTicks
  }

  /** A tick that sends nothing does not wake the gateway. */
  endTick(tick: number): void {
    this.#world.guard.require('Outbound.endTick', TickPhase.Send | TickPhase.Stop)
    if (this.#ring.recordsIn() === this.#recordsEnded) return
    const record = this.#ring.begin(4)
    if (record !== null) {
      record.u32(tick)
      this.#ring.end(RecordKind.TickEnd)
    }
    this.#ring.publish()
    this.#recordsEnded = this.#ring.recordsIn()
  }

  #writeFrame(record: ByteWriter, session: Session, tick: number, ownerMask: number): void {
    const { recipe, own } = this.emitter
    record.u32(session.route)
    record.u8((session.outboxCount > 0 ? FrameRecordFlag.Messages : 0) | (recipe.fresh ? FrameRecordFlag.Fresh : 0))
    record.u32(session.frameTick)
    const bareBytesAt = record.position
    record.u16(0)
    record.u8(recipe.segmentCount)
    for (let i = 0; i < recipe.segmentCount; i++) record.varint(recipe.segments[i] as number)
    const headAt = record.position
    this.#writeHeader(record, session, tick)
    if (ownerMask !== 0) this.#writeOwned(record, session.bodySlot, ownerMask, tick)
    if (session.outboxCount > 0) this.#writeOutbox(record, session)
    const bareBytes = record.position - headAt
    record.patchU8(bareBytesAt, bareBytes & 0xff)
    record.patchU8(bareBytesAt + 1, bareBytes >>> 8)
    if (own.segmentCount === 0) return
    record.u8(own.segmentCount)
    record.raw(own.bytes.bytes, 0, own.bytes.position)
  }

  /** With the flags that `frame` has set. */
  #writeHeader(record: ByteWriter, session: Session, tick: number): void {
    const header = this.#header
    header.tick = tick
    header.inputAck = session.inputs.acked
    header.ackAgeTicks = tick - session.inputs.ackedTick + 1
    header.cellX = this.emitter.recipe.middleX
    header.cellZ = this.emitter.recipe.middleZ
    writeFrameHeader(record, header)
  }

  /** Each with the age of its version: an unchanged component that is told again is known by it. */
  #writeOwned(record: ByteWriter, slot: number, mask: number, tick: number): void {
    let gone = 0
    for (let i = 0; i < this.#owned.length; i++) {
      if ((mask & (1 << i)) !== 0 && this.#owned[i]?.has(slot) !== true) gone |= 1 << i
    }
    record.varint(mask & ~gone)
    record.varint(gone)
    for (let i = 0; i < this.#owned.length; i++) {
      if ((mask & (1 << i)) === 0) continue
      const table = this.#owned[i] as ComponentTable
      record.varint(tick - (table.changedTick[slot] as number))
      if ((gone & (1 << i)) === 0) table.write(record, slot)
    }
  }

  #writeOutbox(record: ByteWriter, session: Session): void {
    record.varint(session.outboxCount)
    record.raw(session.outbox.bytes, 0, session.outbox.position)
  }

  #ownerMask(slot: number, baseline: number): number {
    let mask = 0
    for (let i = 0; i < this.#owned.length; i++) {
      const table = this.#owned[i] as ComponentTable
      if ((table.changedTick[slot] as number) > baseline) mask |= 1 << i
    }
    return mask
  }

  #selfMoved(slot: number, baseline: number): boolean {
    return (this.#world.motionChangedTick[slot] as number) > baseline
  }
}

function rowBytes(table: ComponentTable): number {
  return Object.values(table.component.fields).reduce((sum, type) => sum + type.bytesMax, 0)
}
