import { ByteWriter, type Fields, type Row } from '@worldkeep/kernel'
import { type EntityView, type JoinAck, type Place, type ViewListener, ViewModel } from '@worldkeep/replication'
import { ClientInput, encodeMessage, FrameFlag, type FrameHeader } from '@worldkeep/wire'
import type { Game, Input } from '@worldkeep/world'
import { Prediction } from './prediction.ts'
import { ServerClock } from './server-clock.ts'

/** A body that stood still for longer in real time than this starts over instead of catching up. */
const catchUpTicksMax = 10

/**
 * One joined stay in a zone: the view, the server's clock, and the own body ahead of it. Lives on over a resume in the
 * same zone, so that nothing blinks. Time is passed in.
 */
export class WorldSession {
  readonly view: ViewModel
  readonly clock: ServerClock
  readonly tickHz: number
  readonly zone: string
  readonly zoneSizeM: number
  selfHandle: number
  readonly #game: Game
  readonly #prediction: Prediction
  readonly #writer: ByteWriter
  #inputSeq = 0
  #intent: Row<Fields>
  #intentChanged = false
  /** When client tick 0 was. */
  #startMs: number
  #drawnMs: number

  constructor(game: Game, ack: JoinAck, listener: ViewListener, nowMs: number) {
    this.#game = game
    this.tickHz = ack.tickHz
    this.zone = ack.zone
    this.zoneSizeM = ack.zoneSizeM
    this.selfHandle = ack.entity
    const cellsWide = Math.ceil(ack.zoneSizeM / ack.cellM)
    this.view = new ViewModel(
      game,
      { tickHz: ack.tickHz, firstCell: ack.firstCell, cellsWide, cellCm: ack.cellM * 100 },
      listener,
    )
    this.clock = new ServerClock(ack.tickHz)
    this.clock.heard(ack.tick, nowMs)
    const input: Input = game.input
    this.#prediction = new Prediction(input, { tickHz: ack.tickHz, zoneSizeCm: ack.zoneSizeM * 100 })
    this.#intent = input.codec.empty()
    this.#writer = ByteWriter.ofSize(input.codec.bytesMax)
    this.#inputSeq = ack.inputAck
    this.#startMs = nowMs
    this.#drawnMs = nowMs
  }

  /** Whether a later acknowledgement continues this stay. */
  continues(ack: JoinAck): boolean {
    return ack.zone === this.zone && ack.zoneSizeM === this.zoneSizeM && ack.tickHz === this.tickHz
  }

  /** The player is back on another connection. The body may be another, and stands still until told otherwise. */
  rejoin(ack: JoinAck, nowMs: number): void {
    this.selfHandle = ack.entity
    this.clock.heard(ack.tick, nowMs)
    this.#prediction.reset()
    if (((ack.inputAck - this.#inputSeq) | 0) > 0) this.#inputSeq = ack.inputAck
    this.#intentChanged = true
  }

  self(): EntityView | null {
    return this.view.entityOf(this.selfHandle)
  }

  setIntent(intent: Readonly<Row<Fields>>): void {
    const before = this.#intent
    for (const name of Object.keys(this.#game.input.fields)) {
      if (before[name] !== intent[name]) this.#intentChanged = true
    }
    this.#intent = { ...intent }
  }

  /** Marks the input as due again, changed or not. */
  repeatIntent(): void {
    this.#intentChanged = true
  }

  /** Runs client ticks up to now; `send` gets an input message for each tick whose intent has changed. */
  advance(nowMs: number, send: (message: Uint8Array, seq: number) => void): void {
    const msPerTick = 1000 / this.tickHz
    const due = Math.floor((nowMs - this.#startMs) / msPerTick)
    if (due - this.#prediction.clientTick() > catchUpTicksMax) {
      this.#startMs = nowMs - (this.#prediction.clientTick() + 1) * msPerTick
    }
    while (this.#prediction.clientTick() < Math.floor((nowMs - this.#startMs) / msPerTick)) {
      const sent = this.#intentChanged ? { seq: this.#nextSeq(), intent: this.#intent } : null
      if (sent !== null) {
        this.#intentChanged = false
        send(this.#encodeInput(sent.seq), sent.seq)
      }
      this.#prediction.advance(sent, msPerTick)
    }
  }

  /** After a frame: what it confirms of the own body. */
  frameApplied(header: Readonly<FrameHeader>, nowMs: number): void {
    this.clock.heard(header.tick, nowMs)
    const self = this.self()
    if (self === null || (header.flags & (FrameFlag.Ack | FrameFlag.Reset)) === 0) return
    const place = { xM: 0, zM: 0 }
    self.track.positionAt(header.tick, place)
    const { vx, vz } = self.track.newest()
    const confirmed = {
      xCm: place.xM * 100,
      zCm: place.zM * 100,
      vx,
      vz,
      inputAck: header.inputAck,
      ackAgeTicks: header.ackAgeTicks,
    }
    this.#prediction.reconcile(confirmed, this.#msIntoTick(nowMs))
  }

  /** Where to draw an entity now: the own body ahead of the server, others a little behind it. */
  placeOf(entity: EntityView, nowMs: number, place: Place): void {
    if (entity.handle !== this.selfHandle) {
      entity.track.positionAt(this.clock.tickAt(nowMs) - this.clock.delayTicks(), place)
      return
    }
    this.#prediction.fade(nowMs - this.#drawnMs)
    this.#drawnMs = nowMs
    this.#prediction.placeAt(this.#msIntoTick(nowMs), place)
  }

  velocityOf(entity: EntityView): { readonly xMps: number; readonly zMps: number } {
    return entity.handle === this.selfHandle ? this.#prediction.velocity() : entity.track.velocity()
  }

  interpolationDelayMs(): number {
    return (this.clock.delayTicks() * 1000) / this.tickHz
  }

  inputSeq(): number {
    return this.#inputSeq
  }

  #msIntoTick(nowMs: number): number {
    return Math.max(0, nowMs - this.#startMs - (this.#prediction.clientTick() * 1000) / this.tickHz)
  }

  #nextSeq(): number {
    this.#inputSeq = (this.#inputSeq + 1) >>> 0
    return this.#inputSeq
  }

  #encodeInput(seq: number): Uint8Array {
    this.#writer.reset()
    this.#game.input.codec.write(this.#writer, this.#intent)
    return encodeMessage(ClientInput, { seq }, this.#writer.copy())
  }
}
