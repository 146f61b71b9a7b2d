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
 * Who left which cell in one frame, and where they are now. The segments of a frame come in any order, and a departure may
 * be history by now, so nobody has gone anywhere before all of them have been read.
 */
export class Departures {
  readonly #waiting: Departure[] = []

  clear(): void {
    this.#waiting.length = 0
  }

  add(departure: Departure): void {
    this.#waiting.push(departure)
  }

  /** `residentOf` answers null for whoever has not departed after all; `depart` puts a resident into another cell, or away. */
  resolve<R extends Resident>(residentOf: (slot: number) => R | null, depart: (resident: R, to: number) => void): void {
    for (const { cell, slot, to } of this.#waiting) {
      const resident = residentOf(slot)
      if (resident !== null && resident.cell === cell) depart(resident, to)
    }
  }
}
