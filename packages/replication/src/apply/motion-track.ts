import { motionRecordsMax, turnToleranceCm } from '../limits.ts'

/** Centimetres and cm/s, as a segment tells them. */
export interface Motion {
  readonly xCm: number
  readonly zCm: number
  readonly vx: number
  readonly vz: number
}

/** A place in metres, filled by `positionAt`. */
export interface Place {
  xM: number
  zM: number
}

/**
 * The path of one entity as the client knows it: its last turns. A motion is straight between turns, so the path at any
 * moment between two known ticks is exact, not guessed.
 */
export class MotionTrack {
  readonly #tick = new Float64Array(motionRecordsMax)
  /** From when on a record is in force: the tick before it for a turn, its own tick for a jump. */
  readonly #from = new Float64Array(motionRecordsMax)
  readonly #xCm = new Float64Array(motionRecordsMax)
  readonly #zCm = new Float64Array(motionRecordsMax)
  readonly #vx = new Float64Array(motionRecordsMax)
  readonly #vz = new Float64Array(motionRecordsMax)
  readonly #tickHz: number
  #count = 0

  constructor(tickHz: number) {
    this.#tickHz = tickHz
  }

  /** Place and velocity at the end of `tick`. */
  push(tick: number, record: Motion): void {
    this.#add(tick, this.#count > 0 && this.#meets(tick, record) ? tick - 1 : tick, record)
  }

  /**
   * Another velocity, in force in `tick` for the first time; the place is where the path of before has led to. Told twice
   * it is the same turn, and a path known beyond it has it already.
   */
  turn(tick: number, { vx, vz }: { readonly vx: number; readonly vz: number }): void {
    if (this.#count > 0 && (this.#from[this.#newest()] as number) >= tick) return
    const record = this.#recordAt(tick - 1)
    const elapsedS = (tick - 1 - (this.#tick[record] as number)) / this.#tickHz
    const xCm = (this.#xCm[record] as number) + (this.#vx[record] as number) * elapsedS
    const zCm = (this.#zCm[record] as number) + (this.#vz[record] as number) * elapsedS
    this.#add(tick - 1, tick - 1, { xCm, zCm, vx, vz })
  }

  /** Where the entity is at a moment, in ticks with fractions. */
  positionAt(tick: number, place: Place): void {
    const record = this.#recordAt(tick)
    const elapsedS = (tick - (this.#tick[record] as number)) / this.#tickHz
    place.xM = ((this.#xCm[record] as number) + (this.#vx[record] as number) * elapsedS) / 100
    place.zM = ((this.#zCm[record] as number) + (this.#vz[record] as number) * elapsedS) / 100
  }

  /** Newest velocity, m/s. */
  velocity(): { readonly xMps: number; readonly zMps: number } {
    const newest = this.#newest()
    return { xMps: (this.#vx[newest] as number) / 100, zMps: (this.#vz[newest] as number) / 100 }
  }

  /** Newest record: centimetres and cm/s at the end of its tick. */
  newest(): {
    readonly tick: number
    readonly xCm: number
    readonly zCm: number
    readonly vx: number
    readonly vz: number
  } {
    const at = this.#newest()
    return {
      tick: this.#tick[at] as number,
      xCm: this.#xCm[at] as number,
      zCm: this.#zCm[at] as number,
      vx: this.#vx[at] as number,
      vz: this.#vz[at] as number,
    }
  }

  /** Place of the newest record. Before the first one: a place of zeroes. */
  #newest(): number {
    return (this.#count + motionRecordsMax - 1) % motionRecordsMax
  }

  #recordAt(tick: number): number {
    const oldest = Math.max(0, this.#count - motionRecordsMax)
    for (let i = this.#count - 1; i > oldest; i--) {
      if (tick >= (this.#from[i % motionRecordsMax] as number)) return i % motionRecordsMax
    }
    return oldest % motionRecordsMax
  }

  #add(tick: number, from: number, { xCm, zCm, vx, vz }: Motion): void {
    // A record of a moment already known takes its place: what came after it is told anew as well. The first stays, for
    // the moments before it.
    if (this.#count > 1 && from <= (this.#from[this.#newest()] as number)) this.#count--
    const at = this.#count % motionRecordsMax
    this.#tick[at] = tick
    this.#from[at] = from
    this.#xCm[at] = xCm
    this.#zCm[at] = zCm
    this.#vx[at] = vx
    this.#vz[at] = vz
    this.#count++
  }

  #meets(tick: number, { xCm, zCm, vx, vz }: Motion): boolean {
    const newest = this.#newest()
    const elapsedS = (tick - 1 - (this.#tick[newest] as number)) / this.#tickHz
    const dx = (this.#xCm[newest] as number) + (this.#vx[newest] as number) * elapsedS - (xCm - vx / this.#tickHz)
    const dz = (this.#zCm[newest] as number) + (this.#vz[newest] as number) * elapsedS - (zCm - vz / this.#tickHz)
    return Math.abs(dx) <= turnToleranceCm && Math.abs(dz) <= turnToleranceCm
  }
}
