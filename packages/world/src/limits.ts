import { assert } from '@worldkeep/kernel'

/** Bits of a handle that name the slot: 262,144 live entities in one node, far above what one tick thread simulates. */
export const slotBits = 18
export const slotsMax = 1 << slotBits

/** Times one slot is used before it is retired, so that a handle of a despawned entity never resolves again. */
export const generationMax = 2 ** (32 - slotBits) - 1

/** Components of one game: their presence travels as one varint bit set, beside the bits of motion and entry. */
export const componentsMax = 24

/** Commands of one game: a command id is one byte. */
export const commandsMax = 250

/** Bytes of one encoded command: far below the inbound frame, so that a batch of them fits one tick's budget. */
export const commandBytesMax = 4096

/** Departures remembered for deltas. At 5,000 walkers changing cells every 20 s and 20 Hz this is over a minute. */
export const tombstonesMax = 16384

/** Zones of one game: an entity keeps the number of its zone in a u16. */
export const zonesMax = 1 << 16

/** Cells of all zones together: columns of four bytes each, kept flat. */
export const cellsMax = 1 << 20

/** Greatest speed a motion can have, in cm/s: what an i16 holds. */
export const speedCmPerSMax = 32767

export const tickHzMin = 1
export const tickHzMax = 240

assert(slotBits < 32 && generationMax > 1000, 'a handle needs room for generations')
assert((tombstonesMax & (tombstonesMax - 1)) === 0, 'a tombstone place is seq & (max - 1)')
