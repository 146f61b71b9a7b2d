import type { WorldClient } from '@worldkeep/client'
import type { Walk } from '@worldkeep/meadow'
import type { Inspection } from '@worldkeep/server'

/** Both sides round a position to whole centimetres once. */
const positionErrorMaxM = 0.02

/** How many errors are told in detail. */
const detailsMax = 5

/** Ticks after which a client that has heard of them, and got no frame, has been told all there was to tell. */
const silenceTicks = 20

export interface ViewVerdict {
  readonly viewsChecked: number
  /** Entities too few, too many or elsewhere; and clients that could not be checked. */
  readonly viewErrors: number
  readonly maxPositionErrorM: number
  readonly details: readonly string[]
}

/** One entity as a client saw it. */
interface Seen {
  readonly xM: number
  readonly zM: number
  readonly cell: number
}

type Snapshot = ReadonlyMap<number, Seen>

/** How the zone is cut: cells count from 0, row by row. */
export interface CellGrid {
  readonly cellsWide: number
}

/**
 * Compares what every client sees with what is true, both at the end of one tick. A frame carries a client from one tick
 * to the next, so a client's view of tick T is what it has just before it applies its first frame of a later one.
 */
export class ViewCheck {
  readonly #tick: number
  readonly #clients: readonly WorldClient<typeof Walk>[]
  readonly #snapshots = new Map<WorldClient<typeof Walk>, Snapshot>()
  readonly #stop: (() => void)[] = []

  /** Before `tick` has happened. */
  constructor(clients: readonly WorldClient<typeof Walk>[], tick: number) {
    this.#tick = tick
    this.#clients = clients
    for (const client of clients) {
      const stop = client.onFrame((frameTick) => {
        if (frameTick > tick) this.#take(client)
      })
      this.#stop.push(stop)
      if (client.traffic().appliedTick > tick) throw new Error(`tick ${tick} has passed before its check was ready`)
    }
  }

  /** Waits for the stragglers, then judges. */
  async judge(truth: Inspection, grid: CellGrid, patienceMs: number): Promise<ViewVerdict> {
    const deadlineMs = performance.now() + patienceMs
    while (this.#pending() > 0 && performance.now() < deadlineMs)
      await new Promise((resolve) => setTimeout(resolve, 50))
    for (const stop of this.#stop) stop()
    const verdict = { viewsChecked: 0, viewErrors: 0, maxPositionErrorM: 0, details: [] as string[] }
    const cells = entitiesByCell(truth)
    const sessions = new Map(truth.sessions.map((session) => [session.playerId, session]))
    for (const client of this.#clients) {
      const session = sessions.get(client.playerId)
      const snapshot = this.#snapshots.get(client)
      if (session === undefined || snapshot === undefined) {
        const why = session === undefined ? 'the server has no session of it' : 'it has heard nothing since'
        fail(verdict, `tick ${this.#tick}, ${client.playerName} (${client.status().phase}): ${why}`)
        continue
      }
      verdict.viewsChecked++
      const errors = compare(snapshot, expectedView(session, cells, grid), verdict)
      const where = `tick ${this.#tick}, ${client.playerName}, view ${session.middleX}:${session.middleZ}`
      for (const error of errors) fail(verdict, `${where}: ${error}`)
    }
    return verdict
  }

  /** Clients not seen yet; one that nothing happens around is seen as it is. */
  #pending(): number {
    for (const client of this.#clients) {
      const isSilent =
        client.traffic().appliedTick <= this.#tick && client.stats().serverTick >= this.#tick + silenceTicks
      if (isSilent) this.#take(client)
    }
    return this.#clients.length - this.#snapshots.size
  }

  #take(client: WorldClient<typeof Walk>): void {
    if (this.#snapshots.has(client)) return
    const snapshot = new Map<number, Seen>()
    const place = { xM: 0, zM: 0 }
    for (const entity of client.entities()) {
      entity.track.positionAt(this.#tick, place)
      snapshot.set(entity.handle, { ...place, cell: entity.cell })
    }
    this.#snapshots.set(client, snapshot)
  }
}

type TrueEntity = Inspection['entities'][number]

function entitiesByCell(truth: Inspection): ReadonlyMap<number, readonly TrueEntity[]> {
  const cells = new Map<number, TrueEntity[]>()
  for (const entity of truth.entities) {
    const cell = cells.get(entity.cell)
    if (cell === undefined) cells.set(entity.cell, [entity])
    else cell.push(entity)
  }
  return cells
}

/** Everything in the block of cells around the middle, as far as it lies in the zone. */
function expectedView(
  session: Inspection['sessions'][number],
  cells: ReadonlyMap<number, readonly TrueEntity[]>,
  { cellsWide }: CellGrid,
): ReadonlyMap<number, TrueEntity> {
  const expected = new Map<number, TrueEntity>()
  const { middleX, middleZ, radiusCells } = session
  for (let z = Math.max(0, middleZ - radiusCells); z <= Math.min(cellsWide - 1, middleZ + radiusCells); z++) {
    for (let x = Math.max(0, middleX - radiusCells); x <= Math.min(cellsWide - 1, middleX + radiusCells); x++) {
      for (const entity of cells.get(z * cellsWide + x) ?? []) expected.set(entity.handle, entity)
    }
  }
  return expected
}

function compare(
  seen: Snapshot,
  expected: ReadonlyMap<number, TrueEntity>,
  verdict: { maxPositionErrorM: number },
): readonly string[] {
  const errors: string[] = []
  for (const [handle, { xCm, zCm, cell }] of expected) {
    const entity = seen.get(handle)
    if (entity === undefined) {
      errors.push(`entity ${handle} is missing; it is in cell ${cell} at ${xCm / 100}:${zCm / 100} m`)
      continue
    }
    const errorM = Math.max(Math.abs(entity.xM - xCm / 100), Math.abs(entity.zM - zCm / 100))
    if (errorM > verdict.maxPositionErrorM) verdict.maxPositionErrorM = errorM
    if (errorM <= positionErrorMaxM) continue
    errors.push(
      `entity ${handle} is seen at ${entity.xM}:${entity.zM} m in cell ${entity.cell}, and is at ${xCm / 100}:${zCm / 100} m in cell ${cell}`,
    )
  }
  for (const [handle, { xM, zM, cell }] of seen) {
    if (!expected.has(handle))
      errors.push(`entity ${handle} is seen at ${xM}:${zM} m in cell ${cell}, and is not in the view`)
  }
  return errors
}

function fail(verdict: { viewErrors: number; details: string[] }, detail: string): void {
  verdict.viewErrors++
  if (verdict.details.length < detailsMax) verdict.details.push(detail)
}
