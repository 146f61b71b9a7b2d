import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { Doorbell } from '../src/ring/doorbell.ts'
import { createRing, RingWord, ringCounters, ringWords } from '../src/ring/ring-layout.ts'
import { RingReader } from '../src/ring/ring-reader.ts'
import { checkRecord } from './numbered-records.mjs'

const count = 250_000
const byteLength = 1 << 16

const workers: Worker[] = []

function startPeer(workerData: object): Worker {
  const worker = new Worker(new URL('./ring-peers.mjs', import.meta.url), { workerData })
  workers.push(worker)
  return worker
}

/** The next message of a peer; rejects when it fails. */
async function messageOf(worker: Worker): Promise<unknown> {
  const [message] = await once(worker, 'message')
  return message
}

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
})

/** Two ends share this. The cursors stand shortly before 2^32, so that they wrap on the way. */
function sharedParts(recordsMax: number) {
  const ring = createRing({ byteLength, recordsMax })
  const words = ringWords(ring)
  words[RingWord.Head] = -byteLength * 20
  words[RingWord.Tail] = -byteLength * 20
  return { ring, bell: Doorbell.create(), room: Doorbell.create(), count }
}

describe('across threads', () => {
  test('[RING-11] to a thread with an event loop: nothing lost, in order, whole, and never more than the ring holds', async () => {
    const parts = sharedParts(4096)
    const producer = startPeer({ role: 'produce', ...parts, batch: 7 })
    const produced = messageOf(producer)
    const reader = new RingReader(parts.ring)
    const [bell, room] = [new Doorbell(parts.bell), new Doorbell(parts.room)]
    let received = 0
    while (received < count) {
      const seen = bell.seen()
      while (reader.next()) expectNull(checkRecord(reader, received++))
      reader.release()
      room.ring()
      if (received < count) await bell.waitAsync(seen, Number.POSITIVE_INFINITY)
    }
    const { refusals } = (await produced) as { refusals: number }
    const { refusedCount, refusedBytes, ...counters } = ringCounters(parts.ring)
    expect(counters).toMatchObject({ recordsIn: count, recordsOut: count, unreadBytes: 0 })
    expect(refusedCount + refusedBytes).toBe(refusals)
    expect(counters.unreadBytesHigh).toBeLessThanOrEqual(byteLength)
    expect(reader.next()).toBe(false)
  }, 60_000)

  test('[RING-11] [RING-12] to a thread that blocks: the same, while a third thread reads counters that add up', async () => {
    const parts = sharedParts(300)
    const consumer = startPeer({ role: 'consume', ...parts })
    const consumed = messageOf(consumer)
    const producer = startPeer({ role: 'produce', ...parts, batch: 1 })
    const produced = messageOf(producer)
    let outcome: unknown = null
    void consumed.then((message) => {
      outcome = message
    })
    while (outcome === null) {
      for (let i = 0; i < 2000; i++) {
        const { recordsIn, recordsOut, unreadBytes } = ringCounters(parts.ring)
        if (unreadBytes > byteLength || recordsOut > recordsIn)
          expect.fail(`${unreadBytes} bytes, ${recordsIn} in, ${recordsOut} out`)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await consumed).toEqual({ received: count, problem: null, empty: true })
    await produced
    expect(ringCounters(parts.ring)).toMatchObject({ recordsIn: count, recordsOut: count, unreadBytes: 0 })
  }, 60_000)
})

describe('doorbell', () => {
  test('[BELL-1] a ring between the look and the sleep is not slept through', async () => {
    const worker = startPeer({ role: 'sleep', bell: Doorbell.create(), early: true })
    expect(await messageOf(worker)).toBe('looked')
    expect(await messageOf(worker)).toBe('awake')

    const bell = new Doorbell(Doorbell.create())
    const seen = bell.seen()
    bell.ring()
    await bell.waitAsync(seen, Number.POSITIVE_INFINITY)
    expect(bell.seen()).not.toBe(seen)
  })

  test('[BELL-2] a ring wakes every thread that sleeps at the bell, of either kind', async () => {
    const shared = Doorbell.create()
    const bell = new Doorbell(shared)
    const sleepers = [1, 2].map(() => startPeer({ role: 'sleep', bell: shared, early: false }))
    await Promise.all(sleepers.map(messageOf))
    const awake = [...sleepers.map(messageOf), bell.waitAsync(bell.seen(), Number.POSITIVE_INFINITY)]
    bell.ring()
    expect(await Promise.all(awake)).toEqual(['awake', 'awake', undefined])
  })

  test('[BELL-3] a sleep ends by itself after its timeout', async () => {
    const bell = new Doorbell(Doorbell.create())
    bell.wait(bell.seen(), 1)
    await bell.waitAsync(bell.seen(), 1)
    expect(bell.seen()).toBe(0)
  })

  test('[BELL-4] bells in one memory do not ring each other, and the count wraps', () => {
    const shared = new SharedArrayBuffer(8)
    new Int32Array(shared)[1] = 0x7fffffff
    const [first, second] = [new Doorbell(shared), new Doorbell(shared, 4)]
    const before = second.seen()
    second.ring()
    expect(first.seen()).toBe(0)
    expect((second.seen() - before) | 0).toBe(1)
  })
})

/** Cheaper than `expect` a quarter of a million times. */
function expectNull(problem: string | null): void {
  if (problem !== null) expect.fail(problem)
}
