import { PerformanceObserver } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { Hash64 } from '../src/hash.ts'
import { Random } from '../src/random.ts'
import { Doorbell } from '../src/ring/doorbell.ts'
import { createRing, RingWord, ringWords } from '../src/ring/ring-layout.ts'
import { RingReader } from '../src/ring/ring-reader.ts'
import { RingWriter } from '../src/ring/ring-writer.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const opsCount = 1_000_000
/** The engine warms up when it likes; whoever allocates for each operation does so in every round. */
const roundsMax = 8
/** For all operations together, the measurement itself included. The smallest object there is would take 16 MB. */
const bytesBudget = 128 * 1024

interface Cost {
  /** The collector ran while we did: something filled its nursery. */
  readonly collections: number
  readonly heapBytes: number
}

/** What `run` allocates once it is warm: the first round that is free, or else the last one. */
async function costOf(run: (ops: number) => void): Promise<Cost> {
  let cost = await costOfRound(run)
  for (let round = 1; round < roundsMax && !isFree(cost); round++) cost = await costOfRound(run)
  return cost
}

async function costOfRound(run: (ops: number) => void): Promise<Cost> {
  let collections = 0
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length
  })
  collect()
  observer.observe({ entryTypes: ['gc'] })
  const before = process.memoryUsage().heapUsed
  run(opsCount)
  const heapBytes = process.memoryUsage().heapUsed - before
  // Entries are handed over a turn after the next.
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  observer.disconnect()
  return { collections, heapBytes }
}

function isFree({ collections, heapBytes }: Cost): boolean {
  return collections === 0 && Math.abs(heapBytes) < bytesBudget
}

function expectFree(cost: Cost): void {
  expect(isFree(cost), JSON.stringify(cost)).toBe(true)
}

describe('hot paths', () => {
  test('[RING-13] pushing, publishing, reading and releasing allocate nothing', async () => {
    const memory = createRing({ byteLength: 1 << 16, recordsMax: 1024 })
    // Just below 2^31: above it a cursor is no small integer of the engine any more.
    ringWords(memory)[RingWord.Head] = 0x7ff00000
    ringWords(memory)[RingWord.Tail] = 0x7ff00000
    const writer = new RingWriter(memory, new Doorbell(Doorbell.create()))
    const reader = new RingReader(memory)
    const body = new Uint8Array(20)
    let sum = 0
    const cost = await costOf((ops) => {
      for (let i = 0; i < ops; i++) {
        writer.push(i, body)
        const record = writer.begin(16)
        if (record !== null) {
          record.u32(i)
          record.varint(i)
          writer.end(1)
        }
        writer.publish()
        while (reader.nextBytes() > 0 && reader.next()) sum = (sum + reader.kind + reader.body.u32()) | 0
        reader.release()
      }
    })
    expect(sum).not.toBe(0)
    expectFree(cost)
  })

  test('[RING-13] refusing allocates nothing', async () => {
    const writer = new RingWriter(createRing({ byteLength: 1024, recordsMax: 2 }))
    const body = new Uint8Array(20)
    const cost = await costOf((ops) => {
      for (let i = 0; i < ops; i++) writer.push(i, body)
    })
    expectFree(cost)
  })

  test('[HASH-5] [RANDOM-5] hashing and drawing allocate nothing', async () => {
    const [hash, random] = [new Hash64(), new Random(1)]
    const column = new Int16Array(16)
    let sum = 0
    const cost = await costOf((ops) => {
      for (let i = 0; i < ops; i++) {
        hash.column(column, 0, 16)
        hash.u32(random.below(100))
        sum += hash.low() & 1
      }
    })
    expect(sum).toBeGreaterThan(0)
    expectFree(cost)
  })

  test('[RING-13] the measurement itself finds one small object per operation', async () => {
    const keep: { value: number | null }[] = [{ value: null }]
    const cost = await costOf((ops) => {
      for (let i = 0; i < ops; i++) keep[0] = { value: i }
    })
    expect(isFree(cost)).toBe(false)
  })
})
