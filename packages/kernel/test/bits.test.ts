import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BitReader } from '../src/bytes/bit-reader.ts'
import { BitWriter, bitLength } from '../src/bytes/bit-writer.ts'
import { ByteReader } from '../src/bytes/byte-reader.ts'
import { ByteWriter } from '../src/bytes/byte-writer.ts'

function written(write: (bits: BitWriter) => void): Uint8Array {
  const writer = ByteWriter.ofSize(1024)
  const bits = new BitWriter()
  bits.begin(writer)
  write(bits)
  bits.end()
  return writer.copy()
}

const bitsOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => [...byte.toString(2).padStart(8, '0')].reverse().join('')).join('')

const plain = fc
  .integer({ min: 0, max: 24 })
  .chain((count) => fc.record({ value: fc.integer({ min: 0, max: 2 ** count - 1 }), count: fc.constant(count) }))
const code = fc
  .integer({ min: 0, max: 23 })
  .chain((order) =>
    fc.record({ value: fc.integer({ min: 0, max: 2 ** 24 - 2 ** order - 1 }), order: fc.constant(order) }),
  )

test('[BITS-1] whatever runs of bits and codes are written come back, on any byte of an array', () => {
  const run = fc.array(fc.oneof(plain, code), { maxLength: 40 })
  fc.assert(
    fc.property(run, fc.nat(3), (values, offset) => {
      const writer = ByteWriter.ofSize(1024)
      const bits = new BitWriter()
      for (let i = 0; i < offset; i++) writer.u8(0xff)
      bits.begin(writer)
      for (const one of values) {
        if ('count' in one) bits.bits(one.value, one.count)
        else bits.golomb(one.value, one.order)
      }
      bits.end()
      writer.u8(0xa5)
      const reader = new ByteReader(writer.copy())
      reader.slice(offset)
      const back = new BitReader(reader)
      const read = values.map((one) => ('count' in one ? back.bits(one.count) : back.golomb(one.order)))
      back.end()
      expect(read).toEqual(values.map(({ value }) => value))
      expect([reader.u8(), reader.remaining(), reader.failed]).toEqual([0xa5, 0, false])
    }),
    { numRuns: 2000 },
  )
})

test('[BITS-2] bits fill bytes from the lowest, and the rest of the last byte is zeroes', () => {
  expect([...written((bits) => bits.bits(0b101, 3))]).toEqual([0b101])
  const two = written((bits) => {
    bits.bits(0b1, 1)
    bits.bits(0x123, 9)
    bits.bits(0, 0)
  })
  expect([...two]).toEqual([0x47, 0x02])
  expect(written(() => undefined)).toHaveLength(0)
  // More bits of a value than were asked for are not written.
  expect([...written((bits) => bits.bits(0xfff, 4))]).toEqual([0x0f])
})

test('[BITS-3] a code of order k: zeroes, a one, and as many bits as zeroes and k', () => {
  const orderZero = [0, 1, 2, 3, 6, 7].map((value) => bitsOf(written((bits) => bits.golomb(value, 0))))
  expect(orderZero.map((bits) => bits.replace(/0+$/, ''))).toEqual(['1', '01', '011', '001', '00111', '0001'])
  for (const [value, order, length] of [
    [0, 0, 1],
    [1, 0, 3],
    [2, 0, 3],
    [3, 0, 5],
    [0, 3, 4],
    [7, 3, 4],
    [8, 3, 6],
    [2 ** 18 - 1, 0, 37],
    [2 ** 24 - 2, 0, 47],
  ] as const) {
    const bits = bitsOf(
      written((writer) => {
        writer.golomb(value, order)
        writer.bits(1, 1)
      }),
    )
    expect(bits.lastIndexOf('1'), `${value} of order ${order}`).toBe(length)
  }
  expect([0, 1, 2, 3, 4, 255, 256].map(bitLength)).toEqual([0, 1, 2, 2, 3, 8, 9])
})

test('[BITS-3] what no code holds is our bug', () => {
  for (const [value, order] of [
    [-1, 0],
    [2 ** 24, 0],
    [0, 24],
    [2 ** 24 - 8, 3],
  ] as const) {
    expect(() => written((bits) => bits.golomb(value, order)), `${value} of order ${order}`).toThrow('golomb')
  }
})

test('[BITS-4] the end of the bytes, a bit behind the last value and a code too long fail the reader', () => {
  const read = (bytes: readonly number[], use: (bits: BitReader) => number): readonly unknown[] => {
    const reader = new ByteReader(Uint8Array.from(bytes))
    const bits = new BitReader(reader)
    const value = use(bits)
    bits.end()
    return [value, reader.failed]
  }
  expect(read([0xff], (bits) => bits.bits(9))).toEqual([0, true])
  expect(read([], (bits) => bits.golomb(0))).toEqual([0, true])
  expect(read([0b1001], (bits) => bits.bits(3))).toEqual([1, true])
  expect(read([0b0001], (bits) => bits.bits(3))).toEqual([1, false])
  const noOne = [0, 0, 0, 0, 0, 0, 0, 0]
  expect(read(noOne, (bits) => bits.golomb(0))).toEqual([0, true])
  expect(read([1, ...noOne], (bits) => bits.golomb(24))).toEqual([0, true])
})

test('[BITS-5] random bytes read in any way never throw, and give no number below zero or of more than 24 bits', () => {
  const plan = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 24 })), { maxLength: 60 })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), plan, (bytes, steps) => {
      const reader = new ByteReader(bytes)
      const bits = new BitReader(reader)
      for (const [isCode, width] of steps) {
        const value = isCode ? bits.golomb(width) : bits.bits(width)
        if (!Number.isInteger(value) || value < 0 || value >= 2 ** 24) return false
        if (reader.failed && value !== 0) return false
      }
      bits.end()
      return reader.position <= bytes.byteLength
    }),
    { numRuns: 5000 },
  )
})
