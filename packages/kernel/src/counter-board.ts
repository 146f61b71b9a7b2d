import { assert } from './assert.ts'

/** Shared memory of one thread's counters. Can be posted to another thread. */
export interface BoardMemory {
  readonly shared: SharedArrayBuffer
}

/**
 * Numbers that one thread writes and any thread reads: counters, gauges, histogram buckets. A slot has a name at boot
 * and an index ever after, so counting is one store. Readers may see two slots of different moments.
 */
export class CounterBoard<Name extends string> {
  readonly names: readonly Name[]
  readonly #values: Float64Array
  readonly #slots = new Map<string, number>()

  constructor(names: readonly Name[], memory: BoardMemory) {
    assert(memory.shared.byteLength === names.length * 8, 'a board has one slot per name')
    this.names = names
    this.#values = new Float64Array(memory.shared)
    for (const [slot, name] of names.entries()) this.#slots.set(name, slot)
    assert(this.#slots.size === names.length, 'a board has no name twice')
  }

  static create(names: readonly string[]): BoardMemory {
    return { shared: new SharedArrayBuffer(names.length * 8) }
  }

  slot(name: Name): number {
    const slot = this.#slots.get(name)
    assert(slot !== undefined, `no counter named ${name}`)
    return slot
  }

  add(slot: number, amount: number): void {
    this.#values[slot] = (this.#values[slot] as number) + amount
  }

  set(slot: number, value: number): void {
    this.#values[slot] = value
  }

  get(slot: number): number {
    return this.#values[slot] as number
  }

  read(name: Name): number {
    return this.get(this.slot(name))
  }
}
