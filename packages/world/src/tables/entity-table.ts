import { assert, type ByteReader, type ByteWriter, type Hash64 } from '@worldkeep/kernel'
import { generationMax, slotBits, slotsMax } from '../limits.ts'
import { readColumn, writeColumn } from '../state/column-bytes.ts'

/**
 * A live entity: generation above, slot below. 0 is no entity. A despawned handle never resolves again: each use of a
 * slot has its own generation, and a slot out of generations is retired.
 */
export type EntityHandle = number & { readonly unit: 'entityHandle' }

const slotMask = slotsMax - 1

/** Which slots are alive. Slots are reused oldest first. Does not allocate after construction. */
export class EntityTable {
  readonly capacity: number
  readonly alive: Uint8Array
  readonly #generations: Uint16Array
  readonly #free: Int32Array
  #freeAt = 0
  #freeCount = 0
  /** Slots 0 … slotsUsed - 1 have been alive at least once: the bound of every loop over entities. */
  slotsUsed = 0
  count = 0
  /** Spawns refused because the table was full. */
  refusedCount = 0
  /** Slots retired for good. */
  retiredCount = 0

  constructor(capacity: number) {
    assert(capacity >= 1 && capacity <= slotsMax, `entitiesMax: 1 … ${slotsMax}`)
    this.capacity = capacity
    this.alive = new Uint8Array(capacity)
    this.#generations = new Uint16Array(capacity)
    this.#free = new Int32Array(capacity)
  }

  /** A fresh slot, or -1 when full (counted). */
  claim(): number {
    let slot = -1
    if (this.slotsUsed < this.capacity) {
      slot = this.slotsUsed++
    } else if (this.#freeCount > 0) {
      slot = this.#free[this.#freeAt] as number
      this.#freeAt = (this.#freeAt + 1) % this.capacity
      this.#freeCount--
    } else {
      this.refusedCount++
      return -1
    }
    this.alive[slot] = 1
    this.#generations[slot] = (this.#generations[slot] as number) + 1
    this.count++
    return slot
  }

  release(slot: number): void {
    assert(this.alive[slot] === 1, 'release: the slot is not alive')
    this.alive[slot] = 0
    this.count--
    if ((this.#generations[slot] as number) >= generationMax) {
      this.retiredCount++
      return
    }
    this.#free[(this.#freeAt + this.#freeCount) % this.capacity] = slot
    this.#freeCount++
  }

  generationOf(slot: number): number {
    return this.#generations[slot] as number
  }

  handleOf(slot: number): EntityHandle {
    return EntityTable.handle(slot, this.#generations[slot] as number)
  }

  /** The slot part of a handle, live or not. */
  static slotOf(handle: number): number {
    return handle & slotMask
  }

  /** The handle of a slot in one of its generations. */
  static handle(slot: number, generation: number): EntityHandle {
    return (((generation << slotBits) | slot) >>> 0) as EntityHandle
  }

  /** The slot of a live entity, or -1: stale, foreign or invented handles do not resolve. */
  slotOf(handle: number): number {
    const slot = handle & slotMask
    if (slot >= this.slotsUsed || this.alive[slot] !== 1) return -1
    return this.handleOf(slot) === handle ? slot : -1
  }

  hash(hash: Hash64): void {
    hash.u32(this.slotsUsed)
    hash.u32(this.count)
    hash.u32(this.#freeCount)
    // The order in which slots come back decides the handles of what is spawned next.
    for (let i = 0; i < this.#freeCount; i++) hash.u32(this.#free[(this.#freeAt + i) % this.capacity] as number)
    for (let slot = 0; slot < this.slotsUsed; slot++) {
      hash.u32(((this.#generations[slot] as number) << 1) | (this.alive[slot] as number))
    }
  }

  stateBytesMax(): number {
    return 20 + this.capacity * 7
  }

  writeState(writer: ByteWriter): void {
    for (const number of [this.slotsUsed, this.#freeCount, this.refusedCount, this.retiredCount]) writer.u32(number)
    writeColumn(writer, this.alive, this.slotsUsed)
    writeColumn(writer, this.#generations, this.slotsUsed)
    for (let i = 0; i < this.#freeCount; i++) writer.u32(this.#free[(this.#freeAt + i) % this.capacity] as number)
  }

  /** False: these are not the entities of a table of this capacity. */
  readState(reader: ByteReader): boolean {
    this.slotsUsed = reader.u32()
    this.#freeAt = 0
    this.#freeCount = reader.u32()
    this.refusedCount = reader.u32()
    this.retiredCount = reader.u32()
    if (reader.failed || this.slotsUsed > this.capacity || this.#freeCount > this.slotsUsed) return false
    readColumn(reader, this.alive, this.slotsUsed)
    readColumn(reader, this.#generations, this.slotsUsed)
    for (let i = 0; i < this.#freeCount; i++) this.#free[i] = reader.u32()
    this.count = 0
    for (let slot = 0; slot < this.slotsUsed; slot++) if (this.alive[slot] === 1) this.count++
    return !reader.failed
  }
}
