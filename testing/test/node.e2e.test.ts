import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient, memoryStorage, type TokenStorage, type WorldClient } from '@worldkeep/client'
import { Coin, createGame, Gather, Name, Purse } from '@worldkeep/meadow'
import { ensureService, NodeProcess, startPostgres, temporaryFolder, until } from '@worldkeep/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

const postgresPrograms = ensureService('postgres')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let nodes: NodeProcess[] = []
let clients: WorldClient[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  for (const client of clients) await client.close()
  for (const node of nodes) await node.kill()
  clients = []
  nodes = []
  await folder.remove()
})

async function startNode(options: Partial<Parameters<typeof NodeProcess.start>[0]> = {}): Promise<NodeProcess> {
  const node = await NodeProcess.start({ dataDir: folder.path, ...options })
  nodes.push(node)
  return node
}

async function joinMeadow(
  node: NodeProcess,
  options: { readonly name: string; readonly storage?: TokenStorage },
): Promise<WorldClient> {
  const client = createClient({
    url: node.url,
    game: createGame(),
    storage: memoryStorage(),
    ...options,
  }) as unknown as WorldClient
  clients.push(client)
  await until(`${options.name} is in the world`, () => client.self() !== null)
  return client
}

function placeOf(client: WorldClient): { xM: number; zM: number } {
  const place = { xM: 0, zM: 0 }
  const self = client.self()
  if (self === null) throw new Error('no body in view')
  client.placeOf(self, place)
  return place
}

/** Walks over the nearest coin and picks it up; what the server said. */
async function gatherOne(client: WorldClient): Promise<{ readonly code: string; readonly durable: boolean }> {
  const place = { xM: 0, zM: 0 }
  const distanceTo = (coin: Parameters<typeof client.placeOf>[0]): { dx: number; dz: number; m: number } => {
    const own = placeOf(client)
    client.placeOf(coin, place)
    const [dx, dz] = [place.xM - own.xM, place.zM - own.zM]
    return { dx, dz, m: Math.sqrt(dx * dx + dz * dz) }
  }
  const coins = [...client.entities()].filter((entity) => client.get(entity, Coin) !== null)
  const [nearest] = coins.sort((a, b) => distanceTo(a).m - distanceTo(b).m)
  if (nearest === undefined) throw new Error('no coin in view')
  await until('the coin is in reach', () => {
    const { dx, dz, m } = distanceTo(nearest)
    client.setIntent(m < 1.5 ? { x: 0, z: 0 } : { x: dx / m, z: dz / m })
    return m < 1.5
  })
  return client.send(Gather, { coin: nearest.handle })
}

test('[NODE-1] one port answers bootstrap, health, version, metrics and WebSockets (T-001, T-003)', async () => {
  const node = await startNode()
  const get = async (path: string): Promise<unknown> => (await fetch(node.url + path)).json()
  expect(await get('/healthz')).toEqual({ status: 'ok' })
  await until('the node is ready', async () => (await fetch(`${node.url}/readyz`)).status === 200)
  expect(await get('/api/version')).toMatchObject({
    game: 'meadow',
    protocol: 2,
    declarations: createGame().declarationsHash,
  })
  expect(await get('/api/health')).toMatchObject({
    status: 'ok',
    dependencies: { store: { status: 'ok' }, tick: { status: 'ok' } },
  })
  const metrics = await (await fetch(`${node.url}/metrics`)).text()
  for (const name of [
    'worldkeep_tick_duration_seconds_bucket',
    'worldkeep_stage_duration_seconds_total',
    'worldkeep_mailbox_unread_bytes',
    'worldkeep_gateway_connections',
  ]) {
    expect(metrics).toContain(name)
  }
  const client = await joinMeadow(node, { name: 'Ada' })
  const self = client.self()
  expect(self && client.get(self, Name)?.text).toBe('Ada')
})

test('[NODE-2] bootstrap gives a guest a token and refuses a bad one with 401 (T-010)', async () => {
  const node = await startNode()
  const bootstrap = async (
    body: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, never> }> => {
    const response = await fetch(`${node.url}/api/session/bootstrap`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
    return { status: response.status, body: (await response.json()) as Record<string, never> }
  }
  const guest = await bootstrap('{}')
  expect(guest.status).toBe(200)
  expect(guest.body).toMatchObject({
    character: null,
    protocol: { version: 2 },
    transports: [{ kind: 'websocket', path: '/ws' }],
  })
  const again = await bootstrap('{}', { authorization: `Bearer ${guest.body.accessToken}` })
  expect(again.body.player).toEqual(guest.body.player)
  const tampered = `${String(guest.body.accessToken).slice(0, -3)}abc`
  expect(await bootstrap('{}', { authorization: `Bearer ${tampered}` })).toMatchObject({
    status: 401,
    body: { error: { code: 'token_invalid' } },
  })
  expect(await bootstrap('{"nam":1}')).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } })
  expect((await bootstrap('{')).status).toBe(400)
})

test('[NODE-3] a client that walks among fifty others sees them where they truly are', async () => {
  const node = await startNode({ gameOptions: { wanderers: 100, coins: 0 } })
  const crowd = await Promise.all(
    Array.from({ length: 50 }, (_, index) => joinMeadow(node, { name: `Guest ${index}` })),
  )
  const ada = await joinMeadow(node, { name: 'Ada' })
  for (const [index, client] of crowd.entries())
    client.setIntent({ x: ((index % 5) - 2) / 2, z: ((index % 3) - 1) / 2 })
  const before = placeOf(ada)
  ada.setIntent({ x: 1, z: 0 })
  await until('Ada has walked 5 m', () => placeOf(ada).xM - before.xM > 5)
  for (const client of [ada, ...crowd]) client.setIntent({ x: 0, z: 0 })
  const names = (client: WorldClient): Set<string> =>
    new Set([...client.entities()].flatMap((entity) => client.get(entity, Name)?.text ?? []))
  await until('Ada sees all fifty', () => [...names(ada)].filter((name) => name.startsWith('Guest')).length === 50)
  // Everybody stands still: what each draws of itself is the truth that Ada must see.
  await until('Ada sees each of them where they draw themselves', () =>
    crowd.every((client) => {
      const self = client.self()
      const seen = self === null ? null : ada.entity(self.handle)
      if (seen === null) return false
      const place = { xM: 0, zM: 0 }
      ada.placeOf(seen, place)
      const own = placeOf(client)
      return Math.abs(place.xM - own.xM) < 0.02 && Math.abs(place.zM - own.zM) < 0.02
    }),
  )
})

test('[NODE-4] after an orderly restart a player stands where they stood, with name and coins', async () => {
  const first = await startNode()
  const storage = memoryStorage()
  const ada = await joinMeadow(first, { name: 'Ada', storage })
  expect(await gatherOne(ada)).toMatchObject({ code: 'ok', durable: true })
  const coins = ada.own(Purse)?.coins ?? 0
  await until('the body stands still', () => ada.velocityOf(ada.self() as never).xMps === 0)
  await until('the picture has settled', async () => {
    const before = placeOf(ada)
    await new Promise((resolve) => setTimeout(resolve, 100))
    return Math.abs(before.xM - placeOf(ada).xM) < 1e-6
  })
  const stood = placeOf(ada)
  const end = await first.stop()
  expect(end.code).toBe(0)
  expect(end.stdout).toContain('Saved 1 player;')
  await ada.close()
  const second = await startNode()
  const back = await joinMeadow(second, { name: 'Ada', storage })
  expect(back.playerId).toBe(ada.playerId)
  expect(coins).toBeGreaterThan(0)
  expect(back.own(Purse)?.coins).toBe(coins)
  expect(placeOf(back).xM).toBeCloseTo(stood.xM, 1)
  expect(placeOf(back).zM).toBeCloseTo(stood.zM, 1)
})

test('[NODE-5] what was acknowledged as durable survives kill -9 (T-021)', async () => {
  const first = await startNode()
  const storage = memoryStorage()
  const ada = await joinMeadow(first, { name: 'Ada', storage })
  expect(await gatherOne(ada)).toMatchObject({ code: 'ok', durable: true })
  const coins = ada.own(Purse)?.coins
  await first.kill()
  await ada.close()
  const second = await startNode()
  const back = await joinMeadow(second, { name: 'Ada', storage })
  expect(back.own(Purse)?.coins).toBe(coins)
})

test('[NODE-6] a dropped connection resumes by itself, in the same body', async () => {
  const node = await startNode()
  const ada = await joinMeadow(node, { name: 'Ada' })
  const body = ada.self()?.handle
  ada.dropConnection()
  await until('the drop is noticed', () => ada.status().phase === 'reconnecting')
  await until('the session is resumed', () => ada.status().phase === 'active')
  await until('the body is in view', () => ada.self() !== null)
  expect(ada.self()?.handle).toBe(body)
})

test('[NODE-7] what a node cannot use is told in a sentence that says what to do, with exit code 2', async () => {
  const blocker = createServer()
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
  const { port } = blocker.address() as { readonly port: number }
  const busy = await NodeProcess.run({ dataDir: folder.path, port })
  blocker.close()
  expect(busy.code).toBe(2)
  expect(busy.stderr).toContain(
    `Port ${port} is in use by another program. Stop that program, or choose another port: --port`,
  )

  const file = join(folder.path, 'a-file')
  await writeFile(file, '')
  const unwritable = await NodeProcess.run({ dataDir: join(file, 'data') })
  expect(unwritable.code).toBe(2)
  expect(unwritable.stderr).toContain('Nothing can be written to the data folder')
  expect(unwritable.stderr).toContain('--data-dir')

  const noGame = await NodeProcess.run({ dataDir: folder.path, game: join(folder.path, 'nowhere.js') })
  expect(noGame.code).toBe(2)
  expect(noGame.stderr).toContain('cannot be loaded')

  const badNumber = await NodeProcess.run({ dataDir: folder.path, args: ['--tick-hz', '999'] })
  expect(badNumber.code).toBe(2)
  expect(badNumber.stderr).toContain('tickHz')

  const badStore = await NodeProcess.run({ dataDir: folder.path, args: ['--store', 'mysql://x'] })
  expect(badStore.code).toBe(2)
  expect(badStore.stderr).toContain('postgres://')
})

test('[NODE-8] two nodes on one data folder: the second one says who is in the way', async () => {
  await startNode()
  const second = await NodeProcess.run({ dataDir: folder.path })
  expect(second.code).toBe(2)
  expect(second.stderr).toContain(folder.path)
})

test('[NODE-9] a fault in a system stops the whole node in order, with the reason (Ax-17)', async () => {
  const arena = fileURLToPath(import.meta.resolve('@worldkeep/server/testing/arena'))
  const end = await NodeProcess.run({ dataDir: folder.path, game: arena, gameOptions: { failAtTick: 20 } })
  expect(end.code).toBe(1)
  expect(end.stdout).toContain('Stopped because the tick thread has died')
  expect(end.stdout).toContain('planted fault at tick 20')
})

test.skipIf(!postgresPrograms.isAvailable)(
  '[NODE-10] with PostgreSQL for a store, players come back after kill -9 of node and database (X-33)',
  async () => {
    const postgres = await startPostgres()
    try {
      const args = ['--store', postgres.url]
      const first = await startNode({ args })
      const storage = memoryStorage()
      const ada = await joinMeadow(first, { name: 'Ada', storage })
      expect(await gatherOne(ada)).toMatchObject({ code: 'ok', durable: true })
      const coins = ada.own(Purse)?.coins
      await first.kill()
      await ada.close()
      postgres.kill()
      await postgres.restart()
      const second = await startNode({ args })
      const back = await joinMeadow(second, { name: 'Ada', storage })
      expect(back.own(Purse)?.coins).toBe(coins)
      expect(second.log() + first.log()).not.toContain('password')
    } finally {
      await postgres.stop()
    }
  },
)

test('[NODE-11] every log line names its service (T-036)', async () => {
  const node = await startNode()
  await joinMeadow(node, { name: 'Ada' })
  const end = await node.stop()
  const lines = end.stderr.split('\n').filter((line) => line.startsWith('{'))
  const services = lines.map((line) => (JSON.parse(line) as { readonly service?: string }).service)
  expect(lines.length).toBeGreaterThan(3)
  expect(services).not.toContain(undefined)
  expect(new Set(services)).toContain('tick')
})

test('[NODE-12] every part of the running node is alive (C-022, C-085)', async () => {
  const node = await startNode()
  const ada = await joinMeadow(node, { name: 'Ada' })
  expect(await gatherOne(ada)).toMatchObject({ code: 'ok' })
  await ada.close()
  const read = async (name: string): Promise<number> => {
    const metrics = await (await fetch(`${node.url}/metrics`)).text()
    const line = metrics.split('\n').find((candidate) => candidate.startsWith(`${name} `))
    if (line === undefined) throw new Error(`no metric ${name}`)
    return Number(line.split(' ')[1])
  }
  const moving = [
    'worldkeep_tick_ticks_total',
    'worldkeep_tick_records_frozen_total',
    'worldkeep_tick_inputs_applied_total',
    'worldkeep_tick_commands_handled_total',
    'worldkeep_tick_handshakes_accepted_total',
    'worldkeep_tick_disconnects_applied_total',
    'worldkeep_tick_frames_built_total',
    'worldkeep_tick_segments_encoded_total',
    'worldkeep_tick_saves_queued_total',
    'worldkeep_tick_durable_acknowledged_total',
    'worldkeep_gateway_frames_out_total',
    'worldkeep_gateway_messages_in_total',
    'worldkeep_persistence_loads_total',
    'worldkeep_persistence_commits_total',
    'worldkeep_persistence_saves_written_total',
    ...['handshakes', 'lifecycle', 'inbound', 'outbound', 'jobs', 'results', 'events'].map(
      (mailbox) => `worldkeep_mailbox_records_out{mailbox="${mailbox}"}`,
    ),
  ]
  for (const name of moving) await until(`${name} moves`, async () => (await read(name)) > 0, { withinMs: 10_000 })
})
