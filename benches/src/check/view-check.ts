import type { Seen, Truth, ViewVerdict, Watched } from './truth.ts'

/** Both sides round a position once, at most to a grid of 2.5 cm. */
const positionErrorMaxM = 0.02

/** How many errors are told in detail. */
const detailsMax = 5

/** Compares what every client sees with what is true, both at the end of one tick. */
export class ViewCheck {
  readonly #tick: number
  readonly #clients: readonly Watched[]
  readonly #seen = new Map<Watched, Seen>()
  readonly #stop: (() => void)[]

  /** Before `tick` has happened. */
  constructor(clients: readonly Watched[], tick: number) {
    this.#tick = tick
    this.#clients = clients
    this.#stop = clients.map((client) => client.watch(tick, (seen) => this.#take(client, seen)))
  }

  /** Waits for the stragglers, then judges. */
  async judge(truth: Truth, patienceMs: number): Promise<ViewVerdict> {
    const deadlineMs = performance.now() + patienceMs
    while (this.#pending() > 0 && performance.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 50))
    for (const stop of this.#stop) stop()
    const verdict = {
      viewsChecked: 0,
      viewErrors: 0,
      maxPositionErrorM: 0,
      entitiesInViews: 0,
      details: [] as string[],
    }
    const cells = entitiesByCell(truth)
    const views = new Map(truth.views.map((view) => [view.viewer, view]))
    for (const client of this.#clients) {
      const view = views.get(client.viewer)
      const seen = this.#seen.get(client)
      if (view === undefined || seen === undefined) {
        const why = view === undefined ? 'the server knows no view of it' : 'it has heard nothing since'
        fail(verdict, `tick ${this.#tick}, ${client.label()}: ${why}`)
        continue
      }
      verdict.viewsChecked++
      const expected = expectedView(view, cells, truth.cellsWide)
      verdict.entitiesInViews += expected.size
      const where = `tick ${this.#tick}, ${client.label()}, view ${view.middleX}:${view.middleZ}`
      for (const error of compare(seen, expected, verdict)) fail(verdict, `${where}: ${error}`)
    }
    return verdict
  }

  /** Clients not seen yet; one that nothing happens around is seen as it is. */
  #pending(): number {
    for (const client of this.#clients) {
      if (this.#seen.has(client)) continue
      const seen = client.seenInSilence(this.#tick)
      if (seen !== null) this.#take(client, seen)
    }
    return this.#clients.length - this.#seen.size
  }

  #take(client: Watched, seen: Seen): void {
    if (!this.#seen.has(client)) this.#seen.set(client, seen)
  }
}

/** Several verdicts as one. */
export function mergeVerdicts(verdicts: readonly ViewVerdict[]): ViewVerdict {
  const sum = (of: (verdict: ViewVerdict) => number): number => verdicts.reduce((total, next) => total + of(next), 0)
  return {
    viewsChecked: sum((verdict) => verdict.viewsChecked),
    viewErrors: sum((verdict) => verdict.viewErrors),
    maxPositionErrorM: Math.max(0, ...verdicts.map((verdict) => verdict.maxPositionErrorM)),
    entitiesInViews: sum((verdict) => verdict.entitiesInViews),
    details: verdicts.flatMap((verdict) => verdict.details),
  }
}

type TrueEntity = Truth['entities'][number]

function entitiesByCell(truth: Truth): ReadonlyMap<number, readonly TrueEntity[]> {
  const cells = new Map<number, TrueEntity[]>()
  for (const entity of truth.entities) {
    const cell = cells.get(entity.cell)
    if (cell === undefined) cells.set(entity.cell, [entity])
    else cell.push(entity)
  }
  return cells
}

/** Everything in the block of cells around the middle, as far as it lies in the world. */
function expectedView(
  view: Truth['views'][number],
  cells: ReadonlyMap<number, readonly TrueEntity[]>,
  cellsWide: number,
): ReadonlyMap<number, TrueEntity> {
  const expected = new Map<number, TrueEntity>()
  const { middleX, middleZ, radiusCells } = view
  for (let z = Math.max(0, middleZ - radiusCells); z <= Math.min(cellsWide - 1, middleZ + radiusCells); z++) {
    for (let x = Math.max(0, middleX - radiusCells); x <= Math.min(cellsWide - 1, middleX + radiusCells); x++) {
      for (const entity of cells.get(z * cellsWide + x) ?? []) expected.set(entity.id, entity)
    }
  }
  return expected
}

function compare(
  seen: Seen,
  expected: ReadonlyMap<number, TrueEntity>,
  verdict: { maxPositionErrorM: number },
): readonly string[] {
  const errors: string[] = []
  for (const [id, { xCm, zCm, cell }] of expected) {
    const entity = seen.get(id)
    if (entity === undefined) {
      errors.push(`entity ${id} is missing; it is in cell ${cell} at ${metres(xCm)}:${metres(zCm)} m`)
      continue
    }
    const errorM = Math.max(Math.abs(entity.xM - xCm / 100), Math.abs(entity.zM - zCm / 100))
    if (errorM > verdict.maxPositionErrorM) verdict.maxPositionErrorM = errorM
    if (errorM <= positionErrorMaxM) continue
    errors.push(
      `entity ${id} is seen at ${entity.xM}:${entity.zM} m, and is at ${metres(xCm)}:${metres(zCm)} m in cell ${cell}`,
    )
  }
  for (const [id, { xM, zM }] of seen) {
    if (!expected.has(id)) errors.push(`entity ${id} is seen at ${xM}:${zM} m, and is not in the view`)
  }
  return errors
}

function metres(cm: number): number {
  return Math.round(cm) / 100
}

function fail(verdict: { viewErrors: number; details: string[] }, detail: string): void {
  verdict.viewErrors++
  if (verdict.details.length < detailsMax) verdict.details.push(detail)
}
