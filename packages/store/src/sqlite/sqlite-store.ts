import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StoreErrorCode, StoreUnavailable } from '../errors.ts'
import type { PlayerState, TickBatch, WorldStore } from '../port.ts'
import { decodePlayer, requireText, type StoredPlayerRow } from '../rows.ts'
import { newestPlayerRows, type WriteSet, writeSetOf } from '../write-set.ts'
import { configure, release } from './connection.ts'
import { loadSqlite, type SqliteDatabase, type SqliteStatement } from './load-sqlite.ts'
import { openErrorOf, storeErrorOf } from './sqlite-errors.ts'
import { migrateAndStartEpoch } from './sqlite-schema.ts'
import { inTransaction } from './transaction.ts'

/**
 * The embedded store: one file, `world.db`, in the data folder. Owns the file and its lock while open.
 *
 * The API underneath is synchronous: every call blocks its thread for one disk sync, so it belongs on the persistence
 * thread. One process at a time: SQLite's exclusive locking mode keeps the file lock from open to close, and the kernel
 * drops it when the process dies, however it dies. Never open or copy `world.db` by other means inside this process:
 * closing any descriptor of a file drops the process's POSIX locks on it.
 */
export class SqliteStore implements WorldStore {
  readonly kind = 'sqlite'
  readonly location: string
  readonly #dataDir: string
  #session: Session | undefined

  constructor(options: { readonly dataDir: string }) {
    this.#dataDir = resolve(options.dataDir)
    this.location = join(this.#dataDir, 'world.db')
  }

  async open(): Promise<{ readonly epoch: number }> {
    if (this.#session !== undefined) return { epoch: this.#session.epoch }
    let database: SqliteDatabase | undefined
    try {
      const { DatabaseSync } = await loadSqlite()
      mkdirSync(this.#dataDir, { recursive: true })
      database = new DatabaseSync(this.location)
      configure(database)
      const epoch = migrateAndStartEpoch(database, this.#dataDir)
      this.#session = prepareSession(database, epoch)
      return { epoch }
    } catch (cause) {
      if (database !== undefined) release(database)
      throw openErrorOf(cause, this.#dataDir)
    }
  }

  async loadPlayer(playerId: string): Promise<PlayerState | null> {
    return this.#run((session) => {
      const row = session.selectPlayer.get(requireText(playerId, 'playerId'))
      return row === undefined ? null : decodePlayer(row as StoredPlayerRow)
    })
  }

  async commit(batches: readonly TickBatch[]): Promise<void> {
    this.#run((session) => write(session, writeSetOf(batches, session.epoch)))
  }

  async savePlayers(players: readonly PlayerState[]): Promise<void> {
    this.#run((session) => write(session, { players: newestPlayerRows(players), actions: [] }))
  }

  async ping(): Promise<void> {
    this.#run((session) => session.selectEpoch.get())
  }

  async countPlayers(): Promise<number> {
    return this.#run((session) => Number(session.countPlayers.get()?.count))
  }

  async countActions(sessionId: string): Promise<number> {
    return this.#run((session) => Number(session.countActions.get(sessionId)?.count))
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    if (session !== undefined) release(session.database)
  }

  #run<Result>(body: (session: Session) => Result): Result {
    if (this.#session === undefined) {
      throw new StoreUnavailable(`The store at ${this.location} is not open`, { code: StoreErrorCode.NotOpen })
    }
    try {
      return body(this.#session)
    } catch (cause) {
      throw storeErrorOf(cause, this.#dataDir)
    }
  }
}

interface Session {
  readonly database: SqliteDatabase
  readonly epoch: number
  readonly selectEpoch: SqliteStatement
  readonly selectPlayer: SqliteStatement
  readonly upsertPlayer: SqliteStatement
  readonly insertAction: SqliteStatement
  readonly countPlayers: SqliteStatement
  readonly countActions: SqliteStatement
}

function prepareSession(database: SqliteDatabase, epoch: number): Session {
  return {
    database,
    epoch,
    selectEpoch: database.prepare('SELECT epoch FROM world_epoch'),
    selectPlayer: database.prepare(`
      SELECT player_id AS playerId, name, zone, x_cm AS xCm, z_cm AS zCm, revision,
        components, inventory, equipment, skills
      FROM player_state WHERE player_id = ?`),
    upsertPlayer: database.prepare(`
      INSERT INTO player_state
        (player_id, name, zone, x_cm, z_cm, revision, components, inventory, equipment, skills, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
      ON CONFLICT (player_id) DO UPDATE SET
        name = excluded.name, zone = excluded.zone, x_cm = excluded.x_cm, z_cm = excluded.z_cm,
        revision = excluded.revision, components = excluded.components, inventory = excluded.inventory,
        equipment = excluded.equipment, skills = excluded.skills, updated_at = excluded.updated_at
      WHERE excluded.revision > player_state.revision`),
    insertAction: database.prepare(`
      INSERT INTO action_log (session_id, seq, player_id, kind, payload, result_code, epoch, tick, at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
      ON CONFLICT (session_id, seq) DO NOTHING`),
    countPlayers: database.prepare('SELECT count(*) AS count FROM player_state'),
    countActions: database.prepare('SELECT count(*) AS count FROM action_log WHERE session_id = ?'),
  }
}

function write(session: Session, { players, actions }: WriteSet): void {
  if (players.length + actions.length === 0) return
  inTransaction(session.database, () => {
    for (const p of players) {
      session.upsertPlayer.run(
        ...[p.playerId, p.name, p.zone, p.xCm, p.zCm, p.revision],
        ...[p.components, p.inventory, p.equipment, p.skills],
      )
    }
    for (const a of actions) {
      session.insertAction.run(a.sessionId, a.seq, a.playerId, a.kind, a.payload, a.resultCode, a.epoch, a.tick)
    }
  })
}
