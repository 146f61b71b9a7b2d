import { describe, expect, test, vi } from 'vitest'
import { AssertionFailed } from '../src/assert.ts'
import { ringBytesMax } from '../src/limits.ts'
import { Doorbell } from '../src/ring/doorbell.ts'
import { createRing, paddingKind, type RingMemory, RingWord, ringCounters, ringWords } from '../src/ring/ring-layout.ts'
import { RingReader } from '../src/ring/ring-reader.ts'
import { RingWriter } from '../src/ring/ring-writer.ts'
import { bodyOf, byteLength, readAll, ringAt } from './ring-parts.ts'

describe('a ring is a queue', () => {
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
      const counters = countersWhile(memory, () => {
        for (let cycle = 0; cycle < cycles; cycle++) {
          writer.push(1, bodyOf(16, 1))
          writer.publish()
          readAll(reader)
          reader.release()
        }
      })
      // What came in between two looks may count as unread. A record is 24 bytes.
      expect(counters.unreadBytes).toBeLessThanOrEqual(cycles === 1 ? 24 : byteLength)
      expect(counters.recordsOut).toBeLessThanOrEqual(counters.recordsIn)
    }
  })
})

test('[RING-14] what a poisoning reader has given back cannot be mistaken for a record (C-042)', () => {
  const memory = ringAt(0)
  const [writer, reader] = [new RingWriter(memory), new RingReader(memory, { poison: true })]
  for (let lap = 0; lap < 40; lap++) {
    writer.push(1, bodyOf(16, lap))
    writer.publish()
    expect(reader.next()).toBe(true)
    const kept = reader.bytes()
    expect([...kept]).toEqual([...bodyOf(16, lap)])
    reader.release()
    expect(new Set(kept)).toEqual(new Set([0xdd]))
  }
})
