export interface Notice {
  readonly id: number
  readonly text: string
}

const showForMs = 5_000
const noticesMax = 3

/** Short messages to the player; each goes by itself. One that is already showing only stays longer. */
export class Notices {
  #notices: readonly Notice[] = []
  readonly #listeners = new Set<() => void>()
  #lastId = 0

  readonly list = (): readonly Notice[] => this.#notices

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  show(text: string): void {
    this.#lastId++
    const notice = { id: this.#lastId, text }
    this.#set([...this.#notices.filter((shown) => shown.text !== text), notice].slice(-noticesMax))
    setTimeout(() => this.#set(this.#notices.filter((shown) => shown.id !== notice.id)), showForMs)
  }

  #set(notices: readonly Notice[]): void {
    this.#notices = notices
    for (const listener of this.#listeners) listener()
  }
}
