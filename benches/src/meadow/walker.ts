import type { WorldClient } from '@worldkeep/client'
import type { Random } from '@worldkeep/kernel'
import type { Walk } from '@worldkeep/meadow'

/** So near the border, metres, a walker turns back: a player walks half of it between two looks. */
const borderM = 1

/**
 * A player with a simple mind: straight on at full speed, another direction every two seconds on average, and back at
 * the border of the world.
 */
export class Walker {
  readonly #client: WorldClient<typeof Walk>
  readonly #random: Random
  readonly #place = { xM: 0, zM: 0 }
  #x = 0
  #z = 0
  #turnAtMs = 0

  constructor(client: WorldClient<typeof Walk>, random: Random) {
    this.#client = client
    this.#random = random
  }

  /** Looks where it is and where to go on. Call ten times a second. */
  step(nowMs: number): void {
    if (this.#client.status().phase !== 'active') return
    const turned = nowMs >= this.#turnAtMs
    if (turned) this.#choose(nowMs)
    if (this.#turnBack() || turned) this.#client.setIntent({ x: this.#x, z: this.#z })
  }

  #choose(nowMs: number): void {
    const angle = (this.#random.below(4096) / 4096) * 2 * Math.PI
    this.#x = Math.cos(angle)
    this.#z = Math.sin(angle)
    this.#turnAtMs = nowMs + this.#random.between(1_000, 3_000)
  }

  /** True when it was about to walk into the border. */
  #turnBack(): boolean {
    const self = this.#client.self()
    if (self === null) return false
    this.#client.placeOf(self, this.#place)
    const insideM = this.#client.zoneSizeM - borderM
    const x = towardsInside(this.#place.xM, this.#x, insideM)
    const z = towardsInside(this.#place.zM, this.#z, insideM)
    const turned = x !== this.#x || z !== this.#z
    this.#x = x
    this.#z = z
    return turned
  }
}

function towardsInside(atM: number, direction: number, insideM: number): number {
  if (atM < borderM) return Math.abs(direction)
  return atM > insideM ? -Math.abs(direction) : direction
}
