import type { Random } from '@worldkeep/kernel'

/**
 * Sixteen directions, thousandths: a table, so that no engine's sine decides where somebody walks. None is along an axis:
 * who walks like that changes one coordinate only, which chance hardly ever chooses and some contenders are paid for.
 */
export const directions = [
  [981, 195],
  [831, 556],
  [556, 831],
  [195, 981],
  [-195, 981],
  [-556, 831],
  [-831, 556],
  [-981, 195],
  [-981, -195],
  [-831, -556],
  [-556, -831],
  [-195, -981],
  [195, -981],
  [556, -831],
  [831, -556],
  [981, -195],
] as const

/** Players this near the border, metres, turn away from it: more than they walk until they turn again. */
const borderM = 10

/** A player's mind: straight on, and every two seconds on average another direction, away from the border. */
export class Walker {
  x = 0
  z = 0
  readonly #random: Random
  readonly #sizeM: number
  #turnAtMs = 0

  constructor(random: Random, sizeM: number) {
    this.#random = random
    this.#sizeM = sizeM
  }

  /** Call ten times a second, with the own place where it is known. */
  step(nowMs: number, place: { readonly xM: number; readonly zM: number } | null): void {
    if (nowMs < this.#turnAtMs) return
    this.#turnAtMs = nowMs + this.#random.between(1_000, 3_000)
    const [x, z] = directions[this.#random.below(directions.length)] as readonly [number, number]
    this.x = this.#away(place?.xM, x / 1000)
    this.z = this.#away(place?.zM, z / 1000)
  }

  #away(atM: number | undefined, direction: number): number {
    if (atM === undefined) return direction
    if (atM < borderM) return Math.abs(direction)
    return atM > this.#sizeM - borderM ? -Math.abs(direction) : direction
  }
}

/** The direction of a player whom the server turns in every tick: round and round, so that nobody gets anywhere. */
export function spinDirection(tick: number, id: number): readonly [number, number] {
  return directions[(tick * 5 + id) % directions.length] as readonly [number, number]
}

/** How many of `count` entities change their hp in a tick, so that it comes to `sharePerS` of them each second. */
export function hpChangesIn(
  tick: number,
  options: { readonly count: number; readonly sharePerS: number; readonly tickHz: number },
): number {
  const perTick = (options.count * options.sharePerS) / options.tickHz
  return Math.floor(tick * perTick) - Math.floor((tick - 1) * perTick)
}
