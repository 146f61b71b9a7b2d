/** Who wants to hear of something. */
export class Listeners<T extends readonly unknown[]> {
  readonly #listeners = new Set<(...args: T) => void>()

  /** Returns how to stop listening. */
  add(listener: (...args: T) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  emit(...args: T): void {
    for (const listener of this.#listeners) listener(...args)
  }
}
