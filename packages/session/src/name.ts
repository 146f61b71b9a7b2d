import { utf8Clip } from '@worldkeep/kernel'
import { nameBytesMax } from './limits.ts'

/** A display name as others may see it: no control characters, single spaces, at most `nameBytesMax` bytes; '' if nothing is left. */
export function cleanName(raw: string): string {
  // Controls, line separators, and the marks that turn the direction of text around.
  const visible = raw.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, ' ')
  return utf8Clip(visible.replace(/\s+/g, ' ').trim(), nameBytesMax).trim()
}
