import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AssertionFailed } from '../src/assert.ts'
import { ByteReader } from '../src/bytes/byte-reader.ts'
import { ByteWriter } from '../src/bytes/byte-writer.ts'
import { utf8Clip, utf8Length } from '../src/bytes/utf8.ts'
import { type FieldType, readField, readStored, writeField, writeStored, zeroOf } from '../src/fields/field-type.ts'
import { angle, axis, entity, flag, i8, i16, i32, quantized, text, u8, u16, u32 } from '../src/fields/field-types.ts'
import { describeFields, RowCodec } from '../src/fields/row-codec.ts'

const integers: readonly (readonly [FieldType<number>, number, number])[] = [
  [u8, 0, 0xff],
  [u16, 0, 0xffff],
  [u32, 0, 0xffffffff],
  [i8, -0x80, 0x7f],
  [i16, -0x8000, 0x7fff],
  [i32, -0x80000000, 0x7fffffff],
  [flag, 0, 1],
  [entity, 0, 0xffffffff],
]
const grids = [
  quantized(0, 1, 0.1),
  // Seven times 0.1 is not 0.7.
  quantized(0, 0.7, 0.1),
  quantized(-1, 1, 1 / 127),
  quantized(-100, 100, 0.01),
  quantized(5, 10, 0.25),
  quantized(-8192, 8192, 0.01),
  quantized(0, 0xffffffff, 1),
] as const
const gridOf = (type: FieldType): readonly [number, number, number] =>
  (type.name.match(/-?[\d.]+(e-?\d+)?/g) as string[]).map(Number) as unknown as readonly [number, number, number]
const numbers: readonly FieldType<number>[] = [...integers.map(([type]) => type), ...grids, axis, angle]

const anyNumber = fc.oneof(
  fc.double(),
  fc.double({ min: -1e5, max: 1e5 }),
  fc.integer(),
  fc.constantFrom(0, -0, 0.5, -0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308),
)

function overTheWire(type: FieldType, value: number | string): number | string {
  const writer = ByteWriter.ofSize(type.bytesMax)
  writeField(writer, type, value)
  expect(writer.overflowed).toBe(false)
  const reader = new ByteReader(writer.copy())
  const back = readField(reader, type)
  expect([reader.failed, reader.remaining()]).toEqual([false, 0])
  return back
}

describe('numbers', () => {
  test('[FIELD-1] an integer is rounded, then clamped to its range', () => {
    for (const [type, min, max] of integers) {
      fc.assert(
        fc.property(anyNumber, (value) => {
          const clamped = Number.isNaN(value) ? 0 : Math.min(max, Math.max(min, Math.round(value)))
          // `+ 0`: there is one zero.
          expect(type.load(type.store(value)) + 0).toBe(clamped + 0)
        }),
      )
      expect([type.store(Number.NEGATIVE_INFINITY), type.store(Number.POSITIVE_INFINITY)]).toEqual([min, max])
      expect([type.store(min), type.store(max), type.store(min - 1), type.store(max + 1)]).toEqual([min, max, min, max])
    }
  })

  test('[FIELD-2] no number whatever makes a field that its own reader refuses, and it comes back as stored', () => {
    for (const type of numbers) {
      fc.assert(
        fc.property(anyNumber, (value) => {
          const stored = type.store(value)
          expect(Number.isInteger(stored)).toBe(true)
          expect(stored).toBeGreaterThanOrEqual(type.storedMin)
          expect(stored).toBeLessThanOrEqual(type.storedMax)
          expect((overTheWire(type, value) as number) + 0).toBe(type.load(stored) + 0)
        }),
      )
    }
  })

  test('[FIELD-2] writing what was read changes nothing: a value is rounded once', () => {
    for (const type of numbers) {
      fc.assert(
        fc.property(anyNumber, (value) => {
          const stored = type.store(value)
          expect(type.store(type.load(stored)) + 0).toBe(stored + 0)
        }),
        { numRuns: 300 },
      )
    }
  })

  test('[FIELD-3] NaN is the value that nobody has written', () => {
    for (const type of numbers) expect(type.load(type.store(Number.NaN))).toBe(zeroOf(type))
    expect(zeroOf(quantized(5, 10, 0.25))).toBe(5)
    expect(zeroOf(text(8))).toBe('')
  })

  test('[FIELD-4] a quantised number is at most half a step off, and its ends are exact', () => {
    for (const type of grids) {
      const [min, max, step] = gridOf(type)
      // A last bit of the numbers themselves is not the grid's.
      const tolerance = step / 2 + Math.max(Math.abs(min), Math.abs(max)) * 4e-16
      fc.assert(
        fc.property(fc.double({ min, max, noNaN: true }), (value) => {
          expect(Math.abs(type.load(type.store(value)) - value)).toBeLessThanOrEqual(tolerance)
        }),
        { numRuns: 1000 },
      )
      expect([type.load(type.store(min)), type.load(type.store(max))]).toEqual([min, max])
      expect([
        type.load(type.store(Number.NEGATIVE_INFINITY)),
        type.load(type.store(Number.POSITIVE_INFINITY)),
      ]).toEqual([min, max])
    }
  })

  test('[FIELD-4] a grid takes the smallest integer that holds it', () => {
    expect([quantized(0, 255, 1).storage, quantized(0, 256, 1).storage, quantized(0, 65_536, 1).storage]).toEqual([
      'u8',
      'u16',
      'u32',
    ])
    expect(quantized(0, 256, 1).bytesMax).toBe(2)
  })

  test('[FIELD-5] a grid that does not divide its range, or has no or too many steps, is no declaration', () => {
    for (const [min, max, step] of [
      [0, 1, 0.3],
      [0, 1, 0.4],
      [0, 1, 0],
      [0, 1, -0.1],
      [1, 0, 0.1],
      [0, 0, 1],
      [0, 0x100000000, 1],
      [0, Number.NaN, 1],
      [0, Number.POSITIVE_INFINITY, 1],
    ] as const) {
      expect(() => quantized(min, max, step), `${min} ${max} ${step}`).toThrow(AssertionFailed)
    }
    expect(() => text(0)).toThrow(AssertionFailed)
    expect(() => text(0x10000)).toThrow(AssertionFailed)
  })

  test('[FIELD-6] an axis has an exact zero and exact ends, and is symmetric', () => {
    expect([0, 1, -1].map((value) => axis.load(axis.store(value)))).toEqual([0, 1, -1])
    expect([2, -2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((v) => axis.load(axis.store(v)))).toEqual([
      1, -1, 1, -1,
    ])
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (value) => {
        expect(Math.abs(axis.load(axis.store(value)) - value)).toBeLessThanOrEqual(0.5 / 127 + 1e-15)
      }),
    )
    for (let stored = 0; stored <= 127; stored++) expect(axis.load(-stored) + axis.load(stored)).toBe(0)
  })

  test('[FIELD-7] an angle wraps, and is at most half a step off, the short way round', () => {
    fc.assert(
      fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), (turns) => {
        const back = angle.load(angle.store(turns))
        expect(back).toBeGreaterThanOrEqual(0)
        expect(back).toBeLessThan(1)
        const off = Math.abs(back - (turns - Math.floor(turns)))
        expect(Math.min(off, 1 - off)).toBeLessThanOrEqual(0.5 / 0x10000 + 1e-12)
      }),
      { numRuns: 1000 },
    )
    expect([0, 0.25, 1, -0.25, 1.75, 0.999999].map((turns) => angle.load(angle.store(turns)))).toEqual([
      0, 0.25, 0, 0.75, 0.75, 0,
    ])
    expect([Number.NaN, Number.POSITIVE_INFINITY, 1e300].map((turns) => angle.store(turns))).toEqual([0, 0, 0])
  })

  test('[FIELD-8] a stored integer that the declaration does not allow fails the reader', () => {
    const types = [flag, axis, quantized(0, 1, 0.1), quantized(0, 1, 0.001), quantized(0, 100, 0.001)]
    for (const type of types) {
      for (const stored of [type.storedMin - 1, type.storedMax + 1]) {
        const writer = ByteWriter.ofSize(8)
        writeStored(writer, type, stored)
        const reader = new ByteReader(writer.copy())
        expect([readStored(reader, type), reader.failed]).toEqual([0, true])
      }
      for (const stored of [type.storedMin, type.storedMax]) {
        const writer = ByteWriter.ofSize(8)
        writeStored(writer, type, stored)
        const reader = new ByteReader(writer.copy())
        expect([readStored(reader, type), reader.failed]).toEqual([stored, false])
      }
    }
  })

  test('[FIELD-8] any bytes either fail the reader or are a value as it would be written', () => {
    for (const type of [...numbers, text(1), text(5), text(200)]) {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
          const reader = new ByteReader(bytes)
          const value = readField(reader, type)
          if (reader.failed) return
          const writer = ByteWriter.ofSize(type.bytesMax)
          writeField(writer, type, value)
          expect(writer.copy()).toEqual(bytes.slice(0, reader.position))
        }),
        { numRuns: 500 },
      )
    }
  })

  test('[FIELD-8] text has no stored integer', () => {
    expect(() => writeStored(ByteWriter.ofSize(8), text(4), 1)).toThrow(AssertionFailed)
  })
})

describe('rows', () => {
  const declared = {
    id: u32,
    name: text(12),
    x: quantized(-100, 100, 0.01),
    alive: flag,
    aim: axis,
    turn: angle,
    debt: i32,
    tiny: i8,
  }
  const codec = new RowCodec(declared)
  const row = fc.record({
    id: anyNumber,
    name: fc.string({ unit: 'binary', maxLength: 20 }),
    x: anyNumber,
    alive: anyNumber,
    aim: anyNumber,
    turn: anyNumber,
    debt: anyNumber,
    tiny: anyNumber,
  })

  test('[FIELD-9] a row comes back as its fields store it, in at most the declared bytes, with text cut at a character', () => {
    fc.assert(
      fc.property(row, (values) => {
        const writer = ByteWriter.ofSize(codec.bytesMax)
        codec.write(writer, values)
        expect(writer.overflowed).toBe(false)
        const back = codec.empty()
        const reader = new ByteReader(writer.copy())
        codec.read(reader, back)
        expect([reader.failed, reader.remaining()]).toEqual([false, 0])
        expect(back.name).toBe(utf8Clip(values.name, 12))
        for (const name of ['id', 'x', 'alive', 'aim', 'turn', 'debt', 'tiny'] as const) {
          expect(back[name] + 0, name).toBe(declared[name].load(declared[name].store(values[name])) + 0)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('[FIELD-9] the longest row takes exactly the declared bytes', () => {
    for (const bytesMax of [1, 127, 128, 0x3fff, 0x4000, 0xffff]) {
      const long = new RowCodec({ n: u32, s: text(bytesMax) })
      const writer = ByteWriter.ofSize(long.bytesMax)
      long.write(writer, { n: 0xffffffff, s: 'x'.repeat(bytesMax + 5) })
      expect([writer.overflowed, writer.position]).toEqual([false, long.bytesMax])
    }
  })

  test('[FIELD-9] a row cut anywhere, and random bytes, fail the reader or give a whole row; nothing throws', () => {
    const full = ByteWriter.ofSize(codec.bytesMax)
    codec.write(full, { id: 1e9, name: 'Ünïcødé', x: 12.34, alive: 1, aim: -1, turn: 0.3, debt: -5, tiny: 7 })
    for (let cut = 0; cut < full.position; cut++) {
      const reader = new ByteReader(full.bytes.slice(0, cut))
      codec.read(reader, codec.empty())
      expect(reader.failed).toBe(true)
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const back = codec.empty()
        codec.read(new ByteReader(bytes), back)
        expect(utf8Length(back.name)).toBeLessThanOrEqual(12)
        expect(Number.isFinite(back.x)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('[FIELD-9] an empty row is what zeroes read back as', () => {
    const writer = ByteWriter.ofSize(codec.bytesMax)
    codec.write(writer, codec.empty())
    const back = codec.empty()
    codec.read(new ByteReader(writer.copy()), back)
    expect(back).toEqual(codec.empty())
    expect(codec.empty()).toEqual({ id: 0, name: '', x: 0, alive: 0, aim: 0, turn: 0, debt: 0, tiny: 0 })
  })

  test('[FIELD-10] a declaration is one line per field, in order, and says everything that travels', () => {
    expect(describeFields(declared)).toEqual([
      'id: u32',
      'name: text(12)',
      'x: quantized(-100, 100, 0.01)',
      'alive: flag',
      'aim: axis',
      'turn: angle',
      'debt: i32',
      'tiny: i8',
    ])
    expect(new Set([...numbers, text(1), text(2)].map(({ name }) => name)).size).toBe(numbers.length + 2)
  })
})
