import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AssertionFailed, assert, assertNever } from '../src/assert.ts'
import { ManualClock } from '../src/clock.ts'
import { CounterBoard } from '../src/counter-board.ts'
import { Hash64 } from '../src/hash.ts'
import { Random, randomStateWords } from '../src/random.ts'
import { isPowerOfTwo, seqIsNewer } from '../src/units.ts'

function draw(random: Random, count: number): readonly number[] {
  return Array.from({ length: count }, () => random.nextU32())
}

describe('random', () => {
  test('[RANDOM-1] the generator is xoshiro128** 1.1: its published values from state 1, 2, 3, 4', () => {
    const random = new Random(0)
    random.state.set([1, 2, 3, 4])
    expect(draw(random, 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ])
  })

  test('[RANDOM-1] a seed gives these values for ever', () => {
    expect(draw(new Random(0), 4)).toEqual([1789933344, 44971166, 2521387044, 3848737593])
    expect(draw(new Random(1), 4)).toEqual([393288148, 2174103013, 3814759091, 2092745082])
    expect(draw(new Random(0xffffffff), 4)).toEqual([4104197751, 1825856343, 1152209388, 2427537429])
    expect(draw(new Random(-1), 4)).toEqual(draw(new Random(0xffffffff), 4))
  })

  test('[RANDOM-2] its state is all there is: a copy goes on with the same values', () => {
    const random = new Random(42)
    draw(random, 100)
    const copy = new Random(7)
    copy.state.set(random.state)
    expect(random.state).toHaveLength(randomStateWords)
    expect(draw(copy, 50)).toEqual(draw(random, 50))
  })

  test('[RANDOM-3] below() and between() stay inside their bounds and reach both ends', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 0x100000 }), (seed, bound) => {
        const value = new Random(seed).below(bound)
        expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true)
      }),
    )
    const random = new Random(5)
    const seen = new Set(Array.from({ length: 500 }, () => random.between(-3, 3)))
    expect([...seen].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3])
    expect(random.below(1)).toBe(0)
    expect(random.between(9, 9)).toBe(9)
  })

  test('[RANDOM-3] a bound that cannot be met is a bug', () => {
    const random = new Random(5)
    for (const bound of [0, -1, 0.5, 0x100001, Number.NaN]) expect(() => random.below(bound)).toThrow(AssertionFailed)
  })

  test('[RANDOM-4] values are uniform by counts, in every range and in every bit', () => {
    const random = new Random(2026)
    for (const bound of [2, 6, 10, 100]) {
      const counts = new Array<number>(bound).fill(0)
      const draws = bound * 2000
      for (let i = 0; i < draws; i++) (counts[random.below(bound)] as number)++
      const chiSquared = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)
      // Mean bound - 1, variance 2 (bound - 1); the seed is fixed, so this cannot fail by chance.
      expect(chiSquared).toBeLessThan(bound - 1 + 4 * Math.sqrt(2 * (bound - 1)))
      for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(250)
    }
    const ones = new Array<number>(32).fill(0)
    for (let i = 0; i < 20_000; i++) {
      const value = random.nextU32()
      for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] as number) + ((value >>> bit) & 1)
    }
    for (const count of ones) expect(Math.abs(count - 10_000)).toBeLessThan(350)
  })
})

describe('hash', () => {
  const hashOf = (feed: (hash: Hash64) => void): string => {
    const hash = new Hash64()
    feed(hash)
    return hash.hex()
  }

  test('[HASH-1] the same input has this digest for ever', () => {
    expect(hashOf(() => undefined)).toBe('f8c5f43181e5547d')
    expect(hashOf((h) => h.u32(0))).toBe('d04a418076016239')
    expect(hashOf((h) => h.u32(1))).toBe('5ef2aede0d09f387')
    expect(hashOf((h) => h.u32(0xffffffff))).toBe('2ad27fc39c91a7d1')
    expect(hashOf((h) => h.text('Worldkeep'))).toBe('3fcdc546f79b3b90')
    expect(hashOf((h) => h.column(new Int16Array([1, -2, 3, -4]), 1, 2))).toBe('e0416bbc00d1f91c')
    expect(
      hashOf((h) => {
        for (let i = 0; i < 1000; i++) h.u32(i)
      }),
    ).toBe('dbb64e2fb22dce9d')
  })

  test('[HASH-1] hex is the high half, then the low half', () => {
    const hash = new Hash64()
    hash.u32(1)
    expect([hash.high(), hash.low()]).toEqual([0x5ef2aede, 0x0d09f387])
  })

  test('[HASH-2] order, length and every single word count', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 20 }), fc.nat(), fc.nat(31), (words, at, bit) => {
        const digest = hashOf((h) => h.column(words, 0, words.length))
        const changed = words.slice()
        changed[at % words.length] = (changed[at % words.length] as number) ^ (1 << bit)
        expect(hashOf((h) => h.column(changed, 0, changed.length))).not.toBe(digest)
        expect(hashOf((h) => h.column([...words, 0], 0, words.length + 1))).not.toBe(digest)
        const swapped = words.slice()
        const [a, b] = [at % words.length, (at + 1) % words.length]
        swapped[a] = words[b] as number
        swapped[b] = words[a] as number
        if (words[a] !== words[b]) expect(hashOf((h) => h.column(swapped, 0, swapped.length))).not.toBe(digest)
      }),
    )
    expect(hashOf((h) => ['ab', 'c'].map((t) => h.text(t)))).not.toBe(hashOf((h) => ['a', 'bc'].map((t) => h.text(t))))
  })

  test('[HASH-2] a hundred thousand neighbours have no digest in common, in neither half', () => {
    const hash = new Hash64()
    const digests = new Set<string>()
    const lows = new Set<number>()
    for (let i = 0; i < 100_000; i++) {
      hash.reset()
      hash.u32(i)
      hash.u32(i * 7)
      digests.add(hash.hex())
      lows.add(hash.low())
    }
    expect(digests.size).toBe(100_000)
    // 32 bits: about one pair in common is what chance gives.
    expect(lows.size).toBeGreaterThan(99_990)
  })

  test('[HASH-3] a reset hash is a new one, and reading does not disturb the stream', () => {
    const hash = new Hash64()
    hash.text('something')
    hash.reset()
    expect(hash.hex()).toBe(new Hash64().hex())
    hash.u32(1)
    hash.low()
    hash.hex()
    hash.u32(2)
    expect(hash.hex()).toBe(hashOf((h) => h.column([1, 2], 0, 2)))
  })

  test('[HASH-4] numbers count as 32-bit integers: their sign and width in memory do not matter', () => {
    expect(hashOf((h) => h.u32(-2))).toBe(hashOf((h) => h.u32(0xfffffffe)))
    expect(hashOf((h) => h.u32(-0))).toBe(hashOf((h) => h.u32(0)))
    expect(hashOf((h) => h.column(Uint8Array.of(1, 2), 0, 2))).toBe(hashOf((h) => h.column(Int32Array.of(1, 2), 0, 2)))
  })
})

describe('units', () => {
  test('[SEQ-1] newer is within half the range ahead, over the wrap', () => {
    expect(seqIsNewer(1, 0)).toBe(true)
    expect(seqIsNewer(0, 1)).toBe(false)
    expect(seqIsNewer(5, 5)).toBe(false)
    expect(seqIsNewer(0, 0xffffffff)).toBe(true)
    expect(seqIsNewer(0xffffffff, 0)).toBe(false)
    expect(seqIsNewer(0x7fffffff, 0)).toBe(true)
    expect(seqIsNewer(0x80000001, 0)).toBe(false)
    const seq = fc.integer({ min: 0, max: 0xffffffff })
    fc.assert(
      fc.property(seq, fc.integer({ min: 1, max: 0x7fffffff }), (start, ahead) => {
        const later = (start + ahead) >>> 0
        expect([seqIsNewer(later, start), seqIsNewer(start, later)]).toEqual([true, false])
      }),
    )
  })

  test('[SEQ-2] powers of two are found among whole numbers of 32 bits', () => {
    for (let bit = 0; bit < 32; bit++) expect(isPowerOfTwo(2 ** bit)).toBe(true)
    for (const value of [
      0,
      -1,
      -2,
      3,
      6,
      0.5,
      1.5,
      0xffffffff,
      2 ** 32 + 1,
      2 ** 32,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]) {
      expect(isPowerOfTwo(value), String(value)).toBe(false)
    }
  })
})

describe('counter board', () => {
  const names = ['ticks', 'bytes', 'lost'] as const

  test('[BOARD-1] another board over the same memory reads what one has written, by name and by slot', () => {
    const memory = CounterBoard.create(names)
    const writer = new CounterBoard(names, memory)
    const reader = new CounterBoard(names, memory)
    const slot = writer.slot('bytes')
    writer.add(slot, 5)
    writer.add(slot, 2 ** 40)
    writer.set(writer.slot('lost'), 0.5)
    expect([reader.read('ticks'), reader.read('bytes'), reader.get(reader.slot('lost'))]).toEqual([0, 2 ** 40 + 5, 0.5])
    writer.set(slot, 1)
    expect(reader.read('bytes')).toBe(1)
  })

  test('[BOARD-2] a name twice, an unknown name and memory of another board are bugs', () => {
    expect(() => new CounterBoard(['a', 'a'], CounterBoard.create(['a', 'a']))).toThrow(AssertionFailed)
    expect(() => new CounterBoard(names, CounterBoard.create(['a']))).toThrow(AssertionFailed)
    const board = new CounterBoard<string>(names, CounterBoard.create(names))
    expect(() => board.slot('nobody')).toThrow('no counter named nobody')
  })
})

describe('assertions and clocks', () => {
  test('[ASSERT-1] a broken promise throws AssertionFailed with its message', () => {
    assert(true, 'never said')
    expect(() => assert(false, 'said')).toThrow(new AssertionFailed('said'))
    expect(() => assertNever('x' as never, 'what')).toThrow('what: unexpected "x"')
  })

  test('[CLOCK-1] a manual clock moves only when told to', () => {
    const clock = new ManualClock()
    expect(clock.nowMs()).toBe(0)
    clock.advanceMs(1.5)
    clock.advanceMs(2)
    expect([clock.nowMs(), clock.nowMs()]).toEqual([3.5, 3.5])
  })
})
