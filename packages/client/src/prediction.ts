import type { Fields, Row } from '@worldkeep/world'
import { type Input, Motion } from '@worldkeep/world'

/** Inputs remembered for replay: 6 s at a change every tick of 20 Hz. */
const inputsKeptMax = 128

/** A correction shrinks to a third in this time: quick enough to be true, slow enough not to be seen. */
const smoothingMs = 80

/** A correction larger than this is shown at once: somebody has been put elsewhere. */
const snapCm = 500

interface SentInput {
  readonly seq: number
  readonly clientTick: number
  readonly intent: Readonly<Row<Fields>>
}

/** The own body as the server had it at the end of a tick, and which input that state contains. */
export interface Confirmed {
  readonly xCm: number
  readonly zCm: number
  readonly vx: number
  readonly vz: number
  readonly inputAck: number
  /** Ticks that input has been in force, 1 in the tick it was applied. */
  readonly ackAgeTicks: number
}

/**
 * The own body, moved without waiting for the server: the same steering and the same step, from the last confirmed state
 * on, with the inputs it does not contain yet. Client ticks count on their own; only their differences matter.
 */
export class Prediction {
  readonly #input: Input
  readonly #motion: Motion
  readonly #sizeCm: number
  #inputs: SentInput[] = []
  #clientTick = 0
  #offsetXCm = 0
  #offsetZCm = 0

  constructor(input: Input, options: { readonly tickHz: number; readonly zoneSizeCm: number }) {
    this.#input = input
    this.#motion = new Motion(
      { capacity: 1, tickHz: options.tickHz },
      { turned: () => undefined, placed: () => undefined },
    )
    this.#sizeCm = options.zoneSizeCm
  }

  clientTick(): number {
    return this.#clientTick
  }

  /** One tick on; with the input that was sent for it, if one was. `msIntoTick`: how much of the last tick was drawn. */
  advance(sent: { readonly seq: number; readonly intent: Readonly<Row<Fields>> } | null, msPerTick: number): void {
    const before = this.#drawn(msPerTick)
    this.#clientTick++
    if (sent !== null) {
      this.#inputs.push({ ...sent, clientTick: this.#clientTick })
      if (this.#inputs.length > inputsKeptMax) this.#inputs.shift()
      this.#input.steer(this.#motion, 0, sent.intent)
    }
    this.#motion.step(0, this.#sizeCm)
    this.#keepDrawnAt(before, 0)
  }

  /** Starts from the confirmed state and replays what it does not contain. */
  reconcile(confirmed: Confirmed, msIntoTick: number): void {
    const before = this.#drawn(msIntoTick)
    const now = this.#clientTick
    const acked = this.#inputs.find(({ seq }) => seq === confirmed.inputAck)
    this.#inputs = this.#inputs.filter(({ seq }) => ((seq - confirmed.inputAck) | 0) >= 0)
    const pending = this.#inputs.filter(({ seq }) => seq !== confirmed.inputAck)
    const firstPending = pending[0]?.clientTick ?? now + 1
    const base = acked === undefined ? firstPending - 1 : acked.clientTick + confirmed.ackAgeTicks - 1
    this.#motion.place(0, confirmed.xCm, confirmed.zCm)
    this.#motion.setVelocity(0, confirmed.vx, confirmed.vz)
    let next = 0
    for (let tick = Math.min(base, now) + 1; tick <= now; tick++) {
      for (; next < pending.length && (pending[next] as SentInput).clientTick <= tick; next++) {
        this.#input.steer(this.#motion, 0, (pending[next] as SentInput).intent)
      }
      this.#motion.step(0, this.#sizeCm)
    }
    // Sent, but newer than any tick replayed: in force all the same.
    for (; next < pending.length; next++) this.#input.steer(this.#motion, 0, (pending[next] as SentInput).intent)
    this.#keepDrawnAt(before, msIntoTick)
  }

  /** A new life of the body: nothing sent before counts any more. */
  reset(): void {
    this.#inputs = []
    this.#offsetXCm = 0
    this.#offsetZCm = 0
  }

  /** Where to draw the body, metres. Call once per drawn picture with the time since the last one. */
  placeAt(msIntoTick: number, place: { xM: number; zM: number }): void {
    const drawn = this.#drawn(msIntoTick)
    place.xM = drawn.xCm / 100
    place.zM = drawn.zCm / 100
  }

  /** Lets corrections fade. */
  fade(elapsedMs: number): void {
    const kept = Math.max(0, 1 - elapsedMs / smoothingMs)
    this.#offsetXCm *= kept
    this.#offsetZCm *= kept
  }

  velocity(): { readonly xMps: number; readonly zMps: number } {
    return { xMps: (this.#motion.vx[0] as number) / 100, zMps: (this.#motion.vz[0] as number) / 100 }
  }

  #raw(msIntoTick: number): { readonly xCm: number; readonly zCm: number } {
    const { x, z, vx, vz, unitsPerCm } = this.#motion
    const elapsedS = msIntoTick / 1000
    return {
      xCm: (x[0] as number) / unitsPerCm + (vx[0] as number) * elapsedS,
      zCm: (z[0] as number) / unitsPerCm + (vz[0] as number) * elapsedS,
    }
  }

  #drawn(msIntoTick: number): { readonly xCm: number; readonly zCm: number } {
    const { xCm, zCm } = this.#raw(msIntoTick)
    return { xCm: xCm + this.#offsetXCm, zCm: zCm + this.#offsetZCm }
  }

  /** Whatever has just changed, the picture does not jump: the difference is kept and fades. */
  #keepDrawnAt(before: { readonly xCm: number; readonly zCm: number }, msIntoTick: number): void {
    const { xCm, zCm } = this.#raw(msIntoTick)
    const far = Math.abs(before.xCm - xCm) > snapCm || Math.abs(before.zCm - zCm) > snapCm
    this.#offsetXCm = far ? 0 : before.xCm - xCm
    this.#offsetZCm = far ? 0 : before.zCm - zCm
  }
}
