import { Random } from '@worldkeep/kernel'
import type { ZoneDefinition } from '../define/game.ts'

/** Which cell, on one axis, a coordinate lies in: lower border inside, upper border outside, also below zero. */
export function cellOfCoordinate(cm: number, cellCm: number): number {
  return Math.floor(cm / cellCm)
}

/** One piece of space at run time: its grid of cells, numbered across all zones from `firstCell`, and its own chance. */
export class Zone {
  readonly name: string
  readonly index: number
  readonly sizeCm: number
  readonly cellCm: number
  /** Cells along one side. */
  readonly cellsWide: number
  readonly firstCell: number
  readonly random: Random

  constructor(
    definition: ZoneDefinition,
    place: { readonly index: number; readonly firstCell: number; readonly seed: number },
  ) {
    this.name = definition.name
    this.index = place.index
    this.sizeCm = definition.sizeM * 100
    this.cellCm = definition.cellM * 100
    this.cellsWide = Math.ceil(definition.sizeM / definition.cellM)
    this.firstCell = place.firstCell
    this.random = new Random((place.seed ^ Math.imul(place.index + 1, 0x9e3779b1)) >>> 0)
  }

  cellCount(): number {
    return this.cellsWide * this.cellsWide
  }

  /** Cell number of a position inside the zone. */
  cellAt(xCm: number, zCm: number): number {
    const cx = cellOfCoordinate(xCm, this.cellCm)
    const cz = cellOfCoordinate(zCm, this.cellCm)
    return this.firstCell + cz * this.cellsWide + cx
  }

  cellX(cell: number): number {
    return (cell - this.firstCell) % this.cellsWide
  }

  cellZ(cell: number): number {
    return Math.floor((cell - this.firstCell) / this.cellsWide)
  }
}
