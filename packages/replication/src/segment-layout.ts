import type { Component, Game } from '@worldkeep/world'

/*
 * What changed in one cell after a baseline. Slots are written as the distance to the one before, plus one; 0 ends a
 * list. Positions are centimetres from the cell's corner.
 *
 *     ┌──────┬───────┬──────────────────┬───┬──────────────────────────────────────────┬───┐
 *     │ cell │ flags │ slots that left  │ 0 │ entries                                  │ 0 │
 *     │ var  │ u8    │ var ...   (if)   │   │                                          │   │
 *     └──────┴───────┴──────────────────┴───┴──────────────────────────────────────────┴───┘
 *
 *     entry: ┌──────┬──────┬─────────────────┬──────────────────────────────┬──────────────────────┐
 *            │ slot │ mask │ generation (if  │ x u16, z u16, vx, vz zigzag  │ rows, lowest bit     │
 *            │ var  │ var  │ whole) var      │ (if whole or motion)         │ first                │
 *            └──────┴──────┴─────────────────┴──────────────────────────────┴──────────────────────┘
 */

export const SegmentFlag = {
  /** No baseline: the entries are everything there is in the cell. */
  Keyframe: 1,
  Departures: 2,
} as const

export const EntryBit = {
  /** The whole entity: the rows that follow are all it has. */
  Whole: 1,
  Motion: 2,
  FirstComponent: 4,
} as const

/** Slot 3, mask 5, generation 3, place 4, velocity 10 bytes at most. */
export const entryBytesMax = 25

/** Cell, flags, two ends of lists. */
export const segmentOverheadBytes = 8

/** Longest slot in a list of departures. */
export const departureBytesMax = 3

/** What viewers receive, in the order of their bits. Both sides derive it from the game. */
export function seenComponents(game: Game): readonly Component[] {
  return game.components.filter(({ audience }) => audience === 'motion' || audience === 'nearby')
}

/** What owners receive, in the order of their bits. */
export function ownedComponents(game: Game): readonly Component[] {
  return game.components.filter(({ audience }) => audience === 'owner')
}
