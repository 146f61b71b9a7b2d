import { Earn, Gold, Label } from '@worldkeep/server/testing'
import { axis, component, defineGame, input, u8 } from '@worldkeep/world'
import { afterEach, expect, test } from 'vitest'
import type { ClientPhase, ClientStatus } from '../src/status.ts'
import { memoryStorage } from '../src/token-storage.ts'
import { Lab } from './lab.ts'

let lab: Lab

afterEach(() => lab.close())

/** Every status a client goes through, without repetitions. */
function follow(client: { status(): ClientStatus; subscribe(listener: () => void): () => void }): ClientStatus[] {
  const seen = [client.status()]
  client.subscribe(() => {
    if (client.status() !== seen.at(-1)) seen.push(client.status())
  })
  return seen
}

const phasesOf = (seen: readonly ClientStatus[]): readonly ClientPhase[] =>
  seen.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1])

/** Sessions the node knows: those in their grace too. */
const sessions = (): number => lab.node.tick.sessions.count

function goldOf(playerId: string): number {
  const session = lab.node.tick.sessions.ofPlayer(playerId)
  return session === null ? -1 : lab.node.tick.world.table(Gold).columns.amount.get(session.bodySlot)
}

test('[CLIENT-60] a connection that breaks is resumed by itself: same session, same body, same view', async () => {
  lab = await Lab.open()
  const ada = await lab.join({ name: 'Ada' })
  const seen = follow(ada)
  const [body, others] = [ada.self(), [...ada.entities()]]
  let comings = 0
  ada.onEnter(() => comings++)
  ada.onLeave(() => comings++)
  lab.line.break()
  expect(ada.status()).toMatchObject({ phase: 'reconnecting', attempt: 1, error: null })
  await lab.until('Ada is back', () => ada.status().phase === 'active')
  await lab.steps(5)
  expect(phasesOf(seen)).toEqual(['active', 'reconnecting', 'active'])
  expect(ada.self()).toBe(body)
  expect([...ada.entities()]).toEqual(others)
  expect([comings, sessions()]).toEqual([0, 1])
})

test('[CLIENT-60] over a resume only what has changed is told: nothing blinks, and rows stay the same objects', async () => {
  lab = await Lab.open()
  const [ada, eve] = [await lab.join({ name: 'Ada' }), await lab.join({ name: 'Eve' })]
  const adas = lab.lines[0]
  void ada.send(Earn, { amount: 5 })
  await lab.until('the gold is in the purse', () => ada.own(Gold)?.amount === 5)
  await lab.steps(5)
  const heard: string[] = []
  ada.onEnter((entity) => heard.push(`enter ${ada.get(entity, Label)?.text}`))
  ada.onLeave((entity) => heard.push(`leave ${ada.get(entity, Label)?.text}`))
  const rows = [...ada.entities()].map((entity) => ada.get(entity, Label))
  const [gold, version] = [ada.own(Gold), ada.ownVersion(Gold)]
  const { bytes, frames } = ada.traffic()
  adas?.break()
  eve.setIntent({ x: 1, z: 0 })
  await lab.until('Ada is back', () => ada.status().phase === 'active')
  await lab.until('a frame has come', () => ada.traffic().frames > frames)
  const resumedBytes = ada.traffic().bytes - bytes
  await lab.steps(10)
  expect(heard).toEqual([])
  const seen = [...ada.entities()]
  expect(seen.map((entity) => ada.get(entity, Label))).toEqual(rows)
  for (const [index, entity] of seen.entries()) expect(ada.get(entity, Label)).toBe(rows[index])
  expect([ada.own(Gold), ada.ownVersion(Gold)]).toEqual([gold, version])
  expect(ada.own(Gold)).toBe(gold)
  // The acknowledgement of the join, and a frame of a few bytes: a whole view of six is 150 more.
  expect(resumedBytes).toBeLessThan(200)
  const other = seen.find((entity) => ada.get(entity, Label)?.text === 'Eve')
  expect(other === undefined ? null : ada.velocityOf(other).xMps).toBe(4)
})

test('[CLIENT-60] a client dropped on purpose resumes too, and its intent goes on', async () => {
  lab = await Lab.open()
  const ada = await lab.join({ name: 'Ada' })
  ada.setIntent({ x: 0, z: 1 })
  await lab.steps(5)
  ada.dropConnection()
  await lab.until('the drop is noticed', () => ada.status().phase === 'reconnecting')
  await lab.until('the body stands', () => lab.node.tick.world.motion.vz[ada.self()?.slot ?? 0] === 0)
  await lab.until('Ada is back', () => ada.status().phase === 'active')
  await lab.until('the body walks on', () => lab.node.tick.world.motion.vz[ada.self()?.slot ?? 0] === 400)
})

test('[CLIENT-61] tries wait longer and longer, and after the fifth the user is asked (T-004)', async () => {
  lab = await Lab.open()
  const storage = memoryStorage()
  const ada = await lab.join({ name: 'Ada', storage })
  const seen = follow(ada)
  const waits: { readonly attempt: number; readonly waitMs: number }[] = []
  ada.subscribe(() => {
    const { attempt, retryAtMs } = ada.status()
    if (retryAtMs !== null && waits.at(-1)?.attempt !== attempt) waits.push({ attempt, waitMs: retryAtMs - Date.now() })
  })
  await lab.crash()
  await lab.until('Ada gives up', () => ada.status().phase === 'unavailable')
  expect(phasesOf(seen)).toEqual(['active', 'reconnecting', 'unavailable'])
  expect(waits.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5])
  for (const { attempt, waitMs } of waits) {
    expect(waitMs).toBeGreaterThanOrEqual(0)
    expect(waitMs).toBeLessThanOrEqual(1_000 * 2 ** (attempt - 1))
  }
  expect(ada.status()).toMatchObject({ attempt: 0, retryAtMs: null, error: { code: 'unreachable', retryable: true } })
  await lab.steps(200)
  expect(ada.status().phase).toBe('unavailable')

  await lab.restart()
  ada.connect()
  await lab.until('Ada is back', () => ada.status().phase === 'active')
  expect([ada.playerId, sessions()]).toEqual(['id-Ada', 1])
})

test('[CLIENT-62] a server that is silent for ten pings is given up: a cut cable tells nobody', async () => {
  lab = await Lab.open()
  const ada = await lab.join({ name: 'Ada' })
  const seen = follow(ada)
  const body = ada.self()
  await lab.steps(1_000)
  expect(ada.status().phase).toBe('active')
  lab.line.cut()
  await lab.steps(150)
  expect(ada.status().phase).toBe('active')
  await lab.until('Ada notices', () => ada.status().phase === 'reconnecting')
  expect(ada.status().error?.code).toBe('ping_timeout')
  await lab.until('Ada is back', () => ada.status().phase === 'active')
  await lab.steps(5)
  expect(phasesOf(seen)).toEqual(['active', 'reconnecting', 'active'])
  expect(ada.self()).toBe(body)
})

test('[CLIENT-62] a try that never gets an answer ends, and the next one begins', async () => {
  lab = await Lab.open()
  lab.deaf = true
  const ada = lab.client()
  await lab.until('the first try ends', () => ada.status().attempt === 1)
  expect(ada.status()).toMatchObject({ phase: 'connecting', error: { code: 'unreachable' } })
  lab.deaf = false
  await lab.until('Ada is in', () => ada.status().phase === 'active')
})

test('[CLIENT-63] the same player from somewhere else: the first client is refused and stays out until told otherwise', async () => {
  lab = await Lab.open()
  const storage = memoryStorage()
  const here = await lab.join({ name: 'Ada', storage })
  const open = here.send(Earn, { amount: 1 })
  const there = await lab.join({ storage })
  await lab.until('the first client hears of it', () => here.status().phase === 'refused')
  expect(here.status()).toMatchObject({ attempt: 0, retryAtMs: null, error: { code: 'superseded', retryable: false } })
  expect(['ok', 'session_lost']).toContain((await open).code)
  await lab.steps(300)
  expect([here.status().phase, there.status().phase, sessions()]).toEqual(['refused', 'active', 1])

  here.connect()
  await lab.until('the first client is back', () => here.status().phase === 'active')
  await lab.until('the second hears of it', () => there.status().phase === 'refused')
  expect(here.playerId).toBe('id-Ada')
})

test('[CLIENT-63] commands still open when a client is refused resolve with session_lost', async () => {
  lab = await Lab.open()
  const storage = memoryStorage()
  const here = await lab.join({ name: 'Ada', storage })
  lab.line.mute()
  const results = [here.send(Earn, { amount: 1 }), here.send(Earn, { amount: 2 })]
  await lab.join({ storage })
  await lab.until('the first client hears of it', () => here.status().phase === 'refused')
  results.push(here.send(Earn, { amount: 4 }))
  expect((await Promise.all(results)).map(({ code }) => code)).toEqual(['session_lost', 'session_lost', 'session_lost'])
  expect(goldOf('id-Ada')).toBe(0)
})

test('[CLIENT-64] other declarations than the server’s are refused at once, by name, and not tried again', async () => {
  lab = await Lab.open()
  const other = defineGame({
    name: 'arena',
    entitiesMax: 10,
    zones: [{ name: 'arena', sizeM: 512, cellM: 64 }],
    components: [component('label', { audience: 'nearby', fields: { size: u8 } })],
    input: input({ fields: { x: axis, z: axis }, steer: () => undefined }),
    commands: [],
    systems: [],
    player: { birthplace: () => ({ zone: 'arena', xM: 1, zM: 1 }), join: () => undefined },
  })
  const ada = lab.client({ game: other })
  await lab.until('Ada is refused', () => ada.status().phase === 'refused')
  expect(ada.status().error).toMatchObject({ code: 'game_mismatch', retryable: false })
  await lab.steps(600)
  expect([lab.asked.length, lab.lines.length, ada.status().phase]).toEqual([1, 1, 'refused'])
})

test('[CLIENT-65] a stored token that the server does not want is forgotten, and the player starts as a new guest', async () => {
  lab = await Lab.open()
  const storage = memoryStorage()
  storage.set('rubbish')
  const ada = await lab.join({ storage })
  expect(lab.asked).toEqual([
    { token: 'rubbish', name: null },
    { token: null, name: null },
  ])
  expect([ada.playerName, storage.get()]).toEqual(['Guest1', 'player:Guest1'])
})

test('[CLIENT-65] a token refused at hello is forgotten too, and the next try is a new guest', async () => {
  lab = await Lab.open()
  lab.planted.push('expired')
  const storage = memoryStorage()
  const ada = lab.client({ storage })
  await lab.until('the token is refused', () => ada.status().error !== null)
  expect([ada.status().error?.code, storage.get()]).toEqual(['token_expired', null])
  await lab.until('Ada is in', () => ada.status().phase === 'active')
  expect(ada.playerName).toBe('Guest2')
})

test('[CLIENT-65] the token outlives the client: the next one with the same storage is the same player', async () => {
  lab = await Lab.open()
  const storage = memoryStorage()
  const first = await lab.join({ storage })
  await first.close()
  const second = await lab.join({ storage })
  expect(second.playerId).toBe(first.playerId)
})

test('[CLIENT-66] close says goodbye: the player leaves the world at once, and the client stays out', async () => {
  lab = await Lab.open()
  const [ada, eve] = [await lab.join({ name: 'Ada' }), await lab.join({ name: 'Eve' })]
  const body = ada.self()?.handle ?? 0
  const open = ada.send(Earn, { amount: 1 })
  await ada.close()
  expect(ada.status()).toMatchObject({ phase: 'left', attempt: 0, error: null })
  expect((await open).code).toBe('session_lost')
  await lab.steps(3)
  expect([eve.entity(body), sessions()]).toEqual([null, 1])
  await lab.steps(600)
  expect([ada.status().phase, lab.lines.length]).toEqual(['left', 2])

  ada.connect()
  await lab.until('Ada is back', () => ada.self() !== null && ada.status().phase === 'active')
  expect(sessions()).toBe(2)
})

test('[CLIENT-66] a client closed while it connects or waits for its next try does neither any more', async () => {
  lab = await Lab.open()
  const early = lab.client()
  await early.close()
  const late = await lab.join()
  lab.line.break()
  await late.close()
  const before = lab.lines.length
  await lab.steps(800)
  expect([early.status().phase, late.status().phase]).toEqual(['left', 'left'])
  expect(lab.lines.length).toBe(before)
})

test('[CLIENT-67] connect while connecting changes nothing: there is one try at a time', async () => {
  lab = await Lab.open()
  await lab.crash()
  const ada = lab.client({ name: 'Ada' })
  await lab.until('the first try has failed', () => ada.status().attempt > 0)
  ada.connect()
  await lab.restart()
  ada.connect()
  await lab.until('Ada is in', () => ada.status().phase === 'active')
  const seen = follow(ada)
  ada.connect()
  await lab.steps(600)
  expect(phasesOf(seen)).toEqual(['active'])
  expect([lab.lines.length, lab.node.gatewayBoard.read('connections')]).toEqual([1, 1])
})

test('[CLIENT-68] bytes that are no message of the protocol end the connection, and the next one brings a fresh view', async () => {
  lab = await Lab.open()
  const ada = await lab.join({ name: 'Ada' })
  const seen = follow(ada)
  for (const bytes of [[], [200], [65], [65, 255, 1, 0, 0, 0]]) {
    lab.line.inject(Uint8Array.from(bytes))
    await lab.until('the connection ends', () => ada.status().phase === 'reconnecting')
    await lab.until('Ada is back', () => ada.status().phase === 'active')
    await lab.steps(2)
    expect([...ada.entities()]).toHaveLength(5)
  }
  expect(new Set(phasesOf(seen))).toEqual(new Set(['active', 'reconnecting']))
})

test('[CLIENT-69] after a restart of the server a client comes back as the same player, in a view of its own', async () => {
  lab = await Lab.open()
  const ada = await lab.join({ name: 'Ada' })
  const gold = ada.send(Earn, { amount: 5 })
  await lab.steps(300)
  expect((await gold).code).toBe('ok')
  const unanswered = ada.send(Earn, { amount: 100 })
  const goneBy = new Set([...ada.entities()])
  const left: unknown[] = []
  ada.onLeave((entity) => left.push(entity))
  await lab.crash()
  await lab.restart()
  await lab.until('Ada is back', () => ada.status().phase === 'active' && ada.self() !== null)
  expect(await unanswered).toMatchObject({ code: 'session_lost', retryable: false })
  expect([ada.playerId, ada.own(Gold)?.amount, goldOf('id-Ada')]).toEqual(['id-Ada', 5, 5])
  // Handles of another life name other things: nothing of the old view is kept.
  expect(new Set(left)).toEqual(goneBy)
  for (const entity of ada.entities()) expect(goneBy).not.toContain(entity)
  await lab.steps(60)
  expect(ada.stats().tickHz).toBeGreaterThanOrEqual(19)
  expect(ada.stats().tickHz).toBeLessThanOrEqual(21)
  expect(ada.stats().serverTick).toBeLessThan(200)
})
