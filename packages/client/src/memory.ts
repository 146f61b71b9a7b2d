import type { EntityView, LeftReason, Place, ViewModel } from '@worldkeep/replication'

/** Entities remembered at once; then the one that left first is forgotten. */
const rememberedMax = 1000

/** An entity that was in view, as it was then. Its rows are read like those of any other. */
export interface RememberedEntity {
  readonly entity: EntityView
  /** Where it was last, metres. */
  readonly xM: number
  readonly zM: number
}

/**
 * Who has been seen and is only out of view: until they are seen again, or the place they went to is seen without them.
 * The dead and the hidden are not remembered.
 */
export class Memory {
  readonly #remembered = new Map<number, RememberedEntity>()
  readonly #leaving: EntityView[] = []

  entered(entity: EntityView): void {
    this.#remembered.delete(entity.handle)
  }

  left(entity: EntityView, reason: LeftReason): void {
    if (reason === 'outOfView') this.#leaving.push(entity)
  }

  /** After a frame: where those who left in it were at its end, and who is not where they were thought to be. */
  frameApplied(view: ViewModel, tick: number): void {
    const place: Place = { xM: 0, zM: 0 }
    for (const entity of this.#leaving) {
      entity.track.positionAt(tick, place)
      this.#remembered.set(entity.handle, { entity, ...place })
    }
    this.#leaving.length = 0
    for (const [handle, { entity }] of this.#remembered) {
      if (view.isShown(entity.cell) || this.#remembered.size > rememberedMax) this.#remembered.delete(handle)
    }
  }

  values(): Iterable<RememberedEntity> {
    return this.#remembered.values()
  }
}
