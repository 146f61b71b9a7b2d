import { assert } from './assert.ts'
import { isPowerOfTwo } from './units.ts'

/** Records start on this boundary, so that the header words of a record are aligned. */
export const ringAlignmentBytes = 8

/** Length word and kind word in front of each record. */
export const ringRecordHeaderBytes = 8

/** Smallest ring worth having: a few control records. */
export const ringBytesMin = 1024

/** Cursors are u32 and wrap together, so unread bytes must stay below half of their range. */
export const ringBytesMax = 1 << 30

/** A record takes at most this part of its ring: because it never wraps, a longer one might not fit an empty ring. */
export const ringRecordPartMax = 1 / 2

/** Longest variable-length integer of 32 bits. */
export const varintBytesMax = 5

assert(isPowerOfTwo(ringAlignmentBytes), 'alignment is a mask')
assert(ringRecordHeaderBytes % ringAlignmentBytes === 0, 'a header keeps its record aligned')
assert(isPowerOfTwo(ringBytesMin) && isPowerOfTwo(ringBytesMax), 'a ring position is cursor & (bytes - 1)')
