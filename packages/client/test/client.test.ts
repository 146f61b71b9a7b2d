import { Earn, Gold, Health, Hit, Label } from '@worldkeep/server/testing'
import { command, u8 } from '@worldkeep/world'
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest'
import { Lab } from './lab.ts'

let lab: Lab

beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

test('[CLIENT-40] a client joins: who it is, where it is, and what is there', async () => {
  const ada = lab.client({ name: 'Ada' })
  expect(ada.status()).toMatchObject({ phase: 'connecting', attempt: 0, attemptsMax: 5, retryAtMs: null, error: null })
  expect([ada.self(), [...ada.entities()], ada.own(Gold), ada.zoneSizeM]).toEqual([null, [], null, 0])
  await lab.until('Ada is in', () => ada.self() !== null)
  expect(ada.status()).toMatchObject({ phase: 'active', attempt: 0, error: null })
  expect([ada.playerName, ada.playerId, ada.zoneSizeM]).toEqual(['Ada', 'id-Ada', 512])
  expect([...ada.entities()]).toHaveLength(5)
  const self = ada.self() as NonNullable<ReturnType<typeof ada.self>>
  expect(ada.entity(self.handle)).toBe(self)
  const place = { xM: 0, zM: 0 }
  ada.placeOf(self, place)
  expect(place).toEqual({ xM: 256, zM: 256 })
})

test('[CLIENT-41] components come with the types their game declares, and stay the same object until they change', async () => {
  const ada = await lab.join({ name: 'Ada' })
  const self = ada.self() as NonNullable<ReturnType<typeof ada.self>>
  const health = ada.get(self, Health)
  const gold = ada.own(Gold)
  expectTypeOf(health).toEqualTypeOf<{ readonly current: number } | null>()
  expectTypeOf(gold).toEqualTypeOf<{ readonly amount: number } | null>()
  expectTypeOf(ada.setIntent).parameter(0).toEqualTypeOf<{ readonly x: number; readonly z: number }>()
  expect([health, gold, ada.get(self, Label)?.text]).toEqual([{ current: 100 }, { amount: 0 }, 'Ada'])
  await lab.steps(5)
  expect(ada.get(self, Health)).toBe(health)
  void ada.send(Hit, { target: self.handle })
  await lab.until('the hit is seen', () => ada.get(self, Health)?.current === 99)
  expect(health).toEqual({ current: 100 })
})

test('[CLIENT-41] an own component has a version, the tick of its last change', async () => {
  const ada = lab.client({ name: 'Ada' })
  expect(ada.ownVersion(Gold)).toBe(-1)
  await lab.until('Ada is in', () => ada.self() !== null)
  const version = ada.ownVersion(Gold)
  await lab.steps(5)
  expect(ada.ownVersion(Gold)).toBe(version)
  void ada.send(Earn, { amount: 2 })
  await lab.until('the gold is in the purse', () => ada.own(Gold)?.amount === 2)
  expect(ada.ownVersion(Gold)).toBe(ada.traffic().appliedTick)
})

test('[CLIENT-42] a durable command resolves once it is stored; a refusal resolves with its code', async () => {
  const ada = await lab.join({ name: 'Ada' })
  const earned = ada.send(Earn, { amount: 7 })
  const refused = ada.send(Earn, { amount: 0 })
  await lab.until('the gold is in the purse', () => ada.own(Gold)?.amount === 7)
  await lab.steps(3)
  expect(await earned).toEqual({ code: 'ok', durable: true, retryable: false, duplicate: false })
  expect(await refused).toEqual({ code: 'nothing', durable: false, retryable: false, duplicate: false })
  expect((await lab.node.store().loadPlayer('id-Ada'))?.components.gold).toEqual({ amount: 7 })
})

test('[CLIENT-42] a command that is not of the game is our mistake, and is told at once', async () => {
  const ada = await lab.join()
  const Dance = command('dance', { acknowledged: 'processed', fields: { steps: u8 }, refusals: [], handle: () => 'ok' })
  expect(() => ada.send(Dance, { steps: 2 })).toThrow('command dance is not part of game arena: add it to defineGame')
})

test('[CLIENT-42] a command sent before the client is in waits for it; one sent after the end is told so at once', async () => {
  const ada = lab.client({ name: 'Ada' })
  const early = ada.send(Earn, { amount: 3 })
  await lab.until('the gold is in the purse', () => ada.own(Gold)?.amount === 3)
  await lab.steps(3)
  expect(await early).toMatchObject({ code: 'ok', durable: true })
  await ada.close()
  expect(await ada.send(Earn, { amount: 3 })).toMatchObject({ code: 'session_lost', retryable: false })
})

test('[CLIENT-43] listeners hear of who comes and goes, of frames and inputs, until they stop listening', async () => {
  const ada = await lab.join({ name: 'Ada' })
  const heard: string[] = []
  let changes = 0
  const stops = [
    ada.onEnter((entity) => heard.push(`enter ${ada.get(entity, Label)?.text}`)),
    ada.onLeave((entity) => heard.push(`leave ${ada.get(entity, Label)?.text}`)),
    ada.onInput((seq) => heard.push(`input ${seq}`)),
    ada.onFrame((_tick, inputAck) => {
      if (inputAck !== null && inputAck > 0) heard.push(`ack ${inputAck}`)
    }),
    ada.subscribe(() => {
      changes++
    }),
  ]
  const eve = await lab.join({ name: 'Eve' })
  ada.setIntent({ x: 1, z: 0 })
  await lab.steps(5)
  await eve.close()
  await lab.steps(5)
  expect(heard).toEqual(['enter Eve', 'input 1', 'ack 1', 'leave Eve'])
  expect(changes).toBeGreaterThan(2)
  for (const stop of stops) stop()
  const before = changes
  await lab.join({ name: 'Bob' })
  expect(heard).toHaveLength(4)
  expect(changes).toBe(before)
})

test('[CLIENT-44] statistics are a fresh object once a second', async () => {
  const ada = await lab.join({ name: 'Ada' })
  ada.setIntent({ x: 1, z: 0 })
  await lab.steps(40)
  const stats = ada.stats()
  expect(stats.entitiesInView).toBe(5)
  // A pong may be a tick old, and a second has twenty.
  expect(stats.tickHz).toBeGreaterThanOrEqual(19)
  expect(stats.tickHz).toBeLessThanOrEqual(21)
  expect(stats.serverTick).toBeGreaterThan(15)
  expect(stats.roundTripMs).toBeLessThanOrEqual(50)
  expect(stats.bytesPerS).toBeGreaterThan(0)
  const objects = new Set([stats])
  for (let i = 0; i < 100; i++) {
    await lab.step()
    objects.add(ada.stats())
  }
  expect(objects.size).toBe(6)
  expect(ada.traffic().bytes).toBeGreaterThan(stats.bytesPerS)
  expect(ada.traffic().appliedTick).toBeGreaterThan(0)
})

test('[CLIENT-45] an input is sent when it changes on the wire, and is not repeated', async () => {
  const ada = await lab.join({ name: 'Ada' })
  const sent: number[] = []
  ada.onInput((seq) => sent.push(seq))
  ada.setIntent({ x: 0.5, z: 0 })
  await lab.steps(50)
  expect(sent).toEqual([1])
  // Less than half a step of the axis: the server could not tell the difference.
  ada.setIntent({ x: 0.501, z: 0 })
  await lab.steps(10)
  expect(sent).toEqual([1])
  ada.setIntent({ x: 0.6, z: 0 })
  await lab.steps(10)
  expect(sent).toEqual([1, 2])
})

test('[CLIENT-45] with inputRepeatHz it is sent at that rate, changed or not', async () => {
  const ada = await lab.join({ name: 'Ada', inputRepeatHz: 10 })
  const sent: number[] = []
  ada.onInput((seq) => sent.push(seq))
  await lab.steps(100)
  expect(sent.length).toBeGreaterThanOrEqual(48)
  expect(sent.length).toBeLessThanOrEqual(52)
})
