import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../src/bytes/byte-reader.ts'
import { ByteWriter } from '../src/bytes/byte-writer.ts'

/** One value of one method: how it is written, and how it must read back. */
interface Step {
  readonly write: (writer: ByteWriter) => void
  readonly read: (reader: ByteReader) => unknown
  readonly value: unknown
}

const u32 = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 127, 128, 0x7fffffff, 0xffffffff))
const i32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 0x7fffffff, -0x80000000))
const wellFormed = fc.string({ unit: 'binary', maxLength: 40 })

function stepsOf<T>(
  values: fc.Arbitrary<T>,
  write: (writer: ByteWriter, value: T) => void,
  read: (reader: ByteReader, value: T) => unknown,
): fc.Arbitrary<Step> {
  return values.map((value) => ({ value, write: (w) => write(w, value), read: (r) => read(r, value) }))
}

const steps = fc.oneof(
  stepsOf(
    fc.integer({ min: 0, max: 0xff }),
    (w, value) => w.u8(value),
    (r) => r.u8(),
  ),
  stepsOf(
    fc.integer({ min: 0, max: 0xffff }),
    (w, value) => w.u16(value),
    (r) => r.u16(),
  ),
  stepsOf(
    u32,
    (w, value) => w.u32(value),
    (r) => r.u32(),
  ),
  stepsOf(
    i32,
    (w, value) => w.i32(value),
    (r) => r.i32(),
  ),
  stepsOf(
    fc.double(),
    (w, value) => w.f64(value),
    (r) => r.f64(),
  ),
  stepsOf(
    u32,
    (w, value) => w.varint(value),
    (r) => r.varint(),
  ),
  stepsOf(
    i32,
    (w, value) => w.zigzag(value),
    (r) => r.zigzag(),
  ),
  stepsOf(
    wellFormed,
    (w, value) => w.text(value),
    (r) => r.text(1000),
  ),
  stepsOf(
    fc.uint8Array({ maxLength: 120 }),
    (w, value) => w.raw(value),
    (r, value) => Uint8Array.from(r.slice(value.byteLength)),
  ),
)

/** Every way to read, driven by one number, for bytes that mean nothing. */
const reads: readonly ((reader: ByteReader, size: number) => unknown)[] = [
  (r) => r.u8(),
  (r) => r.u16(),
  (r) => r.u32(),
  (r) => r.i32(),
  (r) => r.f64(),
  (r) => r.varint(),
  (r) => r.zigzag(),
  (r, size) => r.text(size),
  (r, size) => r.slice(size),
  (r, size) => r.skip(size),
]

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = ByteWriter.ofSize(256)
  write(writer)
  expect(writer.overflowed).toBe(false)
  return writer.copy()
}

describe('round trip', () => {
  test('[BYTES-1] whatever is written in whatever order reads back', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), (all) => {
        const writer = ByteWriter.ofSize(8192)
        for (const { write } of all) write(writer)
        expect(writer.overflowed).toBe(false)
        const reader = new ByteReader(writer.copy())
        for (const { read, value } of all) expect(read(reader)).toEqual(value)
        expect(reader.failed).toBe(false)
        expect(reader.remaining()).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  test('[BYTES-1] part of another array, and a window of the same one, are read at the right place', () => {
    const bytes = Uint8Array.of(9, 9, 1, 0, 0, 0, 2, 0, 9)
    const reader = new ByteReader(bytes.subarray(2, 8))
    expect([reader.u32(), reader.u16(), reader.remaining()]).toEqual([1, 2, 0])
    reader.over(bytes.subarray(6))
    expect([reader.u16(), reader.u8(), reader.failed]).toEqual([2, 9, false])
    reader.reset(1, 2)
    expect([reader.u8(), reader.u8(), reader.failed]).toEqual([0, 0, true])

    const writer = new ByteWriter(bytes.subarray(2, 8))
    writer.reset(2)
    writer.u32(0x04030201)
    writer.patchU8(0, 7)
    expect([...bytes]).toEqual([9, 9, 7, 0, 1, 2, 3, 4, 9])
    expect([...writer.copy(2)]).toEqual([1, 2, 3, 4])
  })

  test('[BYTES-1] long and short runs of raw bytes are copied from where they start', () => {
    const source = Uint8Array.from({ length: 200 }, (_, i) => i)
    for (const count of [0, 1, 48, 49, 150]) {
      const bytes = written((w) => w.raw(source, 7, count))
      expect(bytes).toEqual(source.slice(7, 7 + count))
    }
  })
})

describe('layout', () => {
  test('[BYTES-2] numbers lie little-endian', () => {
    expect([...written((w) => w.u16(0x0102))]).toEqual([2, 1])
    expect([...written((w) => w.u32(0x01020304))]).toEqual([4, 3, 2, 1])
    expect([...written((w) => w.i32(-2))]).toEqual([0xfe, 0xff, 0xff, 0xff])
    expect([...written((w) => w.f64(1))]).toEqual([0, 0, 0, 0, 0, 0, 0xf0, 0x3f])
    expect([...written((w) => w.text('é'))]).toEqual([2, 0xc3, 0xa9])
  })

  test('[BYTES-2] a varint takes seven bits to a byte, one byte to five', () => {
    const golden: readonly (readonly [number, readonly number[]])[] = [
      [0, [0]],
      [127, [0x7f]],
      [128, [0x80, 1]],
      [300, [0xac, 2]],
      [16_383, [0xff, 0x7f]],
      [16_384, [0x80, 0x80, 1]],
      [0x7fffffff, [0xff, 0xff, 0xff, 0xff, 7]],
      [0xffffffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
    ]
    for (const [value, bytes] of golden) {
      expect([...written((w) => w.varint(value))]).toEqual(bytes)
      expect(new ByteReader(Uint8Array.from(bytes)).varint()).toBe(value)
    }
  })

  test('[BYTES-2] zigzag counts 0, -1, 1, -2, 2 …', () => {
    const golden: readonly (readonly [number, readonly number[]])[] = [
      [0, [0]],
      [-1, [1]],
      [1, [2]],
      [-2, [3]],
      [63, [0x7e]],
      [-64, [0x7f]],
      [64, [0x80, 1]],
      [0x7fffffff, [0xfe, 0xff, 0xff, 0xff, 0x0f]],
      [-0x80000000, [0xff, 0xff, 0xff, 0xff, 0x0f]],
    ]
    for (const [value, bytes] of golden) {
      expect([...written((w) => w.zigzag(value))]).toEqual(bytes)
      expect(new ByteReader(Uint8Array.from(bytes)).zigzag()).toBe(value)
    }
  })
})

describe('bytes of a peer', () => {
  test('[BYTES-3] bytes that end early fail the reader, which yields nothing from there on', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 8 }), fc.nat(), (all, cut) => {
        const writer = ByteWriter.ofSize(4096)
        for (const { write } of all) write(writer)
        if (writer.position === 0) return
        const reader = new ByteReader(writer.bytes.slice(0, cut % writer.position))
        for (const { read } of all) read(reader)
        expect(reader.failed).toBe(true)
        for (const read of reads) expectNothing(read(reader, 3))
        expect(reader.remaining()).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  test('[BYTES-3] a number cut short is zero, not its first half', () => {
    for (const [read, length] of [
      [(r: ByteReader) => r.u16(), 1],
      [(r: ByteReader) => r.u32(), 3],
      [(r: ByteReader) => r.i32(), 3],
      [(r: ByteReader) => r.f64(), 7],
      [(r: ByteReader) => r.varint(), 2],
      [(r: ByteReader) => r.zigzag(), 4],
    ] as const) {
      const reader = new ByteReader(new Uint8Array(length).fill(0xff))
      expect(read(reader)).toBe(0)
      expect(reader.failed).toBe(true)
    }
  })

  test('[BYTES-4] an integer has one encoding: overlong and oversized ones are refused', () => {
    const refused = [
      [0x80, 0],
      [0xff, 0],
      [0x80, 0x80, 0x80, 0x80, 0],
      [0xff, 0xff, 0xff, 0xff, 0x10],
      [0xff, 0xff, 0xff, 0xff, 0x7f],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0],
      [0x80, 0x80, 0x80, 0x80, 0x80, 1],
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    ]
    for (const bytes of refused) {
      const reader = new ByteReader(Uint8Array.from(bytes))
      expect(reader.varint()).toBe(0)
      expect(reader.failed).toBe(true)
    }
  })

  test('[BYTES-4] what a reader takes for a varint is what a writer would have written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 7 }), (bytes) => {
        const reader = new ByteReader(bytes)
        const value = reader.varint()
        if (!reader.failed) expect(written((w) => w.varint(value))).toEqual(bytes.slice(0, reader.position))
      }),
      { numRuns: 5000 },
    )
  })

  test('[BYTES-5] random bytes read in any way never throw and never leave their window', () => {
    const plan = fc.array(fc.tuple(fc.nat(reads.length - 1), fc.nat(300)), { maxLength: 40 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300), plan, (bytes, a, b, all) => {
        const reader = new ByteReader(bytes)
        const [start, limit] = [Math.min(a, b), Math.max(a, b)].map((edge) => Math.min(edge, bytes.byteLength))
        reader.reset(start, limit)
        let last = start as number
        for (const [which, size] of all) {
          reads[which]?.(reader, size)
          expect(reader.position).toBeGreaterThanOrEqual(last)
          expect(reader.position).toBeLessThanOrEqual(limit as number)
          last = reader.position
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('[BYTES-5] counts as a peer may claim them are refused, not allocated', () => {
    for (const count of [6, 0x7fffffff, 0xffffffff]) {
      const reader = new ByteReader(Uint8Array.of(1, 2, 3, 4, 5))
      expect(reader.slice(count)).toHaveLength(0)
      expect(reader.failed).toBe(true)
    }
  })

  test('[BYTES-6] text longer than allowed, cut short or malformed fails the reader', () => {
    const read = (bytes: readonly number[], bytesMax: number): readonly [string, boolean] => {
      const reader = new ByteReader(Uint8Array.from(bytes))
      return [reader.text(bytesMax), reader.failed]
    }
    expect(read([2, 0x68, 0x69], 2)).toEqual(['hi', false])
    expect(read([2, 0x68, 0x69], 1)).toEqual(['', true])
    expect(read([3, 0x68, 0x69], 9)).toEqual(['', true])
    expect(read([2, 0xc3, 0x28], 9)).toEqual(['', true])
    expect(read([0xff, 0xff, 0xff, 0xff, 0x0f, 1], 0xffff)).toEqual(['', true])
  })
})

describe('a full writer', () => {
  test('[BYTES-7] writing past the limit is noted, and nothing is written from there on', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 12 }), fc.nat(60), (all, limit) => {
        const writer = ByteWriter.ofSize(80)
        writer.bytes.fill(0xee)
        writer.reset(10, 10 + limit)
        let frozen: Uint8Array | null = null
        for (const { write } of all) {
          write(writer)
          if (frozen !== null) expect(writer.bytes).toEqual(frozen)
          else if (writer.overflowed) frozen = writer.bytes.slice()
        }
        expect(writer.position).toBeLessThanOrEqual(10 + limit)
        expect([...writer.bytes.subarray(0, 10), ...writer.bytes.subarray(10 + limit)].every((b) => b === 0xee)).toBe(
          true,
        )
      }),
      { numRuns: 1000 },
    )
  })

  test('[BYTES-7] what would fit after something that did not is not written either', () => {
    const writer = ByteWriter.ofSize(3)
    writer.u32(1)
    writer.u8(7)
    writer.text('')
    expect([writer.overflowed, writer.position, ...writer.bytes]).toEqual([true, 0, 0, 0, 0])
    writer.reset()
    writer.u8(7)
    expect([writer.overflowed, ...writer.copy()]).toEqual([false, 7])
  })
})

function expectNothing(value: unknown): void {
  if (value instanceof Uint8Array) expect(value).toHaveLength(0)
  else expect(value === undefined || value === 0 || value === '').toBe(true)
}
