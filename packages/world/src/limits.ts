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

/** Hooks of one pipeline, the server's and the game's: what the memory of a pulse is made for. */
export const hooksMax = 64

/** Kinds of work in slices of one game: a kind is one byte in a checkpoint. */
export const slicesMax = 250

/** Tasks in slices that wait at once, a power of two so that a place is `index & (max - 1)`. */
export const sliceTasksMax = 1024

/** Units of work in slices per tick, unless the game says otherwise: 3 ms, when a unit is about a microsecond. */
export const sliceUnitsPerTickDefault = 3000

/** Bytes of one encoded command: far below the inbound frame, so that a batch of them fits one tick's budget. */
export const commandBytesMax = 4096

/** Departures remembered for deltas. At 5,000 walkers changing cells every 20 s and 20 Hz this is over a minute. */
export const tombstonesMax = 16384

/** Zones of one game: an entity keeps the number of its zone in a u16. */
export const zonesMax = 1 << 16

/** Rooms: an entity keeps the number of its room in a u16, and the last number is the private channel's. */
export const roomsMax = 0xfffe

/** Entities of one cell that are seen, unless the server says otherwise. */
export const shownPerCellMaxDefault = 4000

/** Cells of all zones together: columns of four bytes each, kept flat. */
export const cellsMax = 1 << 20

/** Greatest speed a motion can have, in cm/s: what an i16 holds. */
export const speedCmPerSMax = 32767

export const tickHzMin = 1
export const tickHzMax = 240

assert(slotBits < 32 && generationMax > 1000, 'a handle needs room for generations')
assert((sliceTasksMax & (sliceTasksMax - 1)) === 0, 'a place of a task is index & (max - 1)')
assert((tombstonesMax & (tombstonesMax - 1)) === 0, 'a tombstone place is seq & (max - 1)')
