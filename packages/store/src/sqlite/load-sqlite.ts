import type { DatabaseSyncInstance } from '@photostructure/sqlite'

/** The part of SQLite's synchronous API that both modules share. */
export type SqliteDatabase = Pick<DatabaseSyncInstance, 'exec' | 'prepare' | 'close'>
export type SqliteStatement = ReturnType<SqliteDatabase['prepare']>
type SqliteModule = { readonly DatabaseSync: new (path: string) => SqliteDatabase }

/**
 * Node's own SQLite where this Node has it, else the npm package with the same API. Loaded only when a store opens:
 * Node prints a warning at the first load, and a world on PostgreSQL should not see it.
 */
export async function loadSqlite(): Promise<SqliteModule> {
  const builtin: object | undefined = process.getBuiltinModule('node:sqlite')
  return builtin === undefined ? await import('@photostructure/sqlite') : (builtin as SqliteModule)
}
