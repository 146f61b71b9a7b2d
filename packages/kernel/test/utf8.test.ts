import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { utf8Clip, utf8Length, utf8Read, utf8Write } from '../src/bytes/utf8.ts'

const encoder = new TextEncoder()
/** `ignoreBOM`: a byte order mark is a character like any other. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Any UTF-16, halves of surrogate pairs included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff', 'a', '\u07ff', '\u0800', '\uffff', '😀', '\ufeff'))
    .map((parts) => parts.join('')),
)

/** Bytes that are nearly UTF-8. */
const nearlyText = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc
    .array(
      fc.constantFrom(
        0x00,
        0x41,
        0x7f,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc0,
        0xc1,
        0xc2,
        0xdf,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
        0xff,
      ),
      { maxLength: 6 },
    )
    .map((bytes) => Uint8Array.from(bytes)),
  fc.tuple(anyText, fc.nat(), fc.nat(0xff)).map(([text, at, byte]) => {
    const bytes = encoder.encode(text)
    if (bytes.byteLength > 0) bytes[at % bytes.byteLength] = byte
    return bytes
  }),
)

function encode(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text))
  utf8Write(text, bytes, 0)
  return bytes
}

function fatal(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

describe('utf8', () => {
  test('[TEXT-1] text is written as every other encoder writes it, halves of pairs as U+FFFD', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(encode(text)).toEqual(encoder.encode(text))
      }),
      { numRuns: 3000 },
    )
    expect([...encode('\ud800')]).toEqual([0xef, 0xbf, 0xbd])
    expect([...encode('\udc00\ud800')]).toEqual([0xef, 0xbf, 0xbd, 0xef, 0xbf, 0xbd])
  })

  test('[TEXT-1] every character there is comes back', () => {
    for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const text = String.fromCodePoint(code)
      const bytes = encode(text)
      expect(utf8Read(bytes, 0, bytes.byteLength)).toBe(text)
    }
  })

  test('[TEXT-2] exactly those bytes are read that a strict decoder accepts', () => {
    fc.assert(
      fc.property(nearlyText, (bytes) => {
        expect(utf8Read(bytes, 0, bytes.byteLength)).toBe(fatal(bytes))
      }),
      { numRuns: 20_000 },
    )
  })

  test('[TEXT-2] overlong, halved, too large and cut sequences are refused', () => {
    for (const bytes of [
      [0x80],
      [0xc0, 0x80],
      [0xc1, 0xbf],
      [0xe0, 0x9f, 0xbf],
      [0xf0, 0x8f, 0xbf, 0xbf],
      [0xed, 0xa0, 0x80],
      [0xed, 0xbf, 0xbf],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xff],
      [0xc3],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0x98],
      [0xe2, 0x28, 0xa1],
    ]) {
      expect(utf8Read(Uint8Array.from(bytes), 0, bytes.length)).toBeNull()
    }
  })

  test('[TEXT-2] a sequence is not completed from behind the end of its text', () => {
    expect(utf8Read(Uint8Array.of(0x41, 0xc3, 0xa9), 0, 2)).toBeNull()
    expect(utf8Read(Uint8Array.of(0x41, 0xc3, 0xa9), 1, 2)).toBe('é')
  })

  test('[TEXT-3] clipped text is the longest start that fits, never half a character', () => {
    fc.assert(
      fc.property(anyText, fc.nat(30), (text, bytesMax) => {
        const clipped = utf8Clip(text, bytesMax)
        expect(text.startsWith(clipped)).toBe(true)
        expect(utf8Length(clipped)).toBeLessThanOrEqual(bytesMax)
        const next = [...text.slice(clipped.length)][0]
        if (next !== undefined) expect(utf8Length(clipped + next)).toBeGreaterThan(bytesMax)
      }),
      { numRuns: 3000 },
    )
    expect(utf8Clip('a😀b', 4)).toBe('a')
    expect(utf8Clip('a😀b', 5)).toBe('a😀')
    expect(utf8Clip('é', 1)).toBe('')
  })
})
