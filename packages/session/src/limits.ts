import { assert, isPowerOfTwo } from '@worldkeep/kernel'

/** Results kept per session for repeated commands: the 50 that a resume promises, rounded up so that a place is `seq & (max - 1)`. */
export const resultsKeptMax = 64

/** Longest display name, in bytes of UTF-8. */
export const nameBytesMax = 24

assert(isPowerOfTwo(resultsKeptMax), 'a result is kept at seq & (max - 1)')
