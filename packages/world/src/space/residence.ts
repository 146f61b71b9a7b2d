import type { World } from '../world.ts'
import type { CellLists } from './cell-lists.ts'
import { Channel, Sight } from './sight.ts'
import { Tombstones } from './tombstones.ts'

/**
 * Who lives in which cell and on which channel, as of the end of the last tick, and who has left which: what segments are
 * made from. Does not allocate.
 */
export class Residence {
  readonly tombstones: Tombstones
  readonly sight: Sight
  /** Tick in which an entity came to its present cell and channel. */
  readonly enteredTick: Int32Array
  readonly #world: World
  readonly #cells: CellLists

  constructor(world: World, options: { readonly cells: number; readonly shownPerCellMax: number }) {
    this.#world = world
    this.#cells = world.cells
    this.tombstones = new Tombstones(options.cells)
    this.sight = new Sight(world, { cells: options.cells, shownMax: options.shownPerCellMax })
    this.enteredTick = new Int32Array(world.entities.capacity).fill(-1)
  }

  /** The entity stands in `cell` now, wherever it was before. */
  settle(slot: number, cell: number): void {
    const { sight } = this
    const { changes } = this.#world
    const before = changes.cellOf[slot] as number
    if (cell === before && !sight.inUse) return
    const channelBefore = sight.channelOf[slot] as number
    let promoted = -1
    if (cell !== before) {
      if (before >= 0) promoted = sight.depart(before, slot)
      sight.arrive(cell, slot)
    }
    const channel = sight.wanted(slot)
    if (cell === before && channel === channelBefore) return
    if (before >= 0) {
      sight.count(before, channelBefore, -1)
      this.#bury(before, slot, channelBefore)
    }
    if (cell !== before) {
      if (before >= 0) this.#cells.unlink(before, slot)
      this.#cells.link(cell, slot)
      changes.cellOf[slot] = cell
    }
    sight.channelOf[slot] = channel
    sight.count(cell, channel, 1)
    changes.touchCell(cell)
    this.enteredTick[slot] = changes.tick
    if (promoted >= 0) this.settle(promoted, before)
  }

  /** The entity is in no cell any more. */
  leave(slot: number): void {
    const { changes } = this.#world
    const cell = changes.cellOf[slot] as number
    if (cell < 0) return
    const channel = this.sight.channelOf[slot] as number
    const promoted = this.sight.depart(cell, slot)
    this.sight.count(cell, channel, -1)
    this.#bury(cell, slot, channel)
    this.#cells.unlink(cell, slot)
    changes.cellOf[slot] = -1
    if (promoted >= 0) this.settle(promoted, cell)
  }

  /** Each session knows by itself whom it was shown on the private channel. */
  #bury(cell: number, slot: number, channel: number): void {
    const { changes, entities } = this.#world
    if (channel !== Channel.Private) this.tombstones.add(cell, entities.handleOf(slot), changes.tick, channel)
    changes.touchCell(cell)
  }
}
