import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { AssertionFailed } from '../src/assert.ts'
import { ringBytesMax } from '../src/limits.ts'
import { Doorbell } from '../src/ring/doorbell.ts'
import { createRing, paddingKind, type RingMemory, RingWord, ringCounters, ringWords } from '../src/ring/ring-layout.ts'
import { RingReader } from '../src/ring/ring-reader.ts'
import { RingWriter } from '../src/ring/ring-writer.ts'

const byteLength = 1024

/** A ring whose cursors stand at `cursor`, as after that many bytes of use. */
function ringAt(cursor: number, recordsMax = 1000): RingMemory {
  const memory = createRing({ byteLength, recordsMax })
  const words = ringWords(memory)
  words[RingWord.Head] = cursor | 0
  words[RingWord.Tail] = cursor | 0
  return memory
}

function bodyOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed * 31 + i) & 0xff)
}

function readAll(reader: RingReader): readonly (readonly [number, readonly number[]])[] {
  const all: (readonly [number, readonly number[]])[] = []
  while (reader.next()) all.push([reader.kind, [...reader.bytes()]])
  return all
}

const padded = (length: number): number => Math.ceil((length + 8) / 8) * 8

/** What a ring promises, on plain arrays and numbers that never wrap. */
class Model {
  readonly queue: { kind: number; body: Uint8Array; end: number }[] = []
  head: number
  tail: number
  endedCount = 0
  publishedCount = 0
  steppedCount = 0
  releasedCount = 0
  refusedCount = 0
  refusedBytes = 0
  readonly #recordsMax: number

  constructor(cursor: number, recordsMax: number) {
    this.head = cursor
    this.tail = cursor
    this.#recordsMax = recordsMax
  }

  /** Whether a record of `length` bytes is accepted, and where it then begins. */
  begin(length: number): boolean {
    if (this.endedCount - this.releasedCount >= this.#recordsMax) {
      this.refusedCount++
      return false
    }
    const left = byteLength - (this.head % byteLength)
    const skipped = padded(length) > left ? left : 0
    const isTooLong = padded(length) > byteLength / 2
    if (isTooLong || this.head + skipped + padded(length) - this.tail > byteLength) {
      this.refusedBytes++
      return false
    }
    this.head += skipped
    return true
  }

  end(kind: number, body: Uint8Array): void {
    this.head += padded(body.byteLength)
    this.queue.push({ kind, body, end: this.head })
    this.endedCount++
  }

  next(): { kind: number; body: Uint8Array } | null {
    if (this.steppedCount === this.publishedCount) return null
    return this.queue[this.steppedCount++] as { kind: number; body: Uint8Array }
  }

  release(): void {
    this.releasedCount = this.steppedCount
    if (this.steppedCount > 0) this.tail = (this.queue[this.steppedCount - 1] as { end: number }).end
  }
}

type Op =
  | { readonly op: 'push'; readonly length: number }
  | { readonly op: 'fill'; readonly length: number; readonly slack: number }
  | { readonly op: 'cancel'; readonly length: number }
  | { readonly op: 'publish' | 'next' | 'nextBytes' | 'release' | 'drain' }

const length = fc.oneof(
  { weight: 6, arbitrary: fc.nat(60) },
  { weight: 2, arbitrary: fc.nat(300) },
  { weight: 1, arbitrary: fc.integer({ min: 490, max: 520 }) },
  { weight: 1, arbitrary: fc.constantFrom(1016, 1017, 1024, 5000, 0x7fffffff) },
)
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('push' as const), length: fc.nat(400) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('fill' as const), length, slack: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('cancel' as const), length: fc.nat(100) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('publish' as const) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constantFrom('next' as const, 'nextBytes' as const) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('release' as const, 'drain' as const) }) },
)
/** Multiples of 8, many of them just before the end of the ring or of the cursor. */
const cursor = fc.oneof(
  fc.nat(127).map((words) => words * 8),
  fc.nat(400).map((words) => 0x100000000 - words * 8 - 8),
  fc.nat(400).map((words) => 0x80000000 - words * 8 - 8),
)

function expectSame(ops: readonly Op[], start: number, recordsMax: number): void {
  const memory = ringAt(start, recordsMax)
  const [writer, reader, model] = [new RingWriter(memory), new RingReader(memory), new Model(start, recordsMax)]
  let kind = 0
  const step = (): boolean => {
    const expected = model.next()
    expect(reader.next()).toBe(expected !== null)
    if (expected === null) return false
    expect(reader.kind).toBe(expected.kind)
    expect(reader.bytes()).toEqual(expected.body)
    return true
  }
  const release = (): void => {
    reader.release()
    model.release()
  }
  for (const one of ops) {
    kind++
    if (one.op === 'push') {
      const body = bodyOf(one.length, kind)
      const accepted = model.begin(one.length)
      expect(writer.push(kind, body)).toBe(accepted)
      if (accepted) model.end(kind, body)
    } else if (one.op === 'fill' || one.op === 'cancel') {
      const record = writer.begin(one.length)
      expect(record !== null).toBe(model.begin(one.length))
      if (record === null) continue
      const body = bodyOf(Math.max(0, one.length - (one.op === 'fill' ? one.slack : 0)), kind)
      record.raw(body)
      if (one.op === 'cancel') {
        writer.cancel()
        continue
      }
      writer.end(kind)
      model.end(kind, body)
    } else if (one.op === 'publish') {
      writer.publish()
      model.publishedCount = model.endedCount
    } else if (one.op === 'next') step()
    else if (one.op === 'nextBytes') {
      const next = model.steppedCount < model.publishedCount ? model.queue[model.steppedCount] : undefined
      expect(reader.nextBytes()).toBe(next?.body.byteLength ?? 0)
    } else if (one.op === 'release') release()
    else {
      while (step());
      release()
    }
    expect(writer.queuedRecords()).toBe(model.endedCount - model.releasedCount)
    const { recordsOut, refusedCount, refusedBytes, unreadBytes, unreadBytesHigh } = ringCounters(memory)
    expect([recordsOut, refusedCount, refusedBytes]).toEqual([
      model.releasedCount,
      model.refusedCount,
      model.refusedBytes,
    ])
    expect(unreadBytes).toBeLessThanOrEqual(byteLength)
    expect(unreadBytesHigh).toBeLessThanOrEqual(byteLength)
  }
}

describe('a ring is a queue', () => {
  test('[RING-1] whatever is pushed, published, read and given back in whatever order, a plain queue would have given', () => {
    fc.assert(fc.property(fc.array(op, { maxLength: 120 }), cursor, fc.integer({ min: 1, max: 30 }), expectSame), {
      numRuns: 1500,
    })
  })

  test('[RING-1] kinds, empty records and bodies come back as they were', () => {
    const memory = ringAt(0)
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
    writer.push(0, new Uint8Array(0))
    writer.push(paddingKind - 1, bodyOf(8, 1))
    writer.push(7, bodyOf(9, 2))
    writer.publish()
    expect(readAll(reader)).toEqual([
      [0, []],
      [paddingKind - 1, [...bodyOf(8, 1)]],
      [7, [...bodyOf(9, 2)]],
    ])
  })

  test('[RING-1] a record is read to its own end, not into the next one', () => {
    const memory = ringAt(0)
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
    writer.push(1, Uint8Array.of(1, 2, 3))
    writer.push(2, Uint8Array.of(4))
    writer.publish()
    reader.next()
    expect([reader.body.u8(), reader.bytes().byteLength, reader.body.u32(), reader.body.failed]).toEqual([
      1,
      2,
      0,
      true,
    ])
    reader.next()
    expect([reader.body.u8(), reader.body.failed]).toEqual([4, false])
  })

  test('[RING-2] nothing is seen before it is published, and a batch rings once', () => {
    const memory = ringAt(0)
    const shared = Doorbell.create()
    const [bell, reader] = [new Doorbell(shared), new RingReader(memory)]
    const writer = new RingWriter(memory, new Doorbell(shared))
    for (let kind = 1; kind <= 3; kind++) writer.push(kind, bodyOf(10, kind))
    expect([reader.next(), reader.isEmpty(), reader.nextBytes(), bell.seen()]).toEqual([false, true, 0, 0])
    writer.publish()
    writer.publish()
    expect([reader.isEmpty(), reader.nextBytes(), bell.seen()]).toEqual([false, 10, 1])
    expect(readAll(reader).map(([kind]) => kind)).toEqual([1, 2, 3])
    expect(reader.isEmpty()).toBe(true)
  })
})

describe('a full ring', () => {
  test('[RING-3] a full ring refuses the newest and counts which bound', () => {
    const memory = ringAt(0, 3)
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
    expect([1, 2, 3, 4, 5].map((kind) => writer.push(kind, bodyOf(1, kind)))).toEqual([true, true, true, false, false])
    expect(ringCounters(memory)).toMatchObject({ refusedCount: 2, refusedBytes: 0 })
    writer.publish()
    expect(readAll(reader).map(([kind]) => kind)).toEqual([1, 2, 3])
    expect(writer.push(6, bodyOf(1, 6))).toBe(false)
    reader.release()
    expect([6, 7].map((kind) => writer.push(kind, bodyOf(400, kind)))).toEqual([true, true])
    expect(writer.push(8, bodyOf(400, 8))).toBe(false)
    expect(ringCounters(memory)).toMatchObject({ refusedCount: 3, refusedBytes: 1 })
    writer.publish()
    expect(readAll(reader).map(([kind]) => kind)).toEqual([6, 7])
    expect(ringCounters(memory)).toMatchObject({ recordsIn: 5, recordsOut: 3 })
  })

  test('[RING-3] a ring can be filled to its last byte', () => {
    const memory = ringAt(512)
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
    expect([writer.push(1, bodyOf(504, 1)), writer.push(2, bodyOf(504, 2)), writer.push(3, bodyOf(0, 3))]).toEqual([
      true,
      true,
      false,
    ])
    writer.publish()
    expect(ringCounters(memory)).toMatchObject({ unreadBytes: 1024, unreadBytesHigh: 1024 })
    expect(readAll(reader)).toEqual([1, 2].map((kind) => [kind, [...bodyOf(504, kind)]]))
    reader.release()
    expect(ringCounters(memory)).toMatchObject({ unreadBytes: 0, unreadBytesHigh: 1024 })
  })

  test('[RING-4] a record of half the ring fits an empty ring wherever its cursors stand', () => {
    for (let at = 0; at < byteLength; at += 8) {
      const memory = ringAt(at)
      const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
      expect(writer.push(1, bodyOf(504, at)), `at ${at}`).toBe(true)
      writer.publish()
      expect(reader.nextBytes()).toBe(504)
      expect(readAll(reader)).toEqual([[1, [...bodyOf(504, at)]]])
    }
  })

  test('[RING-4] a longer record is refused by bytes, wherever the cursors stand: retrying it would never end', () => {
    for (let at = 0; at < byteLength; at += 8) {
      const memory = ringAt(at)
      const writer = new RingWriter(memory)
      for (const tooLong of [505, 1016, 1017, 5000, 0x7fffffff, 0xffffffff]) expect(writer.begin(tooLong)).toBeNull()
      expect(ringCounters(memory)).toMatchObject({ refusedBytes: 6, refusedCount: 0, unreadBytes: 0 })
      expect(writer.push(1, bodyOf(5, 1))).toBe(true)
    }
  })

  test('[RING-5] records stay as they are until they are released, however much is pushed', () => {
    const memory = ringAt(0)
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
    for (let kind = 0; kind < 4; kind++) writer.push(kind, bodyOf(200, kind))
    writer.publish()
    const views: Uint8Array[] = []
    while (reader.next()) views.push(reader.bytes())
    while (writer.push(99, bodyOf(30, 99)));
    writer.publish()
    for (const [kind, view] of views.entries()) expect(view).toEqual(bodyOf(200, kind))
    reader.release()
    expect(writer.push(99, bodyOf(200, 99))).toBe(true)
  })
})

describe('edges', () => {
  test('[RING-6] a record never wraps: where it would, the rest of the ring is skipped', () => {
    const memory = ringAt(1000)
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
    writer.push(1, bodyOf(40, 1))
    writer.publish()
    expect(ringCounters(memory).unreadBytes).toBe(24 + 48)
    expect(reader.nextBytes()).toBe(40)
    reader.next()
    expect([reader.body.position, reader.kind]).toEqual([8, 1])
    expect(reader.bytes()).toEqual(bodyOf(40, 1))
    expect(reader.memory().subarray(reader.body.position, reader.body.limit)).toEqual(bodyOf(40, 1))
    reader.release()
    expect(ringCounters(memory)).toMatchObject({ unreadBytes: 0, recordsIn: 1, recordsOut: 1 })
  })

  test('[RING-7] cursors and counts wrap at 2^32, and the ring goes on', () => {
    for (const start of [0x100000000 - 8, 0x100000000 - 64, 0x80000000 - 48]) {
      const memory = ringAt(start)
      const words = ringWords(memory)
      words[RingWord.RecordsIn] = -2
      words[RingWord.RecordsOut] = -2
      const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
      for (let round = 0; round < 200; round++) {
        expect(writer.push(round, bodyOf(round % 60, round))).toBe(true)
        writer.publish()
        expect(writer.queuedRecords()).toBe(1)
        expect(reader.nextBytes()).toBe(round % 60)
        expect(readAll(reader)).toEqual([[round, [...bodyOf(round % 60, round)]]])
        reader.release()
      }
      expect(ringCounters(memory)).toMatchObject({ recordsIn: 198, recordsOut: 198, unreadBytes: 0 })
      expect([writer.recordsIn(), writer.recordsOut()]).toEqual([198, 198])
    }
  })

  test('[RING-8] a cancelled record was never there', () => {
    const memory = ringAt(1000)
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
    writer.begin(100)?.u32(7)
    writer.cancel()
    writer.publish()
    expect([reader.next(), reader.nextBytes(), writer.recordsIn()]).toEqual([false, 0, 0])
    writer.push(2, bodyOf(3, 2))
    writer.publish()
    expect(readAll(reader)).toEqual([[2, [...bodyOf(3, 2)]]])
  })

  test('[RING-9] a misused writer, a kind that means padding and a ring of the wrong size are bugs', () => {
    const writer = new RingWriter(ringAt(0))
    expect(() => writer.end(1)).toThrow(AssertionFailed)
    expect(() => writer.cancel()).toThrow(AssertionFailed)
    writer.begin(4)?.raw(bodyOf(5, 1))
    expect(() => writer.begin(4)).toThrow('was not ended')
    expect(() => writer.end(1)).toThrow('outgrew')
    writer.cancel()
    writer.begin(4)
    expect(() => writer.end(paddingKind)).toThrow('padding')
    expect(() => writer.end(-1)).toThrow('padding')
    for (const size of [0, 512, 1000, 1025, ringBytesMax * 2]) {
      expect(() => createRing({ byteLength: size, recordsMax: 1 })).toThrow(AssertionFailed)
    }
    expect(() => createRing({ byteLength, recordsMax: 0 })).toThrow(AssertionFailed)
  })

  test('[RING-10] a new end on the same memory goes on where the last one stopped', () => {
    const memory = ringAt(0)
    const first = new RingWriter(memory)
    for (let kind = 1; kind <= 3; kind++) first.push(kind, bodyOf(20, kind))
    first.publish()
    const reader = new RingReader(memory)
    reader.next()
    reader.release()
    const second = new RingWriter(memory)
    expect([second.recordsIn(), second.queuedRecords()]).toEqual([3, 2])
    second.push(4, bodyOf(20, 4))
    second.publish()
    expect(readAll(new RingReader(memory)).map(([kind]) => kind)).toEqual([2, 3, 4])
  })
})

describe('counters', () => {
  /** What `ringCounters` says when both ends do `between` after each of its looks at the shared words. */
  function countersWhile(memory: RingMemory, between: () => void): ReturnType<typeof ringCounters> {
    // Typed as the last of its overloads, which is for other arrays than the ring's: that makes no difference here.
    const load = Atomics.load
    let isBetween = false
    const spy = vi.spyOn(Atomics, 'load').mockImplementation((words: BigInt64Array | BigUint64Array, index: number) => {
      const value = load(words, index)
      if (!isBetween) {
        isBetween = true
        between()
        isBetween = false
      }
      return value
    })
    try {
      return ringCounters(memory)
    } finally {
      spy.mockRestore()
    }
  }

  test('[RING-12] the counters add up however far both ends get while they are read', () => {
    for (const cycles of [1, 100]) {
      const memory = ringAt(0)
      const [writer, reader] = [new RingWriter(memory), new RingReader(memory)]
      writer.push(1, bodyOf(16, 1))
      writer.publish()
      const counters = countersWhile(memory, () => {
        for (let cycle = 0; cycle < cycles; cycle++) {
          readAll(reader)
          reader.release()
          writer.push(1, bodyOf(16, 1))
          writer.publish()
        }
      })
      // A record is 24 bytes, and there are seven looks: what is counted twice is what came in between.
      expect(counters.unreadBytes).toBeLessThanOrEqual(cycles === 1 ? 24 * 8 : byteLength)
      expect(counters.recordsOut).toBeLessThanOrEqual(counters.recordsIn)
    }
  })
})
