import type { Style } from '../contender.ts'
import type { Field } from '../field.ts'
import { viewRadiusCells } from '../workloads.ts'
import type { Body, StateView } from './modules.ts'

/** A player with a view: the block of cells around its body. */
export interface Viewer {
  readonly body: number
  readonly view: StateView
}

/** Keeps every `StateView` at what is near. Colyseus says how to add to one and remove from it; when, is the user's. */
export interface ViewKeeper {
  join(viewer: Viewer): void
  leave(viewer: Viewer): void
  /** An entity went from one cell to another, or came into the world (from -1). */
  crossed(id: number, from: number, to: number): void
  /** Everybody has moved. */
  moved(): void
}

export function createViewKeeper(style: Style, field: Field, bodies: readonly Body[]): ViewKeeper {
  return style === 'plain' ? new PlainKeeper(field, bodies) : new TunedKeeper(field, bodies)
}

/** Looks in each tick who is near, for every viewer. */
class PlainKeeper implements ViewKeeper {
  readonly #field: Field
  readonly #bodies: readonly Body[]
  readonly #seen = new Map<Viewer, Set<number>>()

  constructor(field: Field, bodies: readonly Body[]) {
    this.#field = field
    this.#bodies = bodies
  }

  join(viewer: Viewer): void {
    this.#seen.set(viewer, new Set())
    this.#look(viewer)
  }

  leave(viewer: Viewer): void {
    this.#seen.delete(viewer)
  }

  crossed(): void {}

  moved(): void {
    for (const viewer of this.#seen.keys()) this.#look(viewer)
  }

  #look(viewer: Viewer): void {
    const { cell, cellsWide, count } = this.#field
    const seen = this.#seen.get(viewer) as Set<number>
    const middle = cell[viewer.body] as number
    const middleX = middle % cellsWide
    const middleZ = Math.floor(middle / cellsWide)
    for (let id = 0; id < count; id++) {
      const at = cell[id] as number
      const dx = Math.abs((at % cellsWide) - middleX)
      const dz = Math.abs(Math.floor(at / cellsWide) - middleZ)
      const isNear = dx <= viewRadiusCells && dz <= viewRadiusCells
      if (isNear === seen.has(id)) continue
      const body = this.#bodies[id] as Body
      if (isNear) {
        seen.add(id)
        viewer.view.add(body)
      } else {
        seen.delete(id)
        viewer.view.remove(body)
      }
    }
  }
}

/** An index of who looks at which cell: nothing is looked through but what crossed a border. */
class TunedKeeper implements ViewKeeper {
  readonly #field: Field
  readonly #bodies: readonly Body[]
  /** Middle cell of each viewer, and viewers by cell they see. */
  readonly #middles = new Map<Viewer, number>()
  readonly #watchers: readonly Set<Viewer>[]

  constructor(field: Field, bodies: readonly Body[]) {
    this.#field = field
    this.#bodies = bodies
    this.#watchers = field.members.map(() => new Set<Viewer>())
  }

  join(viewer: Viewer): void {
    const middle = this.#field.cell[viewer.body] as number
    this.#middles.set(viewer, middle)
    for (const cell of this.#field.blockOf(middle)) this.#watch(viewer, cell)
  }

  leave(viewer: Viewer): void {
    for (const cell of this.#field.blockOf(this.#middles.get(viewer) as number)) this.#watchers[cell]?.delete(viewer)
    this.#middles.delete(viewer)
  }

  /** Who sees only one of the cells is told. */
  crossed(id: number, from: number, to: number): void {
    const body = this.#bodies[id] as Body
    const before = this.#watchers[from]
    const after = this.#watchers[to]
    for (const viewer of before ?? []) if (after?.has(viewer) !== true) viewer.view.remove(body)
    for (const viewer of after ?? []) if (before?.has(viewer) !== true) viewer.view.add(body)
  }

  moved(): void {
    for (const [viewer, before] of this.#middles) {
      const middle = this.#field.cell[viewer.body] as number
      if (middle !== before) this.#follow(viewer, before, middle)
    }
  }

  #follow(viewer: Viewer, from: number, to: number): void {
    const before = this.#field.blockOf(from)
    const after = this.#field.blockOf(to)
    this.#middles.set(viewer, to)
    for (const cell of before) if (!after.includes(cell)) this.#unwatch(viewer, cell)
    for (const cell of after) if (!before.includes(cell)) this.#watch(viewer, cell)
  }

  #watch(viewer: Viewer, cell: number): void {
    this.#watchers[cell]?.add(viewer)
    for (const id of this.#field.members[cell] ?? []) viewer.view.add(this.#bodies[id] as Body)
  }

  #unwatch(viewer: Viewer, cell: number): void {
    this.#watchers[cell]?.delete(viewer)
    for (const id of this.#field.members[cell] ?? []) viewer.view.remove(this.#bodies[id] as Body)
  }
}
