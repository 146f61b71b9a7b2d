/*
 * UTF-8 by hand, because `TextDecoder` refuses shared memory in browsers and is no part of the language itself.
 * Unpaired surrogates are written as U+FFFD. Follows RFC 3629.
 */

export function utf8Length(text: string): number {
  let byteLength = 0
  for (let i = 0; i < text.length; i++) {
    const code = codePointAt(text, i)
    if (code > 0xffff) i++
    byteLength += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return byteLength
}

/** Writes the whole text at `at`; the caller has made room for `utf8Length(text)` bytes. */
export function utf8Write(text: string, target: Uint8Array, at: number): void {
  let cursor = at
  for (let i = 0; i < text.length; i++) {
    const code = codePointAt(text, i)
    if (code > 0xffff) i++
    if (code < 0x80) {
      target[cursor++] = code
    } else if (code < 0x800) {
      target[cursor++] = 0xc0 | (code >> 6)
      target[cursor++] = 0x80 | (code & 0x3f)
    } else if (code < 0x10000) {
      target[cursor++] = 0xe0 | (code >> 12)
      target[cursor++] = 0x80 | ((code >> 6) & 0x3f)
      target[cursor++] = 0x80 | (code & 0x3f)
    } else {
      target[cursor++] = 0xf0 | (code >> 18)
      target[cursor++] = 0x80 | ((code >> 12) & 0x3f)
      target[cursor++] = 0x80 | ((code >> 6) & 0x3f)
      target[cursor++] = 0x80 | (code & 0x3f)
    }
  }
}

/** The text in `count` bytes at `at`, or null where they are not UTF-8. */
export function utf8Read(source: Uint8Array, at: number, count: number): string | null {
  const end = at + count
  let text = ''
  let cursor = at
  while (cursor < end) {
    const lead = source[cursor++] as number
    if (lead < 0x80) {
      text += String.fromCharCode(lead)
      continue
    }
    const following = lead >= 0xf0 && lead <= 0xf4 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0
    if (following === 0 || lead > 0xf4 || cursor + following > end) return null
    let code = lead & (0x3f >> following)
    for (let i = 0; i < following; i++) {
      const byte = source[cursor++] as number
      if ((byte & 0xc0) !== 0x80) return null
      code = (code << 6) | (byte & 0x3f)
    }
    const smallest = following === 1 ? 0x80 : following === 2 ? 0x800 : 0x10000
    if (code < smallest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null
    text += String.fromCodePoint(code)
  }
  return text
}

/** The longest prefix of `text` that fits into `bytesMax` bytes, never cutting a character. */
export function utf8Clip(text: string, bytesMax: number): string {
  if (utf8Length(text) <= bytesMax) return text
  let clipped = ''
  let byteLength = 0
  for (const character of text) {
    byteLength += utf8Length(character)
    if (byteLength > bytesMax) break
    clipped += character
  }
  return clipped
}

function codePointAt(text: string, index: number): number {
  const code = text.codePointAt(index) as number
  return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code
}
