import { StoreErrorCode, StoreRefused } from './errors.ts'
import { commitRowsMax, statementRowsMax } from './limits.ts'
import type { PlayerState, TickBatch } from './port.ts'
import { type ActionRow, encodeAction, encodePlayer, type PlayerRow } from './rows.ts'

/** What one transaction writes: at most one row for each key. */
export interface WriteSet {
  readonly players: readonly PlayerRow[]
  readonly actions: readonly ActionRow[]
}

/** Throws `StoreRefused`: a stale epoch (STORE-8), too many rows, a value that cannot be stored. */
export function writeSetOf(batches: readonly TickBatch[], ownEpoch: number): WriteSet {
  const players: PlayerState[] = []
  const actions = new Map<string, ActionRow>()
  for (const batch of batches) {
    if (batch.epoch !== ownEpoch) throw staleEpoch({ writeEpoch: batch.epoch, storeEpoch: ownEpoch })
    requireRoom(players.length + batch.players.length + actions.size + batch.actions.length)
    for (const player of batch.players) players.push(player)
    for (const action of batch.actions) {
      // A number never contains the separator, so no two keys collide.
      const key = `${action.seq}/${action.sessionId}`
      if (!actions.has(key)) actions.set(key, encodeAction(action, batch.epoch))
    }
  }
  return { players: newestPlayerRows(players), actions: [...actions.values()] }
}

/**
 * One row per player, the newest (STORE-6): PostgreSQL refuses an upsert that meets one key twice. Sorted by key, so
 * that the two lanes, writing at the same time, take their row locks in one order and never deadlock (STORE-16).
 */
export function newestPlayerRows(players: readonly PlayerState[]): readonly PlayerRow[] {
  requireRoom(players.length)
  const newest = new Map<string, PlayerState>()
  for (const player of players) {
    const known = newest.get(player.playerId)
    if (known === undefined || player.revision > known.revision) newest.set(player.playerId, player)
  }
  const sorted = [...newest.values()].sort((a, b) => (a.playerId < b.playerId ? -1 : 1))
  return sorted.map(encodePlayer)
}

export function staleEpoch(options: { readonly writeEpoch: number; readonly storeEpoch: number }): StoreRefused {
  return new StoreRefused(
    `a write of epoch ${options.writeEpoch} was refused: the store is in epoch ${options.storeEpoch}, under a new owner`,
    { code: StoreErrorCode.EpochStale },
  )
}

/** Rows for one statement at a time. */
export function* statementsOf<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += statementRowsMax) yield rows.slice(start, start + statementRowsMax)
}

function requireRoom(rowCount: number): void {
  if (rowCount <= commitRowsMax) return
  throw new StoreRefused(`${rowCount} rows in one commit, at most ${commitRowsMax} are taken`, {
    code: StoreErrorCode.TooLarge,
  })
}
