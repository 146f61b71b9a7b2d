import { ByteReader, ByteWriter, type Fields, type Row } from '@worldkeep/kernel'
import {
  type EntityView,
  type JoinAck,
  type Place,
  type ViewListener,
  ViewModel,
  viewGeometryOf,
} from '@worldkeep/replication'
import { ClientInput, encodeMessage, FrameFlag, type FrameHeader } from '@worldkeep/wire'
import type { Game, Input } from '@worldkeep/world'
import { Drawing, type Moment } from './drawing.ts'
import { Memory } from './memory.ts'
import { Prediction } from './prediction.ts'
import { ServerClock } from './server-clock.ts'

/** A page that slept for longer than this has lost its connection, and has nothing to catch up with. */
const catchUpSMax = 30

/** Most ticks the own body is drawn ahead of its last step: late timers need some, a lost connection must not walk on. */
const drawnAheadTicksMax = 2

/** Without a word of the server for longer than this, others stop where they are. A live connection has a pong a second. */
const silenceDrawnS = 2

/** The frame header's age counts no further: from here on it says "or longer". */
const ackAgeTicksMax = 255

/**
 * One joined stay in a zone: the view, the server's clock, and the own body ahead of it. Lives on over a resume in the
 * same zone, so that nothing blinks. Time is passed in.
 */
export class WorldSession {
  readonly view: ViewModel
  readonly clock: ServerClock
  /** Null unless asked for. */
  readonly memory: Memory | null
  readonly tickHz: number
  readonly zone: string
  readonly zoneSizeM: number
  selfHandle: number
  /** Tick of the last frame that continued the view: where a later connection can go on from. 0: start afresh. */
  viewTick = 0
  readonly #game: Game
  readonly #prediction: Prediction
  readonly #drawing: Drawing
  readonly #moment: Moment = { nowMs: 0, tick: 0, delayTicks: 0 }
  readonly #ticksPerSnapshot: number
  readonly #writer: ByteWriter
  #inputSeq = 0
  /** Newest input the server has confirmed, and the tick it was applied in. */
  #ackedSeq: number
  #ackedTick = 0
  /** Newest input a second ago. */
  #lapSeq = 0
  #intent: Row<Fields>
  #intentChanged = false
  /** When client tick 0 was. */
  #startMs: number
  #drawnMs: number

  constructor(
    game: Game,
    ack: JoinAck,
    listener: ViewListener,
    options: { readonly nowMs: number; readonly keepOnExit: boolean },
  ) {
    const { nowMs } = options
    this.#game = game
    this.tickHz = ack.tickHz
    this.zone = ack.zone
    this.zoneSizeM = ack.zoneSizeM
    this.selfHandle = ack.entity
    this.memory = options.keepOnExit ? new Memory() : null
    this.view = new ViewModel(game, viewGeometryOf(ack), this.#remembering(listener))
    this.#drawing = new Drawing(ack)
    this.#ticksPerSnapshot = ack.tickHz / ack.snapshotHz
    this.clock = new ServerClock(ack.tickHz)
    this.clock.heard(ack.tick, nowMs)
    const input: Input = game.input
    this.#prediction = new Prediction(input, { tickHz: ack.tickHz, zoneSizeCm: ack.zoneSizeM * 100 })
    this.#intent = input.codec.empty()
    this.#writer = ByteWriter.ofSize(input.codec.bytesMax)
    this.#inputSeq = ack.inputAck
    this.#ackedSeq = ack.inputAck
    this.#startMs = nowMs
    this.#drawnMs = nowMs
  }

  /** Whether a later acknowledgement continues this stay. Ticks that go back are another life of the server. */
  continues(ack: JoinAck): boolean {
    const sameZone = ack.zone === this.zone && ack.zoneSizeM === this.zoneSizeM
    return sameZone && ack.tickHz === this.tickHz && ack.tick >= this.clock.newestTick()
  }

  /**
   * The player is back on another connection. The body may be another, and stands still until told otherwise: there is
   * nothing to catch up.
   */
  rejoin(ack: JoinAck, nowMs: number): void {
    this.selfHandle = ack.entity
    this.#startMs = nowMs - (this.#prediction.clientTick() * 1000) / this.tickHz
    this.clock.heard(ack.tick, nowMs)
    this.#prediction.reset()
    this.#ackedSeq = ack.inputAck
    if (((ack.inputAck - this.#inputSeq) | 0) > 0) this.#inputSeq = ack.inputAck
    this.#intentChanged = true
  }

  self(): EntityView | null {
    return this.view.entityOf(this.selfHandle)
  }

  setIntent(intent: Readonly<Row<Fields>>): void {
    const before = this.#intent
    const next = this.#asServerReads(intent)
    for (const name of Object.keys(this.#game.input.fields)) {
      if (before[name] !== next[name]) this.#intentChanged = true
    }
    this.#intent = next
  }

  /** Marks the input as due again, changed or not. */
  repeatIntent(): void {
    this.#intentChanged = true
  }

  /** Once a second: an input still unanswered after that found the server's queue full and was left out. Say it again. */
  repeatLostIntent(): void {
    if (this.#inputSeq !== this.#ackedSeq && this.#inputSeq === this.#lapSeq) this.#intentChanged = true
    this.#lapSeq = this.#inputSeq
  }

  /** Runs client ticks up to now; `send` gets an input message when the intent has changed. */
  advance(nowMs: number, send: (message: Uint8Array, seq: number) => void): void {
    const msPerTick = 1000 / this.tickHz
    const before = this.#prediction.clientTick()
    let due = Math.floor((nowMs - this.#startMs) / msPerTick)
    if (due - before > catchUpSMax * this.tickHz) {
      this.#startMs = nowMs - (before + 1) * msPerTick
      due = before + 1
    }
    // Late timers: the server's body went on as it was told. What is sent now belongs to the tick of now.
    for (let tick = before + 1; tick < due; tick++) this.#prediction.advance(null, msPerTick)
    if (due > before) this.#prediction.advance(this.#sendDue(send), msPerTick)
  }

  /** After a frame: what it confirms of the own body. */
  frameApplied(header: Readonly<FrameHeader>, nowMs: number): void {
    this.clock.heard(header.tick, nowMs)
    if ((header.flags & FrameFlag.Bare) === 0) this.viewTick = header.tick
    this.memory?.frameApplied(this.view, header.tick)
    const ackAgeTicks = this.#ackAgeOf(header)
    const self = this.self()
    if (self === null || (header.flags & FrameFlag.Ack) === 0) return
    const place = { xM: 0, zM: 0 }
    self.track.positionAt(header.tick, place)
    const { vx, vz } = self.track.newest()
    const confirmed = {
      xCm: place.xM * 100,
      zCm: place.zM * 100,
      vx,
      vz,
      inputAck: header.inputAck,
      ackAgeTicks,
    }
    this.#prediction.reconcile(confirmed, this.#msIntoTick(nowMs))
  }

  /** Where to draw an entity now: the own body ahead of the server, others a little behind it. */
  placeOf(entity: EntityView, nowMs: number, place: Place): void {
    if (entity.handle !== this.selfHandle) {
      const moment = this.#moment
      moment.nowMs = nowMs
      moment.tick = Math.min(this.clock.tickAt(nowMs), this.clock.newestTick() + silenceDrawnS * this.tickHz)
      moment.delayTicks = this.#delayTicks() + (this.view.isNear(entity.cell) ? 0 : this.view.geometry.farEveryTicks)
      this.#drawing.placeOf(entity, moment, place)
      return
    }
    this.#prediction.fade(nowMs - this.#drawnMs)
    this.#drawnMs = nowMs
    this.#prediction.placeAt(this.#msIntoTick(nowMs), place)
  }

  velocityOf(entity: EntityView): { readonly xMps: number; readonly zMps: number } {
    return entity.handle === this.selfHandle ? this.#prediction.velocity() : entity.track.velocity()
  }

  /** Of entities in the near part of the view. */
  interpolationDelayMs(): number {
    return (this.#delayTicks() * 1000) / this.tickHz
  }

  inputSeq(): number {
    return this.#inputSeq
  }

  /** A snapshot tells of all ticks since the one before. */
  #delayTicks(): number {
    return this.clock.delayTicks() + this.#ticksPerSnapshot - 1
  }

  #remembering(listener: ViewListener): ViewListener {
    const { memory } = this
    if (memory === null) return listener
    return {
      changed: (entity) => listener.changed(entity),
      entered: (entity) => {
        memory.entered(entity)
        listener.entered(entity)
      },
      left: (entity, reason) => {
        memory.left(entity, reason)
        listener.left(entity, reason)
      },
    }
  }

  #msIntoTick(nowMs: number): number {
    const msPerTick = 1000 / this.tickHz
    const elapsedMs = nowMs - this.#startMs - this.#prediction.clientTick() * msPerTick
    return Math.min(drawnAheadTicksMax * msPerTick, Math.max(0, elapsedMs))
  }

  /** Ticks the acknowledged input has been in force, also where the header has stopped counting. */
  #ackAgeOf(header: Readonly<FrameHeader>): number {
    if ((header.flags & FrameFlag.Ack) === 0) return 0
    const counted = header.ackAgeTicks < ackAgeTicksMax
    if (counted) this.#ackedTick = header.tick - header.ackAgeTicks + 1
    const ageTicks =
      counted || header.inputAck !== this.#ackedSeq ? header.ackAgeTicks : header.tick - this.#ackedTick + 1
    this.#ackedSeq = header.inputAck
    return ageTicks
  }

  /** Rounded as on the wire: both sides must steer by the very same numbers. */
  #asServerReads(intent: Readonly<Row<Fields>>): Row<Fields> {
    const { codec } = this.#game.input
    this.#writer.reset()
    codec.write(this.#writer, intent)
    const row = codec.empty()
    codec.read(new ByteReader(this.#writer.copy()), row)
    return row
  }

  #sendDue(
    send: (message: Uint8Array, seq: number) => void,
  ): { readonly seq: number; readonly intent: Row<Fields> } | null {
    if (!this.#intentChanged) return null
    this.#intentChanged = false
    this.#inputSeq = (this.#inputSeq + 1) >>> 0
    const sent = { seq: this.#inputSeq, intent: this.#intent }
    send(this.#encodeInput(sent.seq), sent.seq)
    return sent
  }

  #encodeInput(seq: number): Uint8Array {
    this.#writer.reset()
    this.#game.input.codec.write(this.#writer, this.#intent)
    return encodeMessage(ClientInput, { seq }, this.#writer.copy())
  }
}
