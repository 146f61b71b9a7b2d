import { utf8Clip } from '@worldkeep/kernel'
import { nameBytesMax } from './limits.ts'

/**
 * Controls; formats, which are invisible and some of which turn the direction of text around; line and paragraph
 * separators; and halves of surrogate pairs, which no store takes.
 */
const unseemly = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** A display name as others may see it: no control characters, single spaces, at most `nameBytesMax` bytes; '' if nothing is left. */
export function cleanName(raw: string): string {
  const visible = raw.replace(unseemly, ' ')
  return utf8Clip(visible.replace(/\s+/g, ' ').trim(), nameBytesMax).trim()
}
