import { assert } from '@worldkeep/kernel'
import { mutationPhases, TickGuard } from '../guard/tick-guard.ts'
import { speedCmPerSMax } from '../limits.ts'

/** What a motion tells when it truly changes. */
export interface MotionSink {
  /** Another velocity from here on: the place goes on from where the path has led. */
  turned(slot: number): void
  /** The place is another than the path has led to. */
  placed(slot: number): void
}

/** A position is an i32 of units. */
const unitsMax = 0x7fffffff

/**
 * Where things are and how they move, in integers, so that server, client and replay walk the very same path.
 *
 * Velocity lies on a grid of 1 cm/s. A position is counted in units of (1 cm / tickHz): one tick of motion is then
 * exactly `position += velocity`, and nothing is ever rounded. Only the wire and the screen see centimetres.
 * A motion is predictable: it *changes* when its velocity changes or when it is placed, never by moving straight.
 * Does not allocate after construction.
 */
export class Motion {
  /** Position units in one centimetre. */
  readonly unitsPerCm: number
  /** Position, units. */
  readonly x: Int32Array
  readonly z: Int32Array
  /** Velocity, cm/s; also position units per tick. */
  readonly vx: Int32Array
  readonly vz: Int32Array
  readonly #sink: MotionSink
  readonly #guard: TickGuard

  /** Without a guard it can always be changed: the client's prediction has no tick that it belongs to. */
  constructor(
    options: { readonly capacity: number; readonly tickHz: number; readonly guard?: TickGuard },
    sink: MotionSink,
  ) {
    this.#guard = options.guard ?? TickGuard.open()
    this.unitsPerCm = options.tickHz
    this.x = new Int32Array(options.capacity)
    this.z = new Int32Array(options.capacity)
    this.vx = new Int32Array(options.capacity)
    this.vz = new Int32Array(options.capacity)
    this.#sink = sink
  }

  /** Centimetres, rounded to the nearest. */
  xCm(slot: number): number {
    return this.#toCm(this.x[slot] as number)
  }

  zCm(slot: number): number {
    return this.#toCm(this.z[slot] as number)
  }

  /** Centimetres, rounded down: what decides the cell. */
  xCmFloor(slot: number): number {
    return Math.floor((this.x[slot] as number) / this.unitsPerCm)
  }

  zCmFloor(slot: number): number {
    return Math.floor((this.z[slot] as number) / this.unitsPerCm)
  }

  /** Puts an entity somewhere at once. Outside of its zone it is brought back to the border when the tick ends. */
  place(slot: number, xCm: number, zCm: number): void {
    this.#guard.require('Motion.place', mutationPhases)
    const x = Math.round(xCm * this.unitsPerCm)
    const z = Math.round(zCm * this.unitsPerCm)
    assert(Math.abs(x) <= unitsMax && Math.abs(z) <= unitsMax, 'place: not a place')
    if (this.x[slot] === x && this.z[slot] === z) return
    this.x[slot] = x
    this.z[slot] = z
    this.#sink.placed(slot)
  }

  /** cm/s, rounded to the grid. A velocity that stays the same is no change and costs nothing. */
  setVelocity(slot: number, vxCmPerS: number, vzCmPerS: number): void {
    this.#guard.require('Motion.setVelocity', mutationPhases)
    const vx = Math.round(vxCmPerS)
    const vz = Math.round(vzCmPerS)
    if (this.vx[slot] === vx && this.vz[slot] === vz) return
    assert(Math.abs(vx) <= speedCmPerSMax && Math.abs(vz) <= speedCmPerSMax, 'setVelocity: faster than a motion can be')
    this.vx[slot] = vx
    this.vz[slot] = vz
    this.#sink.turned(slot)
  }

  /**
   * One tick of motion inside a square of `sizeCm`; what reaches the border stops there, on that axis.
   * This is the shared step: client prediction runs the same function.
   */
  step(slot: number, sizeCm: number): void {
    const vx = this.vx[slot] as number
    const vz = this.vz[slot] as number
    if (vx === 0 && vz === 0) return
    const edge = sizeCm * this.unitsPerCm - 1
    const x = (this.x[slot] as number) + vx
    const z = (this.z[slot] as number) + vz
    const xInside = x < 0 ? 0 : x > edge ? edge : x
    const zInside = z < 0 ? 0 : z > edge ? edge : z
    this.x[slot] = xInside
    this.z[slot] = zInside
    if (x === xInside && z === zInside) return
    if (x !== xInside) this.vx[slot] = 0
    if (z !== zInside) this.vz[slot] = 0
    this.#sink.placed(slot)
  }

  /** Brings what was placed outside a square of `sizeCm` back to its border. */
  confine(slot: number, sizeCm: number): void {
    const edge = sizeCm * this.unitsPerCm - 1
    const x = this.x[slot] as number
    const z = this.z[slot] as number
    const xInside = x < 0 ? 0 : x > edge ? edge : x
    const zInside = z < 0 ? 0 : z > edge ? edge : z
    if (x === xInside && z === zInside) return
    this.x[slot] = xInside
    this.z[slot] = zInside
    this.#sink.placed(slot)
  }

  clear(slot: number): void {
    this.x[slot] = 0
    this.z[slot] = 0
    this.vx[slot] = 0
    this.vz[slot] = 0
  }

  #toCm(units: number): number {
    return Math.floor((units + (this.unitsPerCm >> 1)) / this.unitsPerCm)
  }
}

/**
 * Velocity of an intent: an axis pair in -1 … 1, shortened to length 1 so that diagonals are not faster, times
 * the speed. `Math.sqrt` is exactly rounded by the language's definition, so every engine agrees. The speed stands apart
 * from the intent, so that a game hands on the intent it got and makes no object for each input.
 */
export function steerTowards(
  motion: Motion,
  slot: number,
  intent: { readonly x: number; readonly z: number },
  speedCmPerS: number,
): void {
  const length = Math.sqrt(intent.x * intent.x + intent.z * intent.z)
  // Fractions on both branches, and rounded here already: the engine boxes nothing then.
  const scale = speedCmPerS / (length > 1 ? length : 1)
  motion.setVelocity(slot, Math.round(intent.x * scale), Math.round(intent.z * scale))
}
