import { ManualClock, RingReader } from '@worldkeep/kernel'
import { slice, sliceDone, system } from '@worldkeep/world'
import { afterEach, expect, test } from 'vitest'
import { coreDefaults } from '../src/core/core-config.ts'
import { RecordKind } from '../src/core/mailboxes.ts'
import { type RecordedTick, readRecordedTick } from '../src/core/replay/recorded-entry.ts'
import { Replayer } from '../src/core/replay/replayer.ts'
import { createGame, Earn, Health, Hit } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { connect, join } from './party.ts'

const game = createGame()
const config = { graceS: 1, checkpointIntervalS: 2 }
let node: SimulatedNode | null = null

afterEach(async () => {
  await node?.dispose()
  node = null
})

interface Recording {
  readonly checkpoints: readonly { readonly tick: number; readonly bytes: Uint8Array }[]
  readonly ticks: readonly RecordedTick[]
}

/** What is in the recorder's mailbox, copied. */
function recordingOf(recorded: SimulatedNode): Recording {
  const ring = new RingReader(recorded.recording)
  const checkpoints: { tick: number; bytes: Uint8Array }[] = []
  const ticks: RecordedTick[] = []
  while (ring.next()) {
    if (ring.kind === RecordKind.RecordedCheckpoint) {
      const tick = ring.body.u32()
      expect([ring.body.varint(), ring.body.varint()]).toEqual([0, 1])
      checkpoints.push({ tick, bytes: ring.bytes().slice() })
    } else if (ring.kind === RecordKind.RecordedTick) {
      const entry = readRecordedTick(ring.body)
      expect(ring.body.failed).toBe(false)
      ticks.push({ ...entry, records: entry.records.map(({ kind, bytes }) => ({ kind, bytes: bytes.slice() })) })
    }
  }
  return { checkpoints, ticks }
}

/** A busy life: joins, walks, fights, earnings, drops, resumes, goodbyes, graces that end. */
async function live(): Promise<Recording> {
  node = await SimulatedNode.start({ game, config, record: { checkpointIntervalTicks: 40 } })
  const ada = await join(node, game, 'ada')
  const eve = await join(node, game, 'eve')
  const dummy = [...(ada.client.model?.entities.values() ?? [])].find(
    (entity) => ada.client.model?.row(entity, Health)?.current === 50,
  )
  for (let i = 0; i < 150; i++) {
    if (ada.client.open) ada.client.input({ x: (i % 7) / 3 - 1, z: (i % 5) / 2 - 1 })
    if (i % 9 === 0 && eve.client.open) eve.client.command(Earn, { amount: i })
    if (i % 4 === 0 && eve.client.open) eve.client.command(Hit, { target: dummy?.handle ?? 0 })
    if (i === 30) ada.loopback.closeByClient()
    if (i === 36) (await connectAs('ada', ada.client.joinAck?.resumeToken)).client.input({ x: 1, z: 1 })
    if (i === 70) eve.client.leave()
    if (i === 90) await connectAs('bob')
    await node.step()
  }
  return recordingOf(node)
}

async function connectAs(name: string, resume = ''): Promise<ReturnType<typeof connect>> {
  if (node === null) throw new Error('no node')
  const guest = connect(node, game)
  guest.client.hello(`player:${name}`, { resume })
  await node.steps(3)
  return guest
}

function replayer(fork = game): Replayer {
  return new Replayer(fork, { ...coreDefaults, ...config }, new ManualClock())
}

test('[REPLAY-1] a recorded life replays to the same hash in every tick, from its first checkpoint', async () => {
  const { checkpoints, ticks } = await live()
  const again = replayer()
  expect(again.restore(checkpoints[0]?.bytes ?? new Uint8Array(0))).toBe(true)
  expect(ticks.length).toBeGreaterThan(150)
  for (const entry of ticks) expect(again.replay(entry)).toBeNull()
})

test('[REPLAY-2] it replays from every later checkpoint as well', async () => {
  const { checkpoints, ticks } = await live()
  expect(checkpoints.length).toBeGreaterThan(3)
  for (const checkpoint of checkpoints.slice(1)) {
    const again = replayer()
    expect(again.restore(checkpoint.bytes)).toBe(true)
    for (const entry of ticks) if (entry.tick > checkpoint.tick) expect(again.replay(entry)).toBeNull()
  }
})

test('[REPLAY-3] changed rules diverge, in the first tick in which it matters, with the name of the field', async () => {
  const { checkpoints, ticks } = await live()
  const changed = createGame()
  const hit = changed.commands.find(({ name }) => name === 'hit')
  const fork = {
    ...changed,
    commands: changed.commands.map((command) =>
      command !== hit
        ? command
        : {
            ...command,
            handle: (
              world: Parameters<typeof command.handle>[0],
              _actor: unknown,
              args: { readonly target?: number },
            ) => {
              const { current } = world.table(Health).columns
              const slot = world.slotOf(args.target ?? 0)
              current.set(slot, current.get(slot) - 2)
              return 'ok' as const
            },
          },
    ),
  } as typeof game
  const again = replayer(fork)
  again.restore(checkpoints[0]?.bytes ?? new Uint8Array(0))
  const firstHit = ticks.find(({ records }) =>
    records.some(({ kind, bytes }) => kind === RecordKind.Command && bytes[5] === 0),
  )
  const divergences = ticks.map((entry) => again.replay(entry)).filter((divergence) => divergence !== null)
  expect(divergences[0]?.tick).toBe(firstHit?.tick)
  expect(divergences[0]?.leaves).toEqual(['health.current'])
})

test('[REPLAY-4] a checkpoint of another game or seed, or a damaged one, is refused', async () => {
  const { checkpoints } = await live()
  const bytes = checkpoints[1]?.bytes ?? new Uint8Array(0)
  expect(new Replayer(game, { ...coreDefaults, ...config, seed: 1 }, new ManualClock()).restore(bytes)).toBe(false)
  expect(replayer().restore(bytes.subarray(0, bytes.length - 3))).toBe(false)
  expect(replayer(createGame({ entitiesMax: 3, dummies: 1 })).restore(bytes)).toBe(false)
})

test('[SLICE-7] work in slices replays to the same hash, also from a checkpoint in the middle of it', async () => {
  const heal = slice('heal', {
    units: 1,
    step: (world, cursor, amount) => {
      const health = world.table(Health)
      if (health.has(cursor)) health.columns.current.set(cursor, (health.columns.current.get(cursor) + amount) % 1000)
      return cursor < 8 ? cursor + 1 : sliceDone
    },
  })
  const base = createGame()
  const sliced: typeof base = {
    ...base,
    slices: [heal],
    sliceUnitsPerTick: 3,
    systems: [system('plan', (world) => void (world.tick() % 4 === 0 && world.slices.add(heal, world.tick() % 50)))],
  }
  node = await SimulatedNode.start({ game: sliced, config, record: { checkpointIntervalTicks: 30 } })
  await join(node, sliced, 'ada')
  await node.steps(100)
  expect(node.tickBoard.read('slicesDeferred')).toBeGreaterThan(40)
  const { checkpoints, ticks } = recordingOf(node)
  expect(checkpoints.length).toBeGreaterThan(2)
  for (const checkpoint of checkpoints) {
    const again = replayer(sliced)
    expect(again.restore(checkpoint.bytes)).toBe(true)
    for (const entry of ticks) if (entry.tick > checkpoint.tick) expect(again.replay(entry)).toBeNull()
  }
})
