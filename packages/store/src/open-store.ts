import { StoreErrorCode, StoreLocationUnusable } from './errors.ts'
import type { WorldStore } from './port.ts'
import { PostgresStore } from './postgres/postgres-store.ts'
import { SqliteStore } from './sqlite/sqlite-store.ts'

export interface StoreSpec {
  /** `postgres://` or `postgresql://`. Absent or empty: SQLite in `dataDir`. */
  readonly url?: string
  /** Folder for the SQLite file; made when missing. */
  readonly dataDir: string
}

/** Picks the adapter and touches nothing yet. Throws `StoreLocationUnusable` for a URL it does not know (STORE-14). */
export function createStore(spec: StoreSpec): WorldStore {
  if (spec.url === undefined || spec.url === '') return new SqliteStore({ dataDir: spec.dataDir })
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(spec.url)?.[1]?.toLowerCase()
  if (scheme === 'postgres' || scheme === 'postgresql') return new PostgresStore({ url: spec.url })
  // The URL itself stays out of the message: a mistyped one may still hold a password.
  const found = scheme === undefined ? 'has no scheme' : `has the unknown scheme "${scheme}"`
  throw new StoreLocationUnusable(
    `The store URL ${found}. Use postgres://user:password@host:5432/database, or leave it out to keep the world in ` +
      `SQLite in the folder ${spec.dataDir}.`,
    { code: StoreErrorCode.LocationUnusable },
  )
}
