import type { CommandResult, EntityView } from '@worldkeep/client'
import { Coin, Gather, gatherRadiusCm } from '../game/index.ts'
import type { MeadowClient } from './meadow-client.ts'
import type { Notices } from './notices.ts'
import type { Spot } from './scene/camera.ts'

/** A little less than the rule allows: here and on the server the player stands a step apart. */
const reachM = (gatherRadiusCm / 100) * 0.9
const lookEveryS = 0.1
/** Refused for being too far away: by then the player may be nearer. */
const tooFarPauseS = 0.4
/** Refused because saving is not possible: the weather takes longer. */
const weatherPauseS = 3

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
  /** Coins not to ask for before a moment, in seconds; Infinity while an answer is awaited, or never. */
  readonly #notBeforeS = new Map<number, number>()
  readonly #spot: Spot = { xM: 0, zM: 0 }
  readonly #stopListening: () => void
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
    if (nowS < this.#nextLookS || this.#client.status().phase !== 'active') return
    this.#nextLookS = nowS + lookEveryS
    for (const entity of this.#client.entities()) {
      const coin = this.#client.get(entity, Coin)
      if (coin === null || nowS < (this.#notBeforeS.get(entity.handle) ?? 0)) continue
      this.#client.placeOf(entity, this.#spot)
      if (Math.hypot(this.#spot.xM - own.xM, this.#spot.zM - own.zM) > reachM) continue
      void this.#gather(entity, { value: coin.value, spot: { ...this.#spot }, nowS })
    }
  }

  close(): void {
    this.#stopListening()
  }

  async #gather(
    entity: EntityView,
    coin: { readonly value: number; readonly spot: Readonly<Spot>; readonly nowS: number },
  ): Promise<void> {
    this.#notBeforeS.set(entity.handle, Number.POSITIVE_INFINITY)
    const result = await this.#send(entity.handle)
    if (result.code === 'ok') return this.#onGathered(coin.value, coin.spot)
    const notice = noticeOf[result.code]
    if (notice !== undefined) this.#notices.show(notice)
    if (result.code === 'too_far') this.#pause(entity.handle, coin.nowS + tooFarPauseS)
    else if (result.retryable) this.#pause(entity.handle, coin.nowS + weatherPauseS)
  }

  /** Only what is still in view: the map must not grow with coins long gone. */
  #pause(handle: number, untilS: number): void {
    if (this.#client.entity(handle) !== null) this.#notBeforeS.set(handle, untilS)
  }

  async #send(handle: number): Promise<Pick<CommandResult, 'code' | 'retryable'>> {
    try {
      return await this.#client.send(Gather, { coin: handle })
    } catch {
      // The connection ended before an answer: whether it counted shows in the purse.
      return { code: 'unanswered', retryable: true }
    }
  }
}
