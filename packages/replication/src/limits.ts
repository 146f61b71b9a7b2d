import { assert } from '@worldkeep/kernel'
import { frameCellsMax } from '@worldkeep/wire'

/** Cells from the middle of a view to its edge: 2 is a block of 5 x 5. */
export const viewRadiusCellsMax = 2

/** Different baselines of one cell that are kept per tick: last snapshot, far ring, keyframe, and one to spare. */
export const baselinesPerCellMax = 4

/** Turns remembered per entity on the client: 1.6 s at a turn every fourth tick of 20 Hz, longer than any display delay. */
export const motionRecordsMax = 8

/** A turn whose paths meet within this many centimetres is a turn; anything else is a jump. */
export const turnToleranceCm = 3

assert((viewRadiusCellsMax * 2 + 1) ** 2 * 2 <= frameCellsMax, 'a frame can drop one block and carry another')
