import { utf8Length } from '@worldkeep/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameBytesMax } from '../src/limits.ts'
import { cleanName } from '../src/name.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom('a', ' ', '\t', '\u00a0', '\u3000', '\u202e', '\u200b', '\ud83d', '\ude00', '😀', 'ß', '\0'),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
)

describe('names', () => {
  test('[NAME-1] an ordinary name of any script stays as it is', () => {
    for (const name of ['Ada', 'Ada Lovelace', 'Zoë', 'Σωκράτης', '孔子', 'мир', '😀 ok', "O'Neill-Ó", 'x'.repeat(24)])
      expect(cleanName(name)).toBe(name)
  })

  test('[NAME-2] controls, line ends and invisible characters become spaces; spaces are single and inside', () => {
    expect(cleanName('  Ada \t\r\n  Lovelace  ')).toBe('Ada Lovelace')
    expect(cleanName('A\0d\u0007a\u007f\u0085')).toBe('A d a')
    expect(cleanName('A\u2028B\u2029C\u00a0D\u3000E')).toBe('A B C D E')
    expect(cleanName('\u200bA\u200c\u200d\u2060B\ufeff\u00adC')).toBe('A B C')
  })

  test('[NAME-3] no mark that turns the direction of text is left', () => {
    const marks = [
      '\u061c',
      '\u200e',
      '\u200f',
      '\u202a',
      '\u202b',
      '\u202c',
      '\u202d',
      '\u202e',
      '\u2066',
      '\u2067',
      '\u2068',
      '\u2069',
    ]
    for (const mark of marks) expect(cleanName(`${mark}nimda${mark}`)).toBe('nimda')
  })

  test('[NAME-4] half of a surrogate pair, which no store takes, is removed', () => {
    expect(cleanName('A\ud800')).toBe('A')
    expect(cleanName('\udc00\ud800A')).toBe('A')
    expect(cleanName('A\ud83dB')).toBe('A B')
  })

  test('[NAME-5] a long name is cut at a character, and not left with a space at its end', () => {
    expect(cleanName('x'.repeat(25))).toBe('x'.repeat(24))
    expect(cleanName('é'.repeat(20))).toBe('é'.repeat(12))
    expect(cleanName(`${'x'.repeat(22)}😀`)).toBe('x'.repeat(22))
    expect(cleanName(`${'x'.repeat(23)} y`)).toBe('x'.repeat(23))
    expect(cleanName('😀'.repeat(10_000))).toBe('😀'.repeat(6))
  })

  test('[NAME-6] a name of nothing is empty', () => {
    for (const name of ['', ' ', '\t\n', '\u200b\u202e', '\0', '\ud800']) expect(cleanName(name)).toBe('')
  })

  test('[NAME-7] whatever is wished for: short, well-formed, without controls, and clean already', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const name = cleanName(raw)
        expect(utf8Length(name)).toBeLessThanOrEqual(nameBytesMax)
        expect(name.isWellFormed()).toBe(true)
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\s\s|^\s|\s$/u)
        expect(cleanName(name)).toBe(name)
      }),
      { numRuns: 5000 },
    )
  })
})
