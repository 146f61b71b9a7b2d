interface Departure {
  readonly cell: number
  readonly slot: number
  readonly to: number
}

/** Somebody who may have departed. */
interface Resident {
  readonly slot: number
  cell: number
}

/**
 * Who left which cell for which in one frame. The segments of a frame come in any order, and may tell of departures that
 * are history by now, so nobody has gone anywhere before all of them have been read: then each is followed from the cell
 * it was in, step by step.
 */
export class Departures {
  #waiting: Departure[] = []

  clear(): void {
    this.#waiting.length = 0
  }

  add(cell: number, slot: number, to: number): void {
    this.#waiting.push({ cell, slot, to })
  }

  /** `residentOf` answers null for whoever has not departed after all; `depart` puts a resident into another cell, or away. */
  resolve<R extends Resident>(residentOf: (slot: number) => R | null, depart: (resident: R, to: number) => void): void {
    for (let waiting = this.#waiting; waiting.length > 0; ) {
      const later: Departure[] = []
      for (const departure of waiting) {
        const resident = residentOf(departure.slot)
        if (resident === null) continue
        if (resident.cell === departure.cell) depart(resident, departure.to)
        else later.push(departure)
      }
      // Each round somebody moves on, or nobody will: what is left is history.
      if (later.length === waiting.length) return
      waiting = later
    }
  }
}
