import type pg from 'pg'
import { planMigrations } from '../migration-plan.ts'
import { schemaVersionTable } from '../migrations.ts'

/** Any number, the same in every release: two nodes that start at once take turns on it. */
const migrationLockKey = 5_769_201

/**
 * Brings the schema to this program's version and starts the next epoch, in one transaction. Waits for a commit of the
 * previous owner that is under way; from here on the previous owner is refused (STORE-8).
 */
export async function migrateAndStartEpoch(client: pg.Client, location: string): Promise<number> {
  await client.query('BEGIN')
  await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLockKey])
  await client.query(schemaVersionTable.postgres)
  const stored = await client.query<{ version: number }>(
    'SELECT coalesce(max(version), 0)::int AS version FROM schema_version',
  )
  for (const migration of planMigrations({ storedVersion: stored.rows[0]?.version ?? 0, location })) {
    await client.query(migration.postgres)
    await client.query('INSERT INTO schema_version (version, name) VALUES ($1, $2)', [
      migration.version,
      migration.name,
    ])
  }
  const next = await client.query<{ epoch: string }>(
    'UPDATE world_epoch SET epoch = epoch + 1, started_at = now() RETURNING epoch',
  )
  await client.query('COMMIT')
  return Number(next.rows[0]?.epoch)
}
