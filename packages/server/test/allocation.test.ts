import { RingWriter } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { heapGrowthBytes } from '../../../testing/src/heap.ts'
import { frozenRecordsMax } from '../src/core/limits.ts'
import { RecordKind } from '../src/core/mailboxes.ts'
import { createGame } from '../src/testing/arena.ts'
import { Crowd } from '../src/testing/crowd.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { connect, join } from './party.ts'

/**
 * Bytes one tick may add to the heap, garbage included. Measured on Node 20 with everything that `[ALLOC-1]` names: 3 to 7,
 * a recorder's checkpoint every 600 ticks being all of it. One object per input would be 4,000.
 */
const budgetBytesPerTick = 64

test('[ALLOC-1] a tick of 200 players and 5,000 wanderers, recorded and saved, makes no garbage', () => {
  const crowd = new Crowd({ sessions: 200, entities: 5_000, checkpointIntervalTicks: 600 })
  crowd.join()
  const { board } = crowd
  const [frames, inputs, commands] = [crowd.frames, board.read('inputsApplied'), board.read('commandsHandled')]
  // Feeding and draining are in the measured step, and allocate nothing: what grows is the tick's.
  const grownBytes = heapGrowthBytes(() => crowd.step())
  const ticks = 12_000
  expect(crowd.frames - frames).toBeGreaterThan(ticks * 150)
  expect(board.read('inputsApplied') - inputs).toBe(ticks * 100)
  expect(board.read('commandsHandled') - commands).toBe(ticks * 10)
  expect(board.read('savesQueued')).toBeGreaterThan(ticks / 4)
  expect(crowd.checkpoints).toBeGreaterThan(ticks / 600)
  // Everybody crosses cells: so many that the oldest departures are forgotten.
  expect(crowd.core.world.tombstones.forgottenCount).toBeGreaterThan(5_000)
  expect(grownBytes).toBeLessThan(budgetBytesPerTick)
}, 60_000)

test('[ALLOC-2] more players than sessions are refused and counted', async () => {
  const game = createGame()
  const node = await SimulatedNode.start({ game, config: { sessionsMax: 1 } })
  await join(node, game, 'ada')
  connect(node, game).client.hello('player:eve')
  await node.steps(4)
  expect(node.tick.sessions.count).toBe(1)
  expect(node.tickBoard.read('handshakesRefused')).toBe(1)
  await node.dispose()
})

test('[ALLOC-2] more entities than the world has places for are refused and counted', async () => {
  const node = await SimulatedNode.start({ game: createGame({ entitiesMax: 4, dummies: 6 }) })
  await node.step()
  expect(node.tickBoard.read('entities')).toBe(4)
  expect(node.tickBoard.read('entitiesRefused')).toBe(2)
  await node.dispose()
})

test('[ALLOC-3] what a tick cannot take in any more waits in its mailbox, counted, and none of it is lost', async () => {
  const node = await SimulatedNode.start({ game: createGame() })
  const inbound = new RingWriter(node.mailboxes.inbound)
  let written = 0
  while (written < frozenRecordsMax && push(inbound)) written++
  inbound.publish()
  expect(written).toBe(frozenRecordsMax)
  node.tick.tick()
  // One place is the tick's own: the room it found in the mailbox of jobs.
  expect(node.tickBoard.read('recordsFrozen')).toBe(frozenRecordsMax)
  expect(node.tickBoard.read('recordsStale')).toBe(frozenRecordsMax - 1)
  expect(node.tickBoard.read('freezesDeferred')).toBe(1)
  node.tick.tick()
  expect(node.tickBoard.read('recordsStale')).toBe(frozenRecordsMax)
  expect(node.tickBoard.read('freezesDeferred')).toBe(1)
  await node.dispose()
})

/** An input of nobody. */
function push(inbound: RingWriter): boolean {
  const record = inbound.begin(8)
  if (record === null) return false
  record.u32(7)
  record.u32(1)
  inbound.end(RecordKind.Input)
  return true
}
