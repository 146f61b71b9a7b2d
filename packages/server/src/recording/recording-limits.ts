import { assert } from '@worldkeep/kernel'
import { ringBytes } from '../core/limits.ts'

/** Uncompressed bytes after which a chunk is written without waiting for its second. */
export const chunkRawBytesTarget = 1 << 20

/** Longest checkpoint, all parts together, several times what the tick's mailbox can carry at once. */
export const checkpointBytesMax = 1 << 26

/** Uncompressed bytes of the largest chunk: nearly full already, and then the longest entry. */
export const chunkRawBytesMax = checkpointBytesMax + 2 * chunkRawBytesTarget

/** The same compressed. What cannot be compressed grows by five bytes in 16 KiB. */
export const chunkPackedBytesMax = chunkRawBytesMax + (chunkRawBytesMax >>> 10) + 64

/** The header's JSON, most of which is what the game was given as options. */
export const headerBytesMax = 1 << 20

/** All segment files of a run together. */
export const keepBytesMax = 2 ** 30

/** Folders of runs kept, this one included. */
export const runsKeptMax = 5

assert(ringBytes.recording / 2 < checkpointBytesMax, 'whatever one record of the mailbox carries fits into a chunk')
assert(chunkPackedBytesMax < keepBytesMax / 4, 'a chunk never fills the space of a whole run')
