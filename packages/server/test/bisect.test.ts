import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ManualClock } from '@worldkeep/kernel'
import { steerTowards } from '@worldkeep/world'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bisectRecordings, bisectWithGame } from '../src/recording/bisect-recordings.ts'
import { openRecording } from '../src/recording/recording-reader.ts'
import { createGame } from '../src/testing/arena.ts'
import { RecordedRun } from '../src/testing/recorded-run.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { join as joinWorld } from './party.ts'

const game = createGame()
const clock = new ManualClock()
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'worldkeep-bisect-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A player stands for 20 ticks and walks for 40; what it walks towards is told by `z`. */
async function record(
  name: string,
  z: number,
): Promise<{ readonly path: string; readonly entity: number; readonly walkedAt: number }> {
  const path = join(folder, `${name}.wkr`)
  const node = await SimulatedNode.start({ game, record: { checkpointIntervalTicks: 15 } })
  const run = new RecordedRun(node, { game, module: 'arena', path })
  const ada = await joinWorld(node, game, 'ada')
  await node.steps(20)
  ada.client.input({ x: 1, z })
  const walkedAt = node.tick.world.tick() + 1
  await node.steps(40)
  run.close()
  await node.dispose()
  return { path, entity: ada.client.joinAck?.entity ?? 0, walkedAt }
}

/** The same game with faster players. */
const faster = {
  ...game,
  input: {
    ...game.input,
    steer: (
      motion: Parameters<typeof steerTowards>[0],
      slot: number,
      intent: { readonly x: number; readonly z: number },
    ) => steerTowards(motion, slot, intent, 500),
  },
} as typeof game

test('[BISECT-1] a changed constant is found in the tick in which it first mattered, with field, entity and both values', async () => {
  const { path, entity, walkedAt } = await record('a', 0)
  const found = bisectWithGame(openRecording(path), faster, clock)
  expect(found.tick).toBe(walkedAt)
  expect(found.leaves).toEqual(['motion.x', 'motion.vx'])
  expect(found.differences).toContainEqual({ entity, leaf: 'motion.vx', first: 400, second: 500 })
  expect(found.comparedAtTick).toBeGreaterThanOrEqual(walkedAt)
})

test('[BISECT-2] two recordings are compared in the very tick in which they begin to differ', async () => {
  const [first, second] = [await record('a', 0), await record('b', 1)]
  const found = bisectRecordings(openRecording(first.path), openRecording(second.path), game, clock)
  expect(found.tick).toBe(first.walkedAt)
  expect(found.comparedAtTick).toBe(first.walkedAt)
  expect(found.differences).toContainEqual({ entity: first.entity, leaf: 'motion.vz', first: 0, second: 283 })
})

test('[BISECT-3] runs that agree have no difference', async () => {
  const [first, second] = [await record('a', 0.5), await record('b', 0.5)]
  expect(bisectWithGame(openRecording(first.path), game, clock).tick).toBeNull()
  expect(bisectRecordings(openRecording(first.path), openRecording(second.path), game, clock).tick).toBeNull()
})
