import { seqIsNewer } from '@worldkeep/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resultsKeptMax } from '../src/limits.ts'
import { CommandSequence, InputSequence, resultPending } from '../src/sequences.ts'

const seqs = fc.oneof(
  fc.nat(40),
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff),
)

/** A sequence that has finished commands up to `acked`, each with its own number as its code. */
function after(acked: number, kept = 200): CommandSequence {
  const commands = new CommandSequence()
  for (let seq = Math.max(1, acked - kept); seq <= acked; seq++) {
    commands.begin(seq)
    commands.finish(seq, `code_${seq}`)
  }
  return commands
}

describe('inputs', () => {
  test('[ORDER-1] the newest wins: the acknowledgement never goes back, and a late input changes nothing', () => {
    fc.assert(
      fc.property(fc.array(seqs, { maxLength: 60 }), (all) => {
        const inputs = new InputSequence()
        for (const [tick, seq] of all.entries()) {
          const { acked, ackedTick } = inputs
          const isNews = inputs.advance(seq, tick)
          expect(isNews).toBe(seqIsNewer(seq, acked))
          expect([inputs.acked, inputs.ackedTick]).toEqual(isNews ? [seq, tick] : [acked, ackedTick])
          expect(seqIsNewer(acked, inputs.acked)).toBe(false)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('[ORDER-1] gaps are fine, repetitions and numbers before are late', () => {
    const inputs = new InputSequence()
    expect([0, 1, 1, 5, 4, 5, 6].map((seq, tick) => inputs.advance(seq, tick))).toEqual([
      false,
      true,
      false,
      true,
      false,
      false,
      true,
    ])
    expect([inputs.acked, inputs.ackedTick]).toEqual([6, 6])
  })

  test('[ORDER-2] numbers wrap at 2^32', () => {
    const inputs = new InputSequence()
    expect(inputs.advance(0x7fffffff, 1)).toBe(true)
    expect(inputs.advance(0xfffffffe, 2)).toBe(true)
    expect(inputs.advance(1, 3)).toBe(true)
    expect(inputs.advance(0xffffffff, 4)).toBe(false)
    expect([inputs.acked, inputs.ackedTick]).toEqual([1, 3])
    inputs.reset()
    expect([inputs.acked, inputs.ackedTick]).toEqual([0, 0])
  })
})

describe('commands', () => {
  test('[ORDER-3] strictly one by one: the next one runs, a number after it is a gap, one before it a repetition', () => {
    const commands = new CommandSequence()
    expect([1, 2, 0x7fffffff].map((seq) => commands.classify(seq))).toEqual(['next', 'gap', 'gap'])
    commands.begin(1)
    expect([1, 2, 3].map((seq) => commands.classify(seq))).toEqual(['duplicate', 'next', 'gap'])
    expect(commands.acked).toBe(1)
    const later = after(100)
    expect([99, 100, 101, 102].map((seq) => later.classify(seq))).toEqual(['duplicate', 'duplicate', 'next', 'gap'])
  })

  test('[ORDER-4] a number that was never given out is no repetition, and has no result', () => {
    for (const acked of [0, 1, 5, 70]) {
      const commands = after(acked)
      for (const seq of [0, 0xffffffff, 0xfffffff0, 0x80000000 + acked, 0x80000001 + acked]) {
        expect(commands.classify(seq), `${seq} after ${acked}`).toBe('gap')
        expect(commands.resultOf(seq), `${seq} after ${acked}`).toBeNull()
      }
    }
  })

  test('[ORDER-5] a repetition gets the first outcome; one under way is pending; one long past is forgotten', () => {
    const commands = after(100)
    commands.begin(101)
    expect(commands.resultOf(101)).toBe(resultPending)
    for (let seq = 101 - resultsKeptMax + 1; seq <= 100; seq++) expect(commands.resultOf(seq)).toBe(`code_${seq}`)
    for (const seq of [1, 36, 101 - resultsKeptMax]) expect(commands.resultOf(seq)).toBeNull()
    expect(commands.resultOf(102)).toBeNull()
    commands.finish(101, 'late')
    expect(commands.resultOf(101)).toBe('late')
    expect(resultsKeptMax).toBe(64)
  })

  test('[ORDER-5] an outcome may come later and out of order; one that comes too late takes nobody else’s place', () => {
    const commands = new CommandSequence()
    for (let seq = 1; seq <= 65; seq++) commands.begin(seq)
    commands.finish(3, 'three')
    commands.finish(2, 'two')
    expect([commands.resultOf(2), commands.resultOf(3), commands.resultOf(4)]).toEqual(['two', 'three', resultPending])
    commands.finish(1, 'too late')
    expect([commands.resultOf(1), commands.resultOf(65)]).toEqual([null, resultPending])
  })

  test('[ORDER-6] numbers and results go on over 2^32', () => {
    const commands = new CommandSequence()
    commands.acked = 0xfffffffd
    for (const seq of [0xfffffffe, 0xffffffff, 0, 1]) {
      expect(commands.classify(seq)).toBe('next')
      commands.begin(seq)
      commands.finish(seq, `code_${seq}`)
    }
    expect([0xfffffffe, 0xffffffff, 0, 1, 2, 3].map((seq) => commands.classify(seq))).toEqual([
      'duplicate',
      'duplicate',
      'duplicate',
      'duplicate',
      'next',
      'gap',
    ])
    expect([0xfffffffe, 0xffffffff, 0, 1, 2].map((seq) => commands.resultOf(seq))).toEqual([
      'code_4294967294',
      'code_4294967295',
      'code_0',
      'code_1',
      null,
    ])
  })

  test('[ORDER-7] a reset sequence is a new one', () => {
    const commands = after(70)
    commands.begin(0)
    commands.reset()
    expect([commands.acked, commands.classify(1), commands.classify(0), commands.resultOf(0)]).toEqual([
      0,
      'next',
      'gap',
      null,
    ])
    commands.begin(1)
    expect(commands.resultOf(1)).toBe(resultPending)
  })

  test('[ORDER-8] any client, honest or not: each number runs once, in order, and keeps its first outcome', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(90), seqs), { maxLength: 300 }), (all) => {
        const commands = new CommandSequence()
        const outcomes: string[] = ['']
        for (const seq of all) {
          const order = commands.classify(seq)
          const ran = outcomes.length - 1
          expect(order).toBe(seq === ran + 1 ? 'next' : seq >= 1 && seq <= ran ? 'duplicate' : 'gap')
          if (order === 'next') {
            commands.begin(seq)
            expect(commands.resultOf(seq)).toBe(resultPending)
            outcomes.push(`code_${seq}`)
            commands.finish(seq, `code_${seq}`)
          }
          if (order === 'duplicate') expect(commands.resultOf(seq)).toBe(ran - seq < 64 ? outcomes[seq] : null)
          if (order === 'gap') expect(commands.resultOf(seq)).toBeNull()
        }
      }),
      { numRuns: 500 },
    )
  })
})
