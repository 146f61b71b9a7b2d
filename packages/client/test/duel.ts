import { MotionTrack } from '@worldkeep/replication'
import { axis, type Input, input, Motion, steerTowards } from '@worldkeep/world'
import { Prediction } from '../src/prediction.ts'

export const tickHz = 20
export const msPerTick = 1000 / tickHz

/** An intent of `Walk`. */
export type Axes = { readonly x: number; readonly z: number }

export interface SpotCm {
  readonly xCm: number
  readonly zCm: number
}

export const Walk = input({
  fields: { x: axis, z: axis },
  steer: (motion, slot, intent) => steerTowards(motion, slot, intent, 500),
}) as unknown as Input

interface Sent {
  readonly arrivesTick: number
  readonly seq: number
  readonly intent: Axes
}

interface Word {
  readonly arrivesTick: number
  readonly tick: number
  readonly inputAck: number
  readonly ackAgeTicks: number
  /** A change of motion, as the wire rounds it; null where the body goes straight on. */
  readonly turn: { readonly xCm: number; readonly zCm: number; readonly vx: number; readonly vz: number } | null
}

export interface DuelOptions {
  readonly sizeCm: number
  readonly start: SpotCm
  /** Ticks an input is on its way; called once per input, which never overtakes an earlier one. */
  readonly upTicks: () => number
  readonly downTicks: number
  /** A frame in every tick, not only when it has something to say. */
  readonly chatty?: boolean
}

/**
 * A client's own body against the truth: a server with the same steering and the same step, and a link between the two
 * that is late by whole ticks. What the server tells is rounded and left out as in the real thing.
 */
export class Duel {
  readonly client: Prediction
  readonly #options: DuelOptions
  readonly #server: Motion
  readonly #track = new MotionTrack(tickHz)
  #up: Sent[] = []
  #down: Word[] = []
  #tick = 0
  #seq = 0
  #turned = true
  #acked = 0
  #ackedTick = 0
  #ackSent = -1
  /** Times the drawn path was changed by the server's word, by more than a centimetre. */
  corrections = 0

  constructor(options: DuelOptions) {
    this.#options = options
    this.client = new Prediction(Walk, { tickHz, zoneSizeCm: options.sizeCm })
    this.#server = new Motion(
      { capacity: 1, tickHz },
      { turned: () => this.#noteTurn(), placed: () => this.#noteTurn() },
    )
    this.#server.place(0, options.start.xCm, options.start.zCm)
    this.#track.push(0, { ...options.start, vx: 0, vz: 0 })
    this.client.reconcile({ ...options.start, vx: 0, vz: 0, inputAck: 0, ackAgeTicks: 255 }, 0)
  }

  /** One tick of both sides; `intent` is what the player has changed to, null when nothing has changed. */
  step(intent: Axes | null): void {
    this.#tick++
    this.#stepClient(intent)
    this.#stepServer()
    this.#hear()
  }

  /** Puts the body elsewhere, as a game does. */
  place(spot: SpotCm): void {
    this.#server.place(0, spot.xCm, spot.zCm)
  }

  /** Where the prediction is, without what is still fading. */
  predicted(): SpotCm {
    this.client.fade(Number.POSITIVE_INFINITY)
    return this.drawn()
  }

  drawn(): SpotCm {
    const place = { xM: 0, zM: 0 }
    this.client.placeAt(0, place)
    return { xCm: place.xM * 100, zCm: place.zM * 100 }
  }

  truth(): SpotCm {
    const { x, z, unitsPerCm } = this.#server
    return { xCm: (x[0] as number) / unitsPerCm, zCm: (z[0] as number) / unitsPerCm }
  }

  #stepClient(intent: Axes | null): void {
    const sent = intent === null ? null : { seq: ++this.#seq, intent }
    this.client.advance(sent, msPerTick)
    if (sent === null) return
    const earliest = this.#up.at(-1)?.arrivesTick ?? 0
    this.#up.push({
      ...sent,
      intent: sent.intent,
      arrivesTick: Math.max(earliest, this.#tick + this.#options.upTicks()),
    })
  }

  #stepServer(): void {
    for (const { seq, intent } of this.#up.filter(({ arrivesTick }) => arrivesTick <= this.#tick)) {
      Walk.steer(this.#server, 0, intent)
      this.#acked = seq
      this.#ackedTick = this.#tick
    }
    this.#up = this.#up.filter(({ arrivesTick }) => arrivesTick > this.#tick)
    this.#server.step(0, this.#options.sizeCm)
    if (this.#turned || this.#acked !== this.#ackSent || this.#options.chatty === true) this.#say()
    this.#turned = false
  }

  #noteTurn(): void {
    this.#turned = true
  }

  #say(): void {
    const server = this.#server
    this.#ackSent = this.#acked
    this.#down.push({
      arrivesTick: this.#tick + this.#options.downTicks,
      tick: this.#tick,
      inputAck: this.#acked,
      ackAgeTicks: this.#tick - this.#ackedTick + 1,
      turn: this.#turned
        ? { xCm: server.xCm(0), zCm: server.zCm(0), vx: server.vx[0] as number, vz: server.vz[0] as number }
        : null,
    })
  }

  #hear(): void {
    const place = { xM: 0, zM: 0 }
    for (const { tick, turn, inputAck, ackAgeTicks } of this.#down.filter(
      ({ arrivesTick }) => arrivesTick <= this.#tick,
    )) {
      if (turn !== null) this.#track.push(tick, turn)
      this.#track.positionAt(tick, place)
      const { vx, vz } = this.#track.newest()
      const before = this.predicted()
      this.client.reconcile({ xCm: place.xM * 100, zCm: place.zM * 100, vx, vz, inputAck, ackAgeTicks }, 0)
      const drawn = this.drawn()
      if (awayCm(before, this.predicted()) > 1 && awayCm(before, drawn) <= 500) this.corrections++
    }
    this.#down = this.#down.filter(({ arrivesTick }) => arrivesTick > this.#tick)
  }
}

export function awayCm(a: SpotCm, b: SpotCm): number {
  return Math.max(Math.abs(a.xCm - b.xCm), Math.abs(a.zCm - b.zCm))
}
