/** What a server says is true at the end of one tick. */
export interface Truth {
  readonly tick: number
  /** How the world is cut: cells count from 0, row by row. */
  readonly cellsWide: number
  readonly entities: readonly {
    readonly id: number
    readonly cell: number
    readonly xCm: number
    readonly zCm: number
  }[]
  readonly views: readonly {
    /** Whose view it is; a client knows its own. */
    readonly viewer: string
    /** Middle cell of the block, and how many cells it reaches to each side. */
    readonly middleX: number
    readonly middleZ: number
    readonly radiusCells: number
  }[]
}

/** What a client sees of one tick: places in metres, by entity. */
export type Seen = ReadonlyMap<number, { readonly xM: number; readonly zM: number }>

export interface ViewVerdict {
  readonly viewsChecked: number
  /** Entities too few, too many or elsewhere; and clients that could not be checked. */
  readonly viewErrors: number
  readonly maxPositionErrorM: number
  /** Entities in all checked views together, as they should be. */
  readonly entitiesInViews: number
  readonly details: readonly string[]
}

/** One side of the comparison: a client that can say what it sees of a tick. */
export interface Watched {
  /** As the truth names its view. */
  readonly viewer: string
  /** For people: name and state. */
  label(): string
  /**
   * Calls `take` with what it sees of the end of `tick`, as soon as it is sure of that. Throws when the tick has passed.
   * Returns how to stop.
   */
  watch(tick: number, take: (seen: Seen) => void): () => void
  /** What it sees when nothing has reached it since `tick`, and it knows that nothing will; null before. */
  seenInSilence(tick: number): Seen | null
}
