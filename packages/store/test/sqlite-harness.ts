import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStore, type WorldStore } from '../src/index.ts'
import { loadSqlite } from '../src/sqlite/load-sqlite.ts'
import type { StoreHarness } from '../src/testing/index.ts'

/** One temporary folder for each location. */
export function sqliteHarness(): StoreHarness {
  const folders: string[] = []
  const stores: WorldStore[] = []
  const currentFolder = () => folders.at(-1) ?? ''
  const storeHere = () => {
    const store = createStore({ dataDir: currentFolder() })
    stores.push(store)
    return store
  }
  return {
    secondOpen: 'refused',
    async create() {
      folders.push(mkdtempSync(join(tmpdir(), 'worldkeep-sqlite-')))
      return storeHere()
    },
    async reopen() {
      return storeHere()
    },
    async dispose() {
      for (const store of stores.splice(0)) await store.close()
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
    },
    async corrupt(playerId) {
      const { DatabaseSync } = await loadSqlite()
      const database = new DatabaseSync(join(currentFolder(), 'world.db'))
      // Not a prepared statement: it would hold the file beyond `close`.
      database.exec(`UPDATE player_state SET components = '{"health":' WHERE player_id = '${playerId}'`)
      database.close()
    },
  }
}
