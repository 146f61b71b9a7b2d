import type { EntityView } from '@worldkeep/client'
import { Coin, Gather, gatherRadiusCm } from '../game/index.ts'
import type { MeadowClient } from './meadow-client.ts'
import type { Notices } from './notices.ts'
import type { Spot } from './scene/camera.ts'

/** A little less than the rule allows: here and on the server the player stands a step apart. */
const reachM = (gatherRadiusCm / 100) * 0.9
const lookEveryS = 0.1
/** Refused for being too far away: by then the player may be nearer. */
const tooFarPauseS = 0.4
/** Refused for any other reason. Even a coin that is gone is asked for again should it stay in view for so long. */
const pauseS = 3

const noticeOf: { readonly [code: string]: string } = {
  store_unavailable: 'The coin stays where it is: nothing can be saved right now. Trying again …',
  store_busy: 'The coin stays where it is: too much is being saved right now. Trying again …',
  command_queue_full: 'That was too many coins at once. Trying again …',
}

/** Picks up what the player walks over: one command per coin, and again only when that may help. */
export class CoinGatherer {
  readonly #client: MeadowClient
  readonly #notices: Notices
  readonly #onGathered: (value: number, spot: Readonly<Spot>) => void
  /** Coins not to ask for before a moment, in seconds; Infinity while an answer is awaited. */
  readonly #notBeforeS = new Map<number, number>()
  readonly #spot: Spot = { xM: 0, zM: 0 }
  readonly #stopListening: () => void
  #nowS = 0
  #nextLookS = 0

  constructor(
    client: MeadowClient,
    options: { readonly notices: Notices; readonly onGathered: (value: number, spot: Readonly<Spot>) => void },
  ) {
    this.#client = client
    this.#notices = options.notices
    this.#onGathered = options.onGathered
    this.#stopListening = client.onLeave((entity) => void this.#notBeforeS.delete(entity.handle))
  }

  update(own: Readonly<Spot>, nowS: number): void {
    this.#nowS = nowS
    if (nowS < this.#nextLookS || this.#client.status().phase !== 'active') return
    this.#nextLookS = nowS + lookEveryS
    for (const entity of this.#client.entities()) {
      const coin = this.#client.get(entity, Coin)
      if (coin === null || nowS < (this.#notBeforeS.get(entity.handle) ?? 0)) continue
      this.#client.placeOf(entity, this.#spot)
      if (Math.hypot(this.#spot.xM - own.xM, this.#spot.zM - own.zM) > reachM) continue
      void this.#gather(entity, { value: coin.value, spot: { ...this.#spot } })
    }
  }

  close(): void {
    this.#stopListening()
  }

  async #gather(entity: EntityView, coin: { readonly value: number; readonly spot: Readonly<Spot> }): Promise<void> {
    this.#notBeforeS.set(entity.handle, Number.POSITIVE_INFINITY)
    const { code } = await this.#client.send(Gather, { coin: entity.handle })
    if (code === 'ok') return this.#onGathered(coin.value, coin.spot)
    const notice = noticeOf[code]
    if (notice !== undefined) this.#notices.show(notice)
    this.#pause(entity.handle, this.#nowS + (code === 'too_far' ? tooFarPauseS : pauseS))
  }

  /** Only what is still in view: the map must not grow with coins long gone. */
  #pause(handle: number, untilS: number): void {
    if (this.#client.entity(handle) !== null) this.#notBeforeS.set(handle, untilS)
  }
}
