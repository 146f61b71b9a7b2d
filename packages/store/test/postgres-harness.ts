import pg from 'pg'
import { createStore, type WorldStore } from '../src/index.ts'
import type { StoreHarness } from '../src/testing/index.ts'

/** One database of the server for each location. */
export function postgresHarness(serverUrl: () => string): StoreHarness {
  const urls: string[] = []
  const stores: WorldStore[] = []
  const storeHere = () => {
    const store = createStore({ url: urls.at(-1) ?? '', dataDir: 'unused' })
    stores.push(store)
    return store
  }
  return {
    secondOpen: 'takes over',
    async create() {
      urls.push(await createDatabase(serverUrl()))
      return storeHere()
    },
    async reopen() {
      return storeHere()
    },
    async dispose() {
      for (const store of stores.splice(0)) await store.close()
      for (const url of urls.splice(0)) {
        await query(serverUrl(), `DROP DATABASE "${new URL(url).pathname.slice(1)}" WITH (FORCE)`)
      }
    },
    async corrupt(playerId) {
      // JSONB cannot hold text that is not JSON; the wrong shape is the damage it can have.
      await query(urls.at(-1) ?? '', `UPDATE player_state SET components = '{"health": [1]}' WHERE player_id = $1`, [
        playerId,
      ])
    },
  }
}

let databaseCount = 0

/** Resolves to the new database's URL. */
export async function createDatabase(serverUrl: string): Promise<string> {
  databaseCount += 1
  const name = `store_test_${process.pid}_${databaseCount}`
  await query(serverUrl, `CREATE DATABASE "${name}"`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

export async function query(
  url: string,
  sql: string,
  values: readonly string[] = [],
): Promise<readonly { readonly [column: string]: unknown }[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ [column: string]: unknown }>(sql, [...values])
    return rows
  } finally {
    await client.end()
  }
}
