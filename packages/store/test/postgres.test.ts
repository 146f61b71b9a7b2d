import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureService, type PostgresService, startPostgres } from '../../../testing/src/services/index.ts'
import { createStore, StoreErrorCode, StoreLocationUnusable, StoreUnavailable, schemaVersion } from '../src/index.ts'
import { actionOf, batchOf, playerOf, storeContract } from '../src/testing/index.ts'
import { createDatabase, postgresHarness, query } from './postgres-harness.ts'

const availability = ensureService('postgres')

describe.skipIf(!availability.isAvailable)(
  'with a PostgreSQL server',
  () => {
    let server: PostgresService
    beforeAll(async () => {
      server = await startPostgres()
    }, 600_000)
    afterAll(() => server.stop())

    storeContract(
      'postgres',
      postgresHarness(() => server.url),
    )

    const openStore = async () => {
      const url = await createDatabase(server.url)
      const store = createStore({ url, dataDir: 'unused' })
      return { url, store, ...(await store.open()) }
    }

    test('[STORE-8] a write of an earlier owner that raced the new one is wholly before it or refused', async () => {
      const { url, store, epoch } = await openStore()
      const rival = createStore({ url, dataDir: 'unused' })
      const writes = Array.from({ length: 40 }, (_, index) =>
        store
          .commit([batchOf(epoch, { players: [playerOf(`player ${index}`)], actions: [actionOf('s', index)] })])
          .then(
            () => true,
            (error: unknown) => {
              expect(error).toMatchObject({ code: StoreErrorCode.EpochStale })
              return false
            },
          ),
      )
      await rival.open()
      const countAtTakeover = await rival.countPlayers()
      const acknowledged = (await Promise.all(writes)).filter((isAcknowledged) => isAcknowledged).length
      expect(await rival.countPlayers()).toBe(countAtTakeover)
      expect(await rival.countActions('s')).toBe(acknowledged)
      await Promise.all([store.close(), rival.close()])
    })

    test('[STORE-13] nodes that start at once migrate once and get different epochs', async () => {
      const url = await createDatabase(server.url)
      const stores = Array.from({ length: 6 }, () => createStore({ url, dataDir: 'unused' }))
      const opened = await Promise.all(stores.map((store) => store.open()))
      expect(opened.map(({ epoch }) => epoch).sort()).toEqual([1, 2, 3, 4, 5, 6])
      expect(await query(url, 'SELECT version FROM schema_version')).toEqual([{ version: schemaVersion }])
      await Promise.all(stores.map((store) => store.close()))
    })

    test('[STORE-13] a newer schema is refused, and left as it was', async () => {
      const { url, store } = await openStore()
      await store.close()
      await query(url, `INSERT INTO schema_version (version, name) VALUES (${schemaVersion + 1}, 'x')`)
      await expect(store.open()).rejects.toMatchObject({ code: StoreErrorCode.SchemaTooNew })
      expect(await query(url, 'SELECT epoch FROM world_epoch')).toEqual([{ epoch: '1' }])
    })

    test('[STORE-14] a database that does not exist is a sentence that says what to do', async () => {
      const url = new URL(server.url)
      url.pathname = '/absent'
      const store = createStore({ url: url.href, dataDir: 'unused' })
      await expect(store.open()).rejects.toThrow(StoreLocationUnusable)
      await expect(store.open()).rejects.toThrow(/"absent" does not exist. Create that database/)
    })

    test('[STORE-17] a server that acknowledges unsynced commits is overruled', async () => {
      const { url, store, epoch } = await openStore()
      const database = new URL(url).pathname.slice(1)
      await query(server.url, `ALTER DATABASE "${database}" SET synchronous_commit = off`)
      // What the database saw at the moment of the write, told by a trigger.
      await query(url, 'CREATE TABLE seen (setting text)')
      await query(
        url,
        `CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$`,
      )
      await query(url, 'CREATE TRIGGER see AFTER INSERT ON player_state FOR EACH ROW EXECUTE FUNCTION see()')
      await store.commit([batchOf(epoch, { players: [playerOf('ada')] })])
      expect(await query(url, 'SELECT setting FROM seen')).toEqual([{ setting: 'on' }])
      await store.close()
    })

    test('[STORE-18] an outage is StoreUnavailable, and the store serves when the server is back', async ({ skip }) => {
      if (!server.isOwned) skip('the server is not ours to kill')
      const { store, epoch } = await openStore()
      const batch = batchOf(epoch, { players: [playerOf('ada')], actions: [actionOf('s', 1)] })
      await store.commit([batch])
      // Some in flight, some waiting for a connection: none may be lost, crash the process or reject with anything else.
      const busy = Array.from({ length: 20 }, (_, seq) =>
        store.commit([batchOf(epoch, { actions: [actionOf('busy', seq)] })]).catch((error: unknown) => error),
      )
      server.kill()
      for (const outcome of await Promise.all(busy)) if (outcome !== undefined) expectUnavailable(outcome)
      expectUnavailable(await store.ping().catch((error: unknown) => error))
      expectUnavailable(await store.commit([batch]).catch((error: unknown) => error))
      expectUnavailable(await store.loadPlayer('ada').catch((error: unknown) => error))
      await server.restart()
      await store.ping()
      await store.commit([batch])
      expect(await store.loadPlayer('ada')).toEqual(playerOf('ada'))
      expect(await store.countActions('s')).toBe(1)
      await store.close()
    })

    test('[STORE-18] a server that is away at the start is StoreUnavailable, and open may be repeated', async ({
      skip,
    }) => {
      if (!server.isOwned) skip('the server is not ours to kill')
      const url = await createDatabase(server.url)
      const store = createStore({ url, dataDir: 'unused' })
      server.kill()
      expectUnavailable(await store.open().catch((error: unknown) => error))
      await server.restart()
      expect(await store.open()).toEqual({ epoch: 1 })
      await store.close()
    })

    test('[STORE-19] components and documents are JSONB, so that other tools can query them', async () => {
      const { url, store } = await openStore()
      await store.savePlayers([
        playerOf('ada', { documents: { inventory: [{ id: 'sword' }], equipment: {}, skills: {} } }),
      ])
      const columns = await query(
        url,
        `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type = 'jsonb' ORDER BY name`,
      )
      expect(columns.map(({ name }) => name)).toEqual([
        'action_log.payload',
        'player_state.components',
        'player_state.equipment',
        'player_state.inventory',
        'player_state.skills',
      ])
      const found = await query(url, `SELECT player_id FROM player_state WHERE inventory @> '[{"id": "sword"}]'`)
      expect(found).toEqual([{ player_id: 'ada' }])
      await store.close()
    })
  },
  60_000,
)

describe('without a PostgreSQL server', () => {
  test('[STORE-14] neither location nor error repeats the password', async () => {
    const url = 'postgresql://user:secret@127.0.0.1:1/world?sslmode=disable'
    const store = createStore({ url, dataDir: 'unused' })
    expect(store.location).toBe('postgres://127.0.0.1:1/world')
    const error: unknown = await store.open().catch((reason: unknown) => reason)
    expectUnavailable(error)
    expect(String(error)).not.toContain('secret')
  })

  test('[STORE-14] a URL that cannot be read is refused without repeating it', () => {
    const urls = ['postgres://user:secret@host:port/db', 'postgres://u:secret@h/db?sslmode=require&sslrootcert=/secret']
    for (const url of urls) {
      let error: unknown
      try {
        createStore({ url, dataDir: 'unused' })
      } catch (reason) {
        error = reason
      }
      expect(error).toBeInstanceOf(StoreLocationUnusable)
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('secret')
      expect(error).not.toHaveProperty('cause')
    }
  })
})

function expectUnavailable(error: unknown): void {
  expect(error).toBeInstanceOf(StoreUnavailable)
  expect(error).toMatchObject({ code: StoreErrorCode.Unavailable, retryable: true })
}
