import { bitLength } from '@worldkeep/kernel'
import type { Component, Game } from '@worldkeep/world'

/*
 * What changed in one cell after a baseline: a run of bits, lowest first, then whole bytes.
 *
 *     ┌──────┬──────┬────────────┬─────────┬─────┬──────────┬──────────────────────────────┐
 *     │ cell │ kind │ departures │ entries │ pad │ rows     │ rows: of each entry that     │
 *     │ var  │ 2    │            │         │ 0…7 │ bytes    │ names any, lowest bit first  │
 *     └──────┴──────┴────────────┴─────────┴─────┴──────────┴──────────────────────────────┘
 *
 *     departures: ┌───────┬──────────┬─────────────────────────────┐
 *                 │ count │ width 5  │ slot width, destination ... │
 *                 │ gol 0 │ (if any) │                             │
 *                 └───────┴──────────┴─────────────────────────────┘
 *     entries:    ┌───────┬───────────────────┬─────────────────────────────────────────────────────┐
 *                 │ count │ order 5, speed 5  │ gap, kind, generation, place, velocity, age, mask   │
 *                 │ gol 0 │ (if any)          │ gol order ...                                       │
 *                 └───────┴───────────────────┴─────────────────────────────────────────────────────┘
 */

export const SegmentKind = {
  /** What is new; also all there is on a channel of its own, beside the cell's keyframe. */
  Delta: 0,
  /** No baseline: the entries are everybody on the shared channel of the cell. */
  Keyframe: 1,
  /** The viewer is shown nothing of this cell. Nothing follows. */
  Withheld: 2,
} as const

export const EntryKind = {
  /** Another velocity; the place is where the known path has led to. */
  Turn: 0,
  /** Place and velocity. */
  Motion: 1,
  /** Rows only. */
  Rows: 2,
  /** The whole entity: the rows that follow are all it has. */
  Whole: 3,
} as const

/** Where somebody went who is in no cell any more, or hidden from those who see this channel, or too far away for them. */
export const nowhere = -1

/** Bits of kinds, of widths, of a cell's number and of a neighbour's direction. */
export const kindBits = 2
export const widthBits = 5
export const cellBits = 20
export const directionBits = 4

/** Order of the code of a generation: most are small. */
export const generationOrder = 3

/** Ticks since a turn that an entry can tell; an older one travels with its place. */
export const turnAgeTicksMax = 255

/** Gap 39, kind 3, generation 28, place 32, velocity 32, age 17 and mask 24 bits at most. */
export const entryBytesMax = 22

/** Cell 3 bytes; kind, two counts of 37 bits, three widths; and the rest of a last byte. */
export const segmentOverheadBytes = 18

/** Slot 18, destination 22 bits. */
export const departureBytesMax = 5

/** Bits of a coordinate inside a cell, its far border included. */
export function placeBits(cellCm: number): number {
  return bitLength(cellCm)
}

/** What viewers receive, in the order of their bits. Both sides derive it from the game. */
export function seenComponents(game: Game): readonly Component[] {
  return game.components.filter(({ audience }) => audience === 'motion' || audience === 'nearby')
}

/** What owners receive, in the order of their bits. */
export function ownedComponents(game: Game): readonly Component[] {
  return game.components.filter(({ audience }) => audience === 'owner')
}
