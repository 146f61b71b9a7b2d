import { StoreUnavailable, type WorldStore } from '@worldkeep/store'
import { ClientCommand } from '@worldkeep/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGame, Earn, Gold, Health, Hit } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { join } from './party.ts'

const game = createGame()
let node: SimulatedNode

beforeEach(async () => {
  node = await SimulatedNode.start({ game })
})
afterEach(() => node.dispose())

/** A store whose writes wait for `open`, or fail while `broken`. */
function gate(): { store(plain: WorldStore): WorldStore; broken: boolean; hold: boolean; release(): void } {
  let release: () => void = () => undefined
  let waiting = new Promise<void>((resolve) => {
    release = resolve
  })
  const control = {
    broken: false,
    hold: false,
    release: () => {
      control.hold = false
      release()
      waiting = Promise.resolve()
    },
    store: (plain: WorldStore): WorldStore =>
      new Proxy(plain, {
        get: (target, name) => {
          const value = Reflect.get(target, name) as unknown
          if (name !== 'commit') return typeof value === 'function' ? (value as () => unknown).bind(target) : value
          return async (batches: Parameters<WorldStore['commit']>[0]) => {
            if (control.broken) throw new StoreUnavailable('planted outage', { code: 'store_unavailable' })
            if (control.hold) await waiting
            return target.commit(batches)
          }
        },
      }),
  }
  return control
}

/** One tick without the store: its round is the test's to run. */
async function tickOnly(): Promise<void> {
  await node.deliver()
  node.tick.tick()
  node.gateway.drain()
  await node.deliver()
}

test('[CMD-1] a command changes the world, and everybody near sees it (C-071)', async () => {
  const [ada, eve] = [await join(node, game, 'ada'), await join(node, game, 'eve')]
  const dummy = [...(ada.client.model?.entities.values() ?? [])].find(
    (entity) => ada.client.model?.row(entity, Health)?.current === 50,
  )
  const seq = ada.client.command(Hit, { target: dummy?.handle ?? 0 })
  await node.steps(2)
  expect(ada.client.resultOf(seq)).toMatchObject({ code: 'ok', durable: 0 })
  const seen = eve.client.model?.entityOf(dummy?.handle ?? 0)
  expect(seen && eve.client.model?.row(seen, Health)?.current).toBe(49)
})

test('[CMD-2] a durable command is acknowledged after its commit and never before (T-021)', async () => {
  await node.dispose()
  const control = gate()
  node = await SimulatedNode.start({ game, wrapStore: control.store })
  const ada = await join(node, game, 'ada')
  control.hold = true
  const seq = ada.client.command(Earn, { amount: 5 })
  for (let i = 0; i < 5; i++) await tickOnly()
  expect(ada.client.model?.ownRow(Gold)?.amount).toBe(5)
  const round = node.persistence.round()
  for (let i = 0; i < 5; i++) await tickOnly()
  expect(ada.client.resultOf(seq)).toBeNull()
  control.release()
  await round
  await tickOnly()
  await tickOnly()
  expect(ada.client.resultOf(seq)).toMatchObject({ code: 'ok', durable: 1 })
  expect((await node.store().loadPlayer('id-ada'))?.components.gold).toEqual({ amount: 5 })
})

test('[CMD-3] what was acknowledged as durable is there after a crash (T-021)', async () => {
  const ada = await join(node, game, 'ada')
  const seq = ada.client.command(Earn, { amount: 9 })
  await node.steps(4)
  expect(ada.client.resultOf(seq)?.durable).toBe(1)
  await node.crash()
  const { dataDir } = node
  node = await SimulatedNode.start({ game, dataDir })
  const again = await join(node, game, 'ada')
  expect(again.client.model?.ownRow(Gold)?.amount).toBe(9)
})

test('[CMD-4] while the store is down, durable commands are refused before any effect, and the world plays on', async () => {
  await node.dispose()
  const control = gate()
  node = await SimulatedNode.start({ game, wrapStore: control.store })
  const ada = await join(node, game, 'ada')
  control.broken = true
  ada.client.command(Earn, { amount: 1 })
  await tickOnly()
  const outage = node.persistence.round()
  for (let i = 0; i < 20; i++) await tickOnly()
  const refused = ada.client.command(Earn, { amount: 100 })
  const moved = ada.client.input({ x: 1, z: 0 })
  for (let i = 0; i < 3; i++) await tickOnly()
  expect(ada.client.resultOf(refused)).toMatchObject({ code: 'store_unavailable', retryable: 1, durable: 0 })
  expect(ada.client.model?.ownRow(Gold)?.amount).toBe(1)
  expect(ada.client.frames.at(-1)?.inputAck).toBe(moved)
  control.broken = false
  await outage
  await node.steps(4)
  expect(ada.client.resultOf(1)).toMatchObject({ code: 'ok', durable: 1 })
  const accepted = ada.client.command(Earn, { amount: 10 })
  await node.steps(4)
  expect(ada.client.resultOf(accepted)).toMatchObject({ code: 'ok', durable: 1 })
})

test('[CMD-5] the same sequence number again has no second effect and gets the first result, marked', async () => {
  const ada = await join(node, game, 'ada')
  const seq = ada.client.command(Earn, { amount: 3 })
  await node.steps(4)
  ada.client.command(Earn, { amount: 3 }, { seq })
  await node.steps(4)
  expect(ada.client.results.map(({ code, durable, duplicate }) => ({ code, durable, duplicate }))).toEqual([
    { code: 'ok', durable: 1, duplicate: 0 },
    { code: 'ok', durable: 1, duplicate: 1 },
  ])
  expect(ada.client.model?.ownRow(Gold)?.amount).toBe(3)
})

test('[CMD-6] a gap in the sequence is refused, not skipped', async () => {
  const ada = await join(node, game, 'ada')
  ada.client.command(Earn, { amount: 3 }, { seq: 2 })
  await node.steps(3)
  expect(ada.client.resultOf(2)).toMatchObject({ code: 'sequence_gap' })
  ada.client.command(Earn, { amount: 3 }, { seq: 1 })
  await node.steps(3)
  expect(ada.client.model?.ownRow(Gold)?.amount).toBe(3)
})

test('[CMD-7] an unknown command and arguments that do not decode are refused with their own codes', async () => {
  const ada = await join(node, game, 'ada')
  ada.client.wire.send(Uint8Array.of(ClientCommand.kind, 1, 99, 0))
  await node.steps(2)
  ada.client.wire.send(Uint8Array.of(ClientCommand.kind, 2, 1, 0))
  await node.steps(2)
  expect(ada.client.results.map(({ code }) => code)).toEqual(['unknown_command', 'bad_command'])
})

test('[CMD-8] a client that stamps time is refused and counted (C-074)', async () => {
  const ada = await join(node, game, 'ada')
  const seq = ada.client.command(Earn, { amount: 3 }, { clientTick: 5 })
  await node.steps(3)
  expect(ada.client.resultOf(seq)?.code).toBe('client_tick_refused')
  expect(node.gatewayBoard.read('refused_client_tick_refused')).toBe(1)
  expect(ada.client.model?.ownRow(Gold)?.amount).toBe(0)
})

test('[CMD-9] command cap + 1 is refused with a retryable code, and the earlier ones survive in order (C-043)', async () => {
  const ada = await join(node, game, 'ada')
  for (let i = 1; i <= node.config.queuedCommandsMax + 1; i++) ada.client.command(Earn, { amount: 1 })
  await node.steps(5)
  const refused = ada.client.results.filter(({ code }) => code === 'command_queue_full')
  expect(refused).toHaveLength(1)
  expect(refused[0]?.retryable).toBe(1)
  expect(ada.client.model?.ownRow(Gold)?.amount).toBe(node.config.queuedCommandsMax)
})

test('[CMD-10] commands arriving before the boundary of a tick are in its batch; later ones wait (C-009, C-017)', async () => {
  const ada = await join(node, game, 'ada')
  ada.client.command(Earn, { amount: 1 })
  await node.deliver()
  node.tick.tick()
  expect(node.tick.world.table(Gold).columns.amount.get(bodyOf(ada.client.joinAck?.entity ?? 0))).toBe(1)
  ada.client.command(Earn, { amount: 1 })
  expect(node.tick.world.table(Gold).columns.amount.get(bodyOf(ada.client.joinAck?.entity ?? 0))).toBe(1)
  await node.step()
  expect(node.tick.world.table(Gold).columns.amount.get(bodyOf(ada.client.joinAck?.entity ?? 0))).toBe(2)
})

test('[CMD-11] the newest input wins, late and repeated ones are left aside, and the acknowledgement never goes back', async () => {
  const ada = await join(node, game, 'ada')
  ada.client.input({ x: 1, z: 0 }, 10)
  ada.client.input({ x: 0, z: 1 }, 9)
  ada.client.input({ x: 0, z: 1 }, 10)
  await node.steps(3)
  const self = ada.client.model?.entityOf(ada.client.joinAck?.entity ?? 0)
  expect(self?.track.velocity()).toEqual({ xMps: 4, zMps: 0 })
  expect(ada.client.frames.at(-1)?.inputAck).toBe(10)
  expect(node.tickBoard.read('inputsLate')).toBe(2)
})

test('[CMD-12] a durable command that changes nothing refuses without a batch', async () => {
  const ada = await join(node, game, 'ada')
  const seq = ada.client.command(Earn, { amount: 0 })
  await node.steps(3)
  expect(ada.client.resultOf(seq)).toMatchObject({ code: 'nothing', durable: 0 })
  expect(node.tickBoard.read('durableBatches')).toBe(0)
})

test('[CMD-13] durable actions of one tick, of all players, are one batch', async () => {
  const players = [await join(node, game, 'ada'), await join(node, game, 'eve'), await join(node, game, 'bob')]
  for (const { client } of players) client.command(Earn, { amount: 2 })
  await node.steps(4)
  expect(node.tickBoard.read('durableBatches')).toBe(1)
  expect(node.persistenceBoard.read('commits')).toBe(1)
  expect(node.persistenceBoard.read('committedActions')).toBe(3)
  expect(node.persistenceBoard.read('committedPlayers')).toBe(3)
})

test('[CMD-14] every command is answered, also when more answers come at once than a frame carries', async () => {
  const ada = await join(node, game, 'ada')
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 50; i++) ada.client.command(Earn, { amount: 1 })
    await tickOnly()
  }
  await node.persistence.round()
  await node.steps(3)
  expect(ada.client.results.filter(({ durable }) => durable === 1)).toHaveLength(200)
  expect(ada.client.malformed).toBe(false)
})

test('[CMD-15] a handler that writes to its arguments fails in a test (C-035)', async () => {
  await node.dispose()
  const scribble = {
    ...Earn,
    handle: (_world: unknown, _actor: unknown, args: object) => {
      Object.assign(args, { amount: 1_000 })
      return 'ok' as const
    },
  }
  const scribbling = {
    ...game,
    commands: game.commands.map((command) => (command === Earn ? scribble : command)),
  } as typeof game
  node = await SimulatedNode.start({ game: scribbling })
  const ada = await join(node, scribbling, 'ada')
  ada.client.wire.send(Uint8Array.of(ClientCommand.kind, 1, 1, 0, 5, 0))
  await node.deliver()
  expect(() => node.tick.tick()).toThrow('read only')
})

function bodyOf(handle: number): number {
  return node.tick.world.slotOf(handle)
}
