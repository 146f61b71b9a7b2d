import type { SqliteDatabase } from './load-sqlite.ts'

/** All of `body` or none of it; the disk is synced when this returns (`synchronous=FULL`). */
export function inTransaction<Result>(database: SqliteDatabase, body: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = body()
    database.exec('COMMIT')
    return result
  } catch (cause) {
    try {
      database.exec('ROLLBACK')
    } catch {
      // SQLite has already rolled back after a full disk or an I/O error; the first failure is the one to report.
    }
    throw cause
  }
}
