// What an automated test may rely on. On <html>:
//   data-ready="true"         the first frame with the own player on it has been drawn
//   data-self-x, data-self-z  own place as drawn, metres with two decimals
//   data-others               other players in view
// and by data-testid, each holding nothing but its value: purse, player-name, tick-rate (Hz), round-trip (ms),
// bytes-per-second, entities-in-view; `connection` is always there and carries data-phase.

import { countOthers, type MeadowClient } from './meadow-client.ts'
import type { Spot } from './scene/camera.ts'

const updatesPerS = 5

/** Writes the page's part of the test surface; call `update` on every frame that draws the own player. */
export class TestSurface {
  readonly #client: MeadowClient
  readonly #dataset = document.documentElement.dataset
  #nextS = 0
  #isReady = false

  constructor(client: MeadowClient) {
    this.#client = client
  }

  update(own: Readonly<Spot>, nowS: number): void {
    if (nowS < this.#nextS) return
    this.#nextS = nowS + 1 / updatesPerS
    this.#dataset.selfX = own.xM.toFixed(2)
    this.#dataset.selfZ = own.zM.toFixed(2)
    this.#dataset.others = String(countOthers(this.#client))
    if (!this.#isReady) requestAnimationFrame(() => this.#markReady())
    this.#isReady = true
  }

  /** One frame later, when what was on the scene is on the screen. */
  #markReady(): void {
    this.#dataset.ready = 'true'
  }
}
