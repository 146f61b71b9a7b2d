import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ringCounters } from '../src/ring/ring-layout.ts'
import { RingReader } from '../src/ring/ring-reader.ts'
import { RingWriter } from '../src/ring/ring-writer.ts'
import { bodyOf, byteLength, ringAt } from './ring-parts.ts'

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

test('[RING-1] whatever is pushed, published, read and given back in whatever order, a plain queue would have given', () => {
  fc.assert(fc.property(fc.array(op, { maxLength: 120 }), cursor, fc.integer({ min: 1, max: 30 }), expectSame), {
    numRuns: 1500,
  })
})
