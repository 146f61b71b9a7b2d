import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { StoreErrorCode, StoreUnavailable } from '../errors.ts'
import { closeTimeoutMs } from '../limits.ts'
import type { PlayerState, TickBatch, WorldStore } from '../port.ts'
import { decodePlayer, requireText, type StoredPlayerRow } from '../rows.ts'
import { newestPlayerRows, staleEpoch, statementsOf, type WriteSet, writeSetOf } from '../write-set.ts'
import { createMigrationClient, createPool, describeLocation } from './connection.ts'
import { openErrorOf, storeErrorOf } from './postgres-errors.ts'
import { migrateAndStartEpoch } from './postgres-schema.ts'
import { insertActions, selectPlayer, upsertPlayers } from './statements.ts'
import { inFencedTransaction } from './transaction.ts'

/**
 * The shared store. Owns a pool of connections while open, and survives the loss of every one of them: calls reject
 * with `StoreUnavailable` while the server is away and work again when it is back.
 *
 * Opening takes the world over: the newest epoch owns it, and writes of an earlier owner are refused by the database.
 */
export class PostgresStore implements WorldStore {
  readonly kind = 'postgres'
  readonly location: string
  readonly #url: string
  #session: { readonly pool: pg.Pool; readonly epoch: number } | undefined

  /** Throws `StoreLocationUnusable` for a URL that cannot be read. */
  constructor(options: { readonly url: string }) {
    this.#url = options.url
    this.location = describeLocation(options.url)
  }

  async open(): Promise<{ readonly epoch: number }> {
    if (this.#session !== undefined) return { epoch: this.#session.epoch }
    const client = createMigrationClient(this.#url)
    try {
      await client.connect()
      const epoch = await migrateAndStartEpoch(client, this.location)
      this.#session = { pool: createPool(this.#url), epoch }
      return { epoch }
    } catch (cause) {
      throw openErrorOf(cause, this.location)
    } finally {
      await withinCloseTimeout(client.end())
    }
  }

  async loadPlayer(playerId: string): Promise<PlayerState | null> {
    return this.#run(async ({ pool }) => {
      const { rows } = await pool.query<StoredPlayerRow>(selectPlayer, [requireText(playerId, 'playerId')])
      return rows[0] === undefined ? null : decodePlayer(rows[0])
    })
  }

  async commit(batches: readonly TickBatch[]): Promise<void> {
    await this.#run(({ pool, epoch }) => write(pool, epoch, writeSetOf(batches, epoch)))
  }

  async savePlayers(players: readonly PlayerState[]): Promise<void> {
    await this.#run(({ pool, epoch }) => write(pool, epoch, { players: newestPlayerRows(players), actions: [] }))
  }

  async ping(): Promise<void> {
    await this.#run(async ({ pool, epoch }) => {
      const { rows } = await pool.query<{ epoch: string }>('SELECT epoch FROM world_epoch')
      const storeEpoch = Number(rows[0]?.epoch)
      if (storeEpoch !== epoch) throw staleEpoch({ writeEpoch: epoch, storeEpoch })
    })
  }

  async countPlayers(): Promise<number> {
    return this.#count('SELECT count(*) AS count FROM player_state', [])
  }

  async countActions(sessionId: string): Promise<number> {
    return this.#count('SELECT count(*) AS count FROM action_log WHERE session_id = $1', [sessionId])
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    if (session !== undefined) await withinCloseTimeout(session.pool.end())
  }

  #count(sql: string, values: readonly string[]): Promise<number> {
    return this.#run(async ({ pool }) => {
      const { rows } = await pool.query<{ count: string }>(sql, [...values])
      return Number(rows[0]?.count)
    })
  }

  async #run<Result>(body: (session: { pool: pg.Pool; epoch: number }) => Promise<Result>): Promise<Result> {
    if (this.#session === undefined) {
      throw new StoreUnavailable(`The store at ${this.location} is not open`, { code: StoreErrorCode.NotOpen })
    }
    try {
      return await body(this.#session)
    } catch (cause) {
      throw storeErrorOf(cause, this.location)
    }
  }
}

async function write(pool: pg.Pool, epoch: number, { players, actions }: WriteSet): Promise<void> {
  if (players.length + actions.length === 0) return
  await inFencedTransaction(pool, epoch, async (client) => {
    for (const rows of statementsOf(players)) await upsertPlayers(client, rows)
    for (const rows of statementsOf(actions)) await insertActions(client, rows)
  })
}

/** A server that hangs, or a connection already gone, must neither hold nor fail a shutdown. */
async function withinCloseTimeout(ending: Promise<unknown>): Promise<void> {
  const abort = new AbortController()
  const timeout = delay(closeTimeoutMs, undefined, { signal: abort.signal }).catch(() => undefined)
  await Promise.race([ending.catch(() => undefined), timeout])
  abort.abort()
}
