import { Earn, Gold } from '@worldkeep/server/testing'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { CommandResult } from '../src/command-queue.ts'
import { Lab } from './lab.ts'

let lab: Lab

afterEach(() => lab.close())

function goldOf(playerId: string): number {
  const session = lab.node.tick.sessions.ofPlayer(playerId)
  return session === null ? -1 : lab.node.tick.world.table(Gold).columns.amount.get(session.bodySlot)
}

/** What happens between two ticks. */
type Move = 'send' | 'step' | 'break' | 'mute' | 'deafen'

test('[CLIENT-35] whatever the link does, a resumed session does every command exactly once, and each resolves', async () => {
  lab = await Lab.open()
  const moves = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Move>('send') },
      { weight: 6, arbitrary: fc.constant<Move>('step') },
      { weight: 1, arbitrary: fc.constantFrom<Move>('break', 'mute', 'deafen') },
    ),
    { minLength: 5, maxLength: 60 },
  )
  let players = 0
  let repeated = 0
  const property = fc.asyncProperty(moves, async (all) => {
    const name = `Ada${++players}`
    const ada = await lab.join({ name })
    const results: CommandResult[] = []
    let [sent, gold] = [0, 0]
    for (const move of all) {
      if (move === 'step') await lab.step()
      // What the client says from now on is lost, what it hears from now on, or both, until the connection is another.
      else if (move === 'break') lab.line.break()
      else if (move === 'mute') lab.line.mute()
      else if (move === 'deafen') lab.line.cut()
      else if (sent < 60) {
        const amount = 2 ** (sent++ % 10)
        gold += amount
        void ada.send(Earn, { amount }).then((result) => results.push(result))
      }
    }
    await lab.steps(2)
    lab.line.break()
    await lab.until('everything is answered', () => results.length === sent)
    await lab.steps(5)
    expect(results.map(({ code }) => code)).toEqual(new Array(sent).fill('ok'))
    expect([results.length, goldOf(`id-${name}`), ada.own(Gold)?.amount]).toEqual([sent, gold, gold])
    repeated += results.filter(({ duplicate }) => duplicate).length
    await ada.close()
  })
  await fc.assert(property, { numRuns: 40 })
  expect(repeated).toBeGreaterThan(0)
})

test('[CLIENT-36] a full queue of the server costs time, not commands: each is done once, in order', async () => {
  lab = await Lab.open({ config: { queuedCommandsMax: 8 } })
  const ada = await lab.join({ name: 'Ada' })
  const order: number[] = []
  const results = Array.from({ length: 64 }, (_, index) =>
    ada.send(Earn, { amount: index + 1 }).then((result) => {
      order.push(index)
      return result
    }),
  )
  const refused = await ada.send(Earn, { amount: 1 })
  expect(refused).toMatchObject({ code: 'command_queue_full', retryable: true })
  await lab.until('all are answered', () => order.length === 64)
  expect((await Promise.all(results)).map(({ code }) => code)).toEqual(new Array(64).fill('ok'))
  expect(order).toEqual([...order].sort((a, b) => a - b))
  expect(lab.node.gatewayBoard.read('refused_command_queue_full')).toBeGreaterThan(50)
  expect(goldOf('id-Ada')).toBe((64 * 65) / 2)
})

test('[CLIENT-37] an input that the server left out is said again', async () => {
  lab = await Lab.open({ config: { queuedCommandsMax: 4 } })
  const ada = await lab.join({ name: 'Ada' })
  const slot = ada.self()?.slot ?? 0
  for (let i = 0; i < 4; i++) void ada.send(Earn, { amount: 1 })
  ada.setIntent({ x: 1, z: 0 })
  // Commands and input are in one tick's batch.
  lab.passClientTime(50)
  await lab.step()
  expect(lab.node.gatewayBoard.read('refused_command_queue_full')).toBe(1)
  expect(lab.node.tick.world.motion.vx[slot]).toBe(0)
  await lab.until('the body walks', () => lab.node.tick.world.motion.vx[slot] === 400)
})
