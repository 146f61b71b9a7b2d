import type { SightGate } from '../define/sight-gate.ts'
import { mutationPhases } from '../guard/tick-guard.ts'
import { roomsMax } from '../limits.ts'
import type { ComponentTable } from '../tables/component-table.ts'
import type { World } from '../world.ts'

/** On which road an entity travels to its viewers: a room by its number, or one of these. */
export const Channel = {
  /** In the shared segments of its cell. */
  Everybody: 0,
  /** In each session's own section, if that session may see it. */
  Private: 0xffff,
} as const

interface Guarding {
  readonly gate: SightGate
  readonly table: ComponentTable
}

/**
 * Who may see whom, beside being near: rooms, gates and crowds.
 *
 * An entity in a room is seen only by viewers in the same room; one without a room is seen by everybody. A guarded entity
 * (`SightGate`) is seen by those its gates allow. In a cell of more than `shownMax` entities those who came first are
 * seen, the others only by themselves until somebody leaves. Systems change rooms and guards whenever they like; who is
 * on which channel is settled when the tick ends. Does not allocate.
 */
export class Sight {
  /** Room of each entity, 0 for none. */
  readonly roomOf: Uint16Array
  /** Channel of each entity, settled at the end of the tick. */
  readonly channelOf: Uint16Array
  /** Entities of each cell on the private channel. */
  readonly privateCount: Int32Array
  /** Something may be hidden: until then every entity is for everybody. */
  inUse: boolean
  readonly #world: World
  readonly #gates: readonly Guarding[]
  readonly #shownMax: number
  /** Entities of each cell that are not crowded out. */
  readonly #shownCount: Int32Array
  readonly #crowded: Uint8Array

  constructor(world: World, options: { readonly cells: number; readonly shownMax: number }) {
    const { capacity } = world.entities
    this.#world = world
    this.#shownMax = options.shownMax
    this.#gates = (world.game.sight ?? []).map((gate) => ({ gate, table: world.table(gate.guards) }))
    this.inUse = this.#gates.length > 0
    this.roomOf = new Uint16Array(capacity)
    this.channelOf = new Uint16Array(capacity)
    this.privateCount = new Int32Array(options.cells)
    this.#shownCount = new Int32Array(options.cells)
    this.#crowded = new Uint8Array(capacity)
  }

  /** Puts an entity into a room, 1 … 65,534, or with 0 into none. What it sees changes with it. False: no such room. */
  enter(slot: number, room: number): boolean {
    this.#world.guard.require('Sight.enter', mutationPhases)
    if (!Number.isInteger(room) || room < 0 || room > roomsMax) return false
    this.roomOf[slot] = room
    if (room !== 0) this.inUse = true
    return true
  }

  /** Whether the viewer may see an entity of the private channel. */
  allows(viewer: number, slot: number): boolean {
    if (viewer === slot) return true
    if (this.#crowded[slot] === 1) return false
    const room = this.roomOf[slot]
    if (room !== 0 && room !== this.roomOf[viewer]) return false
    for (let i = 0; i < this.#gates.length; i++) {
      const { gate, table } = this.#gates[i] as Guarding
      if (table.has(slot) && !gate.allows(this.#world, viewer, slot)) return false
    }
    return true
  }

  /** A slot that has just been taken: what held for its last owner does not. */
  claimed(slot: number): void {
    this.roomOf[slot] = 0
    this.channelOf[slot] = Channel.Everybody
    this.#crowded[slot] = 0
  }

  /** Which channel the entity belongs on now. */
  wanted(slot: number): number {
    if (this.#crowded[slot] === 1) return Channel.Private
    for (let i = 0; i < this.#gates.length; i++) if (this.#gates[i]?.table.has(slot) === true) return Channel.Private
    return this.roomOf[slot] as number
  }

  /** Comes to a cell: seen, if there is room among those who are. */
  arrive(cell: number, slot: number): void {
    const crowded = (this.#shownCount[cell] as number) >= this.#shownMax
    this.#crowded[slot] = crowded ? 1 : 0
    if (crowded) this.inUse = true
    else this.#shownCount[cell] = (this.#shownCount[cell] as number) + 1
  }

  /** Leaves a cell. Who is seen in its stead, or -1: the first slot of those crowded out. */
  depart(cell: number, slot: number): number {
    if (this.#crowded[slot] === 1) return -1
    this.#shownCount[cell] = (this.#shownCount[cell] as number) - 1
    if (this.privateCount[cell] === 0) return -1
    const { first, next } = this.#world.cells
    for (let other = first[cell] as number; other >= 0; other = next[other] as number) {
      if (this.#crowded[other] !== 1 || other === slot) continue
      this.arrive(cell, other)
      return other
    }
    return -1
  }

  /** Counts an entity of a channel into (`by` 1) or out of (`by` -1) a cell. */
  count(cell: number, channel: number, by: 1 | -1): void {
    if (channel === Channel.Private) this.privateCount[cell] = (this.privateCount[cell] as number) + by
  }
}
