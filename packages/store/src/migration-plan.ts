import { StoreErrorCode, StoreLocationUnusable } from './errors.ts'
import { type Migration, migrations, schemaVersion } from './migrations.ts'

/** What is left to apply, in order. Throws `StoreLocationUnusable` for a schema newer than this program (STORE-13). */
export function planMigrations(options: {
  readonly storedVersion: number
  readonly location: string
}): readonly Migration[] {
  const { storedVersion, location } = options
  if (storedVersion > schemaVersion) {
    throw new StoreLocationUnusable(
      `The store at ${location} has schema version ${storedVersion}, and this program knows versions up to ` +
        `${schemaVersion}. Start the newer program that wrote it, or restore a backup from before the upgrade.`,
      { code: StoreErrorCode.SchemaTooNew },
    )
  }
  return migrations.filter((migration) => migration.version > storedVersion)
}
