import { assert } from '@worldkeep/kernel'
import { frameSegmentsMax } from '@worldkeep/wire'

/** Cells from the middle of a view to its edge, far ring included: 3 is a block of 7 x 7. */
export const viewRadiusCellsMax = 3

/**
 * Different segments of one cell that are kept per tick: last snapshot, far ring, keyframe, withheld, and four to spare for
 * those who come back and for rooms. Further ones are encoded again.
 */
export const segmentsPerCellMax = 8

/** Entities one session is shown in its own section at once: friends in hiding, the body itself. Others wait, counted. */
export const privateShownMax = 64

/** Turns remembered per entity on the client: 1.6 s at a turn every fourth tick of 20 Hz, longer than any display delay. */
export const motionRecordsMax = 8

/** A turn whose paths meet within this many centimetres is a turn; anything else is a jump. */
export const turnToleranceCm = 3

assert(
  (viewRadiusCellsMax * 2 + 1) ** 2 * 2 <= frameSegmentsMax,
  'a frame carries every cell of a view, for everybody and for a room',
)
