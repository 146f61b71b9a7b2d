import type { MessageRow, ServerJoinAck } from '@worldkeep/wire'

export type JoinAck = MessageRow<typeof ServerJoinAck>

/** What a view is cut from and how, told in the join acknowledgement. */
export interface ViewGeometry {
  readonly tickHz: number
  readonly firstCell: number
  readonly cellsWide: number
  readonly cellCm: number
  /** Cells from the middle of the view to its edge: of the part that comes with every snapshot, and of the whole. */
  readonly nearRadiusCells: number
  readonly blockRadiusCells: number
  /** Ticks from one delta of a far cell to the next. */
  readonly farEveryTicks: number
}

/** Of the zone a player has joined. */
export function viewGeometryOf(ack: JoinAck): ViewGeometry {
  return {
    tickHz: ack.tickHz,
    firstCell: ack.firstCell,
    cellsWide: Math.ceil(ack.zoneSizeM / ack.cellM),
    cellCm: ack.cellM * 100,
    nearRadiusCells: ack.nearRadiusCells,
    blockRadiusCells: ack.blockRadiusCells,
    farEveryTicks: ack.farEveryTicks,
  }
}
