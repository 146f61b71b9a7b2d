import { TickGuard } from '../guard/tick-guard.ts'

/**
 * When what changed: the tick now running, and the last tick anything changed in each cell. Shared by every table, so
 * that a write is: ask the guard, compare, store, stamp.
 */
export class ChangeLog {
  tick = 0
  readonly guard: TickGuard
  readonly cellOf: Int32Array
  readonly cellChangedTick: Int32Array

  constructor(options: { readonly entitiesMax: number; readonly cells: number; readonly guard?: TickGuard }) {
    this.guard = options.guard ?? TickGuard.open()
    this.cellOf = new Int32Array(options.entitiesMax).fill(-1)
    this.cellChangedTick = new Int32Array(options.cells).fill(-1)
  }

  touchCell(cell: number): void {
    this.cellChangedTick[cell] = this.tick
  }

  touchEntity(slot: number): void {
    const cell = this.cellOf[slot] as number
    if (cell >= 0) this.cellChangedTick[cell] = this.tick
  }
}
