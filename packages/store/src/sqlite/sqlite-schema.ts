import { planMigrations } from '../migration-plan.ts'
import { schemaVersionTable } from '../migrations.ts'
import type { SqliteDatabase } from './load-sqlite.ts'
import { inTransaction } from './transaction.ts'

/** Brings the schema to this program's version and starts the next epoch, in one transaction. */
export function migrateAndStartEpoch(database: SqliteDatabase, dataDir: string): number {
  return inTransaction(database, () => {
    database.exec(schemaVersionTable.sqlite)
    const stored = database.prepare('SELECT coalesce(max(version), 0) AS version FROM schema_version').get()
    const record = database.prepare('INSERT INTO schema_version (version, name) VALUES (?, ?)')
    for (const migration of planMigrations({ storedVersion: Number(stored?.version), location: dataDir })) {
      database.exec(migration.sqlite)
      record.run(migration.version, migration.name)
    }
    const next = database.prepare(
      `UPDATE world_epoch SET epoch = epoch + 1, started_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') RETURNING epoch`,
    )
    return Number(next.get()?.epoch)
  })
}
