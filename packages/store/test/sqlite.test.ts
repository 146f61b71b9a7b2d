import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createStore, StoreErrorCode, StoreLocationUnusable, schemaVersion } from '../src/index.ts'
import { configure, release } from '../src/sqlite/connection.ts'
import { loadSqlite } from '../src/sqlite/load-sqlite.ts'
import { playerOf, storeContract } from '../src/testing/index.ts'
import { sqliteHarness } from './sqlite-harness.ts'

storeContract('sqlite', sqliteHarness())

describe('sqlite store', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'worldkeep-sqlite-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('[STORE-12] a second process is told which folder is in use and by what', async () => {
    const store = createStore({ dataDir: folder })
    await store.open()
    const program = `
      import { createStore } from '@worldkeep/store'
      await createStore({ dataDir: process.argv[1] }).open().catch((error) => console.log(error.code, error.message))`
    // Where the package's own name leads to its build.
    const cwd = fileURLToPath(new URL('..', import.meta.url))
    const rival = spawnSync(process.execPath, ['--input-type=module', '-e', program, folder], { cwd, encoding: 'utf8' })
    expect(rival.stdout).toContain(StoreErrorCode.LocationInUse)
    expect(rival.stdout).toContain(folder)
    expect(rival.stdout).toContain('another node is using it')
    await store.savePlayers([playerOf('ada')])
    await store.close()
  })

  test('[STORE-13] a newer schema is refused, and left as it was', async () => {
    const store = createStore({ dataDir: folder })
    await store.open()
    await store.savePlayers([playerOf('ada')])
    await store.close()
    await execute(
      join(folder, 'world.db'),
      `INSERT INTO schema_version (version, name) VALUES (${schemaVersion + 1}, 'x')`,
    )
    await expect(store.open()).rejects.toMatchObject({
      code: StoreErrorCode.SchemaTooNew,
      message: expect.stringContaining('Start the newer program'),
    })
    await execute(join(folder, 'world.db'), `DELETE FROM schema_version WHERE version > ${schemaVersion}`)
    expect((await store.open()).epoch).toBe(2)
    expect(await store.loadPlayer('ada')).toEqual(playerOf('ada'))
    await store.close()
  })

  test('[STORE-14] a missing folder is made', async () => {
    const store = createStore({ url: '', dataDir: join(folder, 'made', 'here') })
    expect(await store.open()).toEqual({ epoch: 1 })
    expect(store.kind).toBe('sqlite')
    expect(store.location).toBe(join(folder, 'made', 'here', 'world.db'))
    await store.close()
  })

  test('[STORE-14] a folder that cannot be used is named in a sentence that says what to do', async () => {
    writeFileSync(join(folder, 'a file'), '')
    mkdirSync(join(folder, 'occupied', 'world.db'), { recursive: true })
    mkdirSync(join(folder, 'foreign'))
    writeFileSync(join(folder, 'foreign', 'world.db'), 'not a database. '.repeat(1_000))
    for (const name of ['a file', 'a file/below', 'occupied', 'foreign']) {
      const dataDir = join(folder, name)
      const error: unknown = await createStore({ dataDir })
        .open()
        .catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(StoreLocationUnusable)
      expect(error).toMatchObject({ code: StoreErrorCode.LocationUnusable, message: expect.stringContaining(dataDir) })
      expect(String(error)).toMatch(/Choose|choose|Give/)
    }
  })

  test('[STORE-14] a URL of another kind is refused without repeating it', () => {
    for (const url of ['mysql://user:secret@host/db', 'secret', 'postgres:secret', ':// secret']) {
      const open = () => createStore({ url, dataDir: folder })
      expect(open).toThrow(StoreLocationUnusable)
      expect(open).toThrow(/postgres:\/\/user:password@host/)
      expect(open).not.toThrow(/secret/)
    }
  })

  test('[STORE-17] a commit is synced before it is acknowledged: a log, and a sync at every commit', async () => {
    const { DatabaseSync } = await loadSqlite()
    const database = new DatabaseSync(join(folder, 'world.db'))
    configure(database)
    expect(database.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    expect(database.prepare('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 })
    release(database)
  })

  test('[STORE-7] closing leaves one file, free for anybody', async () => {
    const store = createStore({ dataDir: folder })
    await store.open()
    await store.savePlayers([playerOf('ada')])
    await store.close()
    expect(readdirSync(folder)).toEqual(['world.db'])
    await execute(join(folder, 'world.db'), 'BEGIN EXCLUSIVE; COMMIT')
  })
})

async function execute(path: string, sql: string): Promise<void> {
  const { DatabaseSync } = await loadSqlite()
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
}
