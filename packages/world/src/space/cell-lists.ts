import { assert } from '@worldkeep/kernel'

/**
 * Who is in which cell: one doubly linked list per cell through two columns, kept in slot order so that a cell is always
 * read the same way. Linking costs the length of the list; cells are small. Does not allocate.
 */
export class CellLists {
  /** First slot of each cell, -1 when empty. */
  readonly first: Int32Array
  readonly next: Int32Array
  readonly #previous: Int32Array
  readonly counts: Int32Array

  constructor(options: { readonly cells: number; readonly entitiesMax: number }) {
    this.first = new Int32Array(options.cells).fill(-1)
    this.counts = new Int32Array(options.cells)
    this.next = new Int32Array(options.entitiesMax).fill(-1)
    this.#previous = new Int32Array(options.entitiesMax).fill(-1)
  }

  link(cell: number, slot: number): void {
    let before = -1
    let after = this.first[cell] as number
    while (after >= 0 && after < slot) {
      before = after
      after = this.next[after] as number
    }
    assert(after !== slot, 'link: the slot is in this cell already')
    this.next[slot] = after
    this.#previous[slot] = before
    if (before < 0) this.first[cell] = slot
    else this.next[before] = slot
    if (after >= 0) this.#previous[after] = slot
    this.counts[cell] = (this.counts[cell] as number) + 1
  }

  unlink(cell: number, slot: number): void {
    const before = this.#previous[slot] as number
    const after = this.next[slot] as number
    if (before < 0) this.first[cell] = after
    else this.next[before] = after
    if (after >= 0) this.#previous[after] = before
    this.next[slot] = -1
    this.#previous[slot] = -1
    this.counts[cell] = (this.counts[cell] as number) - 1
  }
}
