export type Selector<Source, Selected> = (source: Source) => Selected
export type IsEqual<Selected> = (previous: Selected, next: Selected) => boolean

/**
 * Remembers what was selected last, and hands out that very object for as long as a fresh selection equals it. React
 * compares by identity, so an equal selection is no render: this is the whole reason why a component renders only for
 * what it reads, however often the source fires.
 */
export class Selection<Selected> {
  #last: { readonly selected: Selected } | null = null

  read<Source>(source: Source, select: Selector<Source, Selected>, isEqual: IsEqual<Selected>): Selected {
    const selected = select(source)
    if (this.#last !== null && isEqual(this.#last.selected, selected)) return this.#last.selected
    this.#last = { selected }
    return selected
  }
}
