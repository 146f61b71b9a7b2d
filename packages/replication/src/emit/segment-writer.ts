import { BitWriter, type ByteWriter, bitLength } from '@worldkeep/kernel'
import type { ComponentTable, World, Zone } from '@worldkeep/world'
import { viewRadiusCellsMax } from '../limits.ts'
import {
  cellBits,
  departureBytesMax,
  directionBits,
  EntryKind,
  entryBytesMax,
  generationOrder,
  kindBits,
  nowhere,
  placeBits,
  SegmentKind,
  seenComponents,
  segmentOverheadBytes,
  turnAgeTicksMax,
  widthBits,
} from '../segment-layout.ts'

/**
 * One segment in the making: who has left, who has something new and what; then its bytes. Made for a number of entries
 * that it is never asked to exceed. Does not allocate after construction.
 */
export class SegmentWriter {
  entryCount = 0
  departureCount = 0
  readonly #world: World
  readonly #tables: readonly ComponentTable[]
  readonly #rowBytesMax: number
  readonly #bits = new BitWriter()
  readonly #slots: Int32Array
  readonly #kinds: Uint8Array
  readonly #masks: Int32Array
  readonly #gone: Int32Array
  readonly #destinations: Int32Array

  constructor(world: World, bounds: { readonly entriesMax: number; readonly departuresMax: number }) {
    this.#world = world
    this.#tables = seenComponents(world.game).map((component) => world.table(component))
    this.#rowBytesMax = this.#tables.reduce((sum, table) => sum + rowBytesMax(table), 0)
    this.#slots = new Int32Array(bounds.entriesMax)
    this.#kinds = new Uint8Array(bounds.entriesMax)
    this.#masks = new Int32Array(bounds.entriesMax)
    this.#gone = new Int32Array(bounds.departuresMax)
    this.#destinations = new Int32Array(bounds.departuresMax)
  }

  clear(): void {
    this.entryCount = 0
    this.departureCount = 0
  }

  isEmpty(): boolean {
    return this.entryCount === 0 && this.departureCount === 0
  }

  /** Somebody who was in this cell and on this channel is not any more. `to`: a cell, or `nowhere`. Newest first. */
  addDeparture(slot: number, to: number): void {
    this.#gone[this.departureCount] = slot
    this.#destinations[this.departureCount] = to
    this.departureCount++
  }

  /** What of an entity of this cell is newer than the baseline, if anything. Slots must rise. */
  addChanges(slot: number, baseline: number): void {
    const world = this.#world
    const whole = (world.enteredTick[slot] as number) > baseline || (world.shapeTick[slot] as number) > baseline
    let mask = 0
    for (let i = 0; i < this.#tables.length; i++) {
      const table = this.#tables[i] as ComponentTable
      if ((whole || (table.changedTick[slot] as number) > baseline) && table.has(slot)) mask |= 1 << i
    }
    const kind = whole ? EntryKind.Whole : this.#motionKind(slot, baseline)
    if (kind === EntryKind.Rows && mask === 0) return
    this.#slots[this.entryCount] = slot
    this.#kinds[this.entryCount] = kind
    this.#masks[this.entryCount] = mask
    this.entryCount++
  }

  /** Most bytes `write` takes now. */
  bytesMax(): number {
    return this.#bytesOf(this.entryCount, this.departureCount)
  }

  /** Most bytes any segment of this writer takes. */
  bytesMaxOfAll(): number {
    return this.#bytesOf(this.#slots.length, this.#gone.length)
  }

  #bytesOf(entries: number, departures: number): number {
    return segmentOverheadBytes + departures * departureBytesMax + entries * (entryBytesMax + this.#rowBytesMax)
  }

  write(writer: ByteWriter, zone: Zone, cell: number, kind: number): void {
    const bits = this.#bits
    writer.varint(cell)
    bits.begin(writer)
    bits.bits(kind, kindBits)
    if (kind !== SegmentKind.Withheld) {
      this.#writeDepartures(zone, cell)
      this.#writeEntries(zone, cell)
    }
    bits.end()
    if (kind !== SegmentKind.Withheld) this.#writeRows(writer)
  }

  /**
   * A turn needs no place when it is the only change since the baseline, and the path has not broken: whoever knows the
   * path up to the baseline knows where it has led to.
   */
  #motionKind(slot: number, baseline: number): number {
    const { motionChangedTick, motionBeforeTick, motionPlacedTick } = this.#world
    const changed = motionChangedTick[slot] as number
    if (changed <= baseline) return EntryKind.Rows
    const unbroken = (motionPlacedTick[slot] as number) <= baseline && (motionBeforeTick[slot] as number) <= baseline
    return unbroken && this.#world.tick() - changed <= turnAgeTicksMax ? EntryKind.Turn : EntryKind.Motion
  }

  #writeDepartures(zone: Zone, cell: number): void {
    const bits = this.#bits
    bits.golomb(this.departureCount, 0)
    if (this.departureCount === 0) return
    let highest = 0
    for (let i = 0; i < this.departureCount; i++) highest |= this.#gone[i] as number
    const width = bitLength(highest)
    bits.bits(width, widthBits)
    // Oldest first: of two who had the slot, the one that died is gone before the other has moved on.
    for (let i = this.departureCount - 1; i >= 0; i--) {
      bits.bits(this.#gone[i] as number, width)
      this.#writeDestination(zone, cell, this.#destinations[i] as number)
    }
  }

  /**
   * One bit: gone. Two bits and a direction: next door. Two bits and the number of a cell of this zone. Farther than any view
   * of this cell reaches is gone: where to is nobody's business here.
   */
  #writeDestination(zone: Zone, cell: number, to: number): void {
    const bits = this.#bits
    if (to === nowhere || to < zone.firstCell || to >= zone.firstCell + zone.cellCount()) return bits.bits(0, 1)
    const dx = zone.cellX(to) - zone.cellX(cell)
    const dz = zone.cellZ(to) - zone.cellZ(cell)
    if (Math.max(Math.abs(dx), Math.abs(dz)) > viewRadiusCellsMax * 2) return bits.bits(0, 1)
    bits.bits(1, 1)
    if (dx >= -1 && dx <= 1 && dz >= -1 && dz <= 1) {
      bits.bits(1, 1)
      return bits.bits((dz + 1) * 3 + dx + 1, directionBits)
    }
    bits.bits(0, 1)
    return bits.bits(to, cellBits)
  }

  #writeEntries(zone: Zone, cell: number): void {
    const bits = this.#bits
    const count = this.entryCount
    bits.golomb(count, 0)
    if (count === 0) return
    const order = this.#gapOrder()
    const speedBits = this.#speedBits()
    bits.bits(order, widthBits)
    bits.bits(speedBits, widthBits)
    const coordinateBits = placeBits(zone.cellCm)
    const cornerXCm = zone.cellX(cell) * zone.cellCm
    const cornerZCm = zone.cellZ(cell) * zone.cellCm
    const { motion, entities } = this.#world
    let before = -1
    for (let i = 0; i < count; i++) {
      const slot = this.#slots[i] as number
      const kind = this.#kinds[i] as number
      const mask = this.#masks[i] as number
      bits.golomb(slot - before - 1, order)
      bits.bits(kind, kindBits)
      if (kind === EntryKind.Whole) bits.golomb(entities.generationOf(slot), generationOrder)
      if (kind === EntryKind.Whole || kind === EntryKind.Motion) {
        bits.bits(motion.xCm(slot) - cornerXCm, coordinateBits)
        bits.bits(motion.zCm(slot) - cornerZCm, coordinateBits)
      }
      if (kind !== EntryKind.Rows) {
        bits.bits(zigzag(motion.vx[slot] as number), speedBits)
        bits.bits(zigzag(motion.vz[slot] as number), speedBits)
      }
      if (kind === EntryKind.Turn) bits.golomb(this.#world.tick() - (this.#world.motionChangedTick[slot] as number), 0)
      if (kind === EntryKind.Turn || kind === EntryKind.Motion) bits.bits(mask === 0 ? 0 : 1, 1)
      if (mask !== 0 || kind === EntryKind.Whole) bits.bits(mask, this.#tables.length)
      before = slot
    }
  }

  #writeRows(writer: ByteWriter): void {
    for (let i = 0; i < this.entryCount; i++) {
      const mask = this.#masks[i] as number
      if (mask === 0) continue
      for (let bit = 0; bit < this.#tables.length; bit++) {
        if ((mask & (1 << bit)) !== 0) this.#tables[bit]?.write(writer, this.#slots[i] as number)
      }
    }
  }

  /** A gap alone fits below the first doubling; of several, most do. */
  #gapOrder(): number {
    const last = this.#slots[this.entryCount - 1] as number
    if (this.entryCount === 1) return bitLength(last)
    return Math.max(0, bitLength(Math.floor(last / this.entryCount)) - 1)
  }

  #speedBits(): number {
    const { vx, vz } = this.#world.motion
    let speeds = 0
    for (let i = 0; i < this.entryCount; i++) {
      if (this.#kinds[i] === EntryKind.Rows) continue
      const slot = this.#slots[i] as number
      speeds |= zigzag(vx[slot] as number) | zigzag(vz[slot] as number)
    }
    return bitLength(speeds)
  }
}

/** 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 …. */
function zigzag(value: number): number {
  return (value << 1) ^ (value >> 31)
}

function rowBytesMax(table: ComponentTable): number {
  return Object.values(table.component.fields).reduce((sum, type) => sum + type.bytesMax, 0)
}
