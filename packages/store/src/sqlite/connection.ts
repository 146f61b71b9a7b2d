import { lockTimeoutMs } from '../limits.ts'
import type { SqliteDatabase } from './load-sqlite.ts'

/** The order matters: exclusive locking must be chosen before the write-ahead log is first touched. */
export function configure(database: SqliteDatabase): void {
  database.exec(`PRAGMA busy_timeout = ${lockTimeoutMs}`)
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  database.exec('PRAGMA journal_mode = WAL')
  // FULL syncs the log at every commit; the usual NORMAL would lose acknowledged commits in a power cut.
  database.exec('PRAGMA synchronous = FULL')
}

/**
 * Gives the file up. Closing alone does not: the npm package leaves prepared statements to the garbage collector, and
 * SQLite keeps the lock until the last one is gone. WAL mode entered with the lock cannot lower it, so that mode ends
 * first, which also folds the log into the file.
 */
export function release(database: SqliteDatabase): void {
  try {
    database.exec('PRAGMA journal_mode = DELETE')
    database.exec('PRAGMA locking_mode = NORMAL')
    // The new mode takes effect at the next access.
    database.exec('SELECT count(*) FROM sqlite_schema')
  } catch {
    // A full disk, or not our file at all. What was acknowledged is synced, and the lock goes with the process.
  } finally {
    database.close()
  }
}
