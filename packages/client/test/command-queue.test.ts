import { ByteReader } from '@worldkeep/kernel'
import { ClientCommand, readMessage } from '@worldkeep/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CommandQueue, type CommandResult } from '../src/command-queue.ts'

const ok: CommandResult = { code: 'ok', durable: true, retryable: false, duplicate: false }
const nothing = new Uint8Array()
const connected = { connected: true } as const

interface Sent {
  readonly seq: number
  readonly command: number
  readonly clientTick: number
  readonly row: readonly number[]
}

function decode(message: Uint8Array | null): Sent {
  const reader = new ByteReader(message ?? nothing)
  const row = ClientCommand.codec.empty()
  expect(reader.u8()).toBe(ClientCommand.kind)
  expect(readMessage(reader, ClientCommand, row)).toBe(true)
  return { ...row, row: [...reader.slice(reader.remaining())] }
}

const seqsOf = (messages: readonly Uint8Array[]): number[] => messages.map((message) => decode(message).seq)

function fill(queue: CommandQueue, count: number): Promise<CommandResult>[] {
  return Array.from({ length: count }, () => queue.add(0, nothing, connected).result)
}

test('[CLIENT-30] commands are numbered 1, 2, 3 … and carry their arguments; no client stamps time', () => {
  const queue = new CommandQueue()
  const sent = [3, 4, 5].map((command) => decode(queue.add(command, Uint8Array.of(command, 9), connected).message))
  expect(sent).toEqual([
    { seq: 1, command: 3, clientTick: 0, row: [3, 9] },
    { seq: 2, command: 4, clientTick: 0, row: [4, 9] },
    { seq: 3, command: 5, clientTick: 0, row: [5, 9] },
  ])
})

test('[CLIENT-31] the 65th unanswered command is refused at once and takes no number; an answer makes room', async () => {
  const queue = new CommandQueue()
  void fill(queue, 64)
  const { message, result } = queue.add(0, nothing, connected)
  expect(message).toBeNull()
  expect(await result).toEqual({ code: 'command_queue_full', durable: false, retryable: true, duplicate: false })
  queue.answered(10, ok)
  expect(decode(queue.add(0, nothing, connected).message).seq).toBe(65)
})

test('[CLIENT-32] every command resolves with its own outcome, once, in whatever order and how often answers come', async () => {
  const answers = fc.array(
    fc.record({ seq: fc.integer({ min: 0, max: 12 }), code: fc.constantFrom('ok', 'no', 'bad') }),
    {
      maxLength: 60,
    },
  )
  await fc.assert(
    fc.asyncProperty(answers, async (arriving) => {
      const queue = new CommandQueue()
      const outcomes: string[][] = Array.from({ length: 10 }, () => [])
      const results = outcomes.map((outcome) =>
        queue.add(0, nothing, connected).result.then(({ code }) => outcome.push(code)),
      )
      for (const { seq, code } of arriving) expect(queue.answered(seq, { ...ok, code })).toBe(false)
      queue.abandon()
      await Promise.all(results)
      const first = (seq: number): string => arriving.find((answer) => answer.seq === seq)?.code ?? 'session_lost'
      expect(outcomes).toEqual(outcomes.map((_, index) => [first(index + 1)]))
    }),
  )
})

test('[CLIENT-33] what the server has not looked at stays open, and everything open is sent again, in order, as it was', () => {
  for (const code of ['command_queue_full', 'sequence_gap']) {
    const queue = new CommandQueue()
    const first = [0, 1, 2, 3, 4, 5].map((command) => queue.add(command, Uint8Array.of(command), connected).message)
    queue.answered(1, ok)
    queue.answered(4, ok)
    expect(queue.answered(3, { ...ok, code })).toBe(true)
    expect(queue.unanswered()).toEqual([1, 2, 4, 5].map((index) => first[index]))
  }
})

test('[CLIENT-33] a late "not looked at" for a command that has its answer asks for nothing', () => {
  const queue = new CommandQueue()
  void fill(queue, 2)
  queue.answered(1, ok)
  expect(queue.answered(1, { ...ok, code: 'sequence_gap' })).toBe(false)
  expect(seqsOf(queue.unanswered())).toEqual([2])
})

test('[CLIENT-34] a new session resolves everything open with session_lost and numbers from 1 again', async () => {
  const queue = new CommandQueue()
  const results = fill(queue, 3)
  queue.answered(2, ok)
  queue.restart()
  expect((await Promise.all(results)).map(({ code, retryable }) => ({ code, retryable }))).toEqual([
    { code: 'session_lost', retryable: false },
    { code: 'ok', retryable: false },
    { code: 'session_lost', retryable: false },
  ])
  expect(queue.unanswered()).toEqual([])
  expect(decode(queue.add(0, nothing, connected).message).seq).toBe(1)
})

test('[CLIENT-34] what has never been sent waits for the connection, and begins the next session', async () => {
  const queue = new CommandQueue()
  const sent = queue.add(1, nothing, connected)
  const [waiting, another] = [7, 8].map((command) => queue.add(command, nothing, { connected: false }))
  expect([waiting?.message, another?.message]).toEqual([null, null])
  queue.restart()
  expect((await sent.result).code).toBe('session_lost')
  expect(queue.unanswered().map(decode)).toMatchObject([
    { seq: 1, command: 7 },
    { seq: 2, command: 8 },
  ])
  // Now it has been: another new session cannot tell what became of it.
  queue.answered(1, ok)
  queue.restart()
  expect([(await waiting?.result)?.code, (await another?.result)?.code]).toEqual(['ok', 'session_lost'])
})

test('[CLIENT-34] when there will be no other session, everything open resolves with session_lost, sent or not', async () => {
  const queue = new CommandQueue()
  const results = [queue.add(0, nothing, connected).result, queue.add(0, nothing, { connected: false }).result]
  queue.abandon()
  expect((await Promise.all(results)).map(({ code }) => code)).toEqual(['session_lost', 'session_lost'])
  expect(queue.unanswered()).toEqual([])
})

test('[FLOOD-25] a flood of commands holds 64 and refuses the others at once; the order of the survivors stays', async () => {
  const queue = new CommandQueue()
  const added = Array.from({ length: 10_000 }, (_, command) => queue.add(command & 0xff, nothing, connected))
  const refused = added.filter(({ message }) => message === null)
  expect(refused).toHaveLength(10_000 - 64)
  for (const { result } of refused.slice(0, 100)) expect((await result).code).toBe('command_queue_full')
  expect(seqsOf(queue.unanswered())).toEqual(Array.from({ length: 64 }, (_, index) => index + 1))
  for (let seq = 1; seq <= 64; seq++) queue.answered(seq, ok)
  expect(decode(queue.add(0, nothing, connected).message).seq).toBe(65)
})
