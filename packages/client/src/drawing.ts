import type { EntityView, Place } from '@worldkeep/replication'

/** While the delay of an entity changes, its time runs this much faster or slower, and never stands still. */
const stretchMax = 0.1

/** A correction halves in this time at 25 pictures a second, and sooner at more: after 150 ms hardly anything is left. */
const fadeMs = 40

/** A correction larger than this is shown at once: somebody has been put elsewhere. */
const snapM = 5

/** Not drawn for longer than this, there is no picture in which it could jump. */
const restartMs = 500

/** Which moment is drawn; `tick` is what happens on the server now. */
export interface Moment {
  nowMs: number
  tick: number
  /** How far behind it the entity is wanted. */
  delayTicks: number
}

/** What was drawn of one entity last. */
interface Drawn {
  nowMs: number
  /** The moment of its path, and the place the path had then. */
  tick: number
  xM: number
  zM: number
  delayTicks: number
  /** What the picture is beside the path. */
  besideXM: number
  besideZM: number
  changedTick: number
}

/**
 * Where others are drawn: on their path, somewhat behind. The delay of each changes smoothly, and what is told late, after
 * its moment has been drawn, fades in. One small object per entity drawn, and nothing per picture.
 */
export class Drawing {
  readonly #drawn = new WeakMap<EntityView, Drawn>()
  readonly #ticksPerMs: number

  constructor(options: { readonly tickHz: number }) {
    this.#ticksPerMs = options.tickHz / 1000
  }

  placeOf(entity: EntityView, moment: Readonly<Moment>, place: Place): void {
    let drawn = this.#drawn.get(entity)
    if (drawn === undefined) {
      drawn = { nowMs: 0, tick: 0, xM: 0, zM: 0, delayTicks: 0, besideXM: 0, besideZM: 0, changedTick: -1 }
      this.#drawn.set(entity, drawn)
      restart(drawn, moment)
    } else if (moment.nowMs - drawn.nowMs > restartMs) {
      restart(drawn, moment)
    } else {
      if (entity.changedTick !== drawn.changedTick) keepPicture(drawn, entity, place)
      this.#goOn(drawn, moment)
    }
    drawn.nowMs = moment.nowMs
    drawn.changedTick = entity.changedTick
    drawn.tick = moment.tick - drawn.delayTicks
    entity.track.positionAt(drawn.tick, place)
    drawn.xM = place.xM
    drawn.zM = place.zM
    place.xM += drawn.besideXM
    place.zM += drawn.besideZM
  }

  #goOn(drawn: Drawn, { nowMs, delayTicks }: Readonly<Moment>): void {
    const elapsedMs = Math.max(0, nowMs - drawn.nowMs)
    const stepTicks = elapsedMs * this.#ticksPerMs * stretchMax
    drawn.delayTicks += Math.min(stepTicks, Math.max(-stepTicks, delayTicks - drawn.delayTicks))
    const kept = fadeMs / (fadeMs + elapsedMs)
    drawn.besideXM *= kept
    drawn.besideZM *= kept
  }
}

function restart(drawn: Drawn, { delayTicks }: Readonly<Moment>): void {
  drawn.delayTicks = delayTicks
  drawn.besideXM = 0
  drawn.besideZM = 0
}

/** The path may be another one at the moment drawn last: the picture stays, and the difference fades. */
function keepPicture(drawn: Drawn, entity: EntityView, place: Place): void {
  entity.track.positionAt(drawn.tick, place)
  const xM = drawn.besideXM + drawn.xM - place.xM
  const zM = drawn.besideZM + drawn.zM - place.zM
  const isFar = Math.abs(xM) > snapM || Math.abs(zM) > snapM
  drawn.besideXM = isFar ? 0 : xM
  drawn.besideZM = isFar ? 0 : zM
}
