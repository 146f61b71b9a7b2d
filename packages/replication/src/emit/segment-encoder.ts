import type { ByteWriter } from '@worldkeep/kernel'
import type { ComponentTable, World, Zone } from '@worldkeep/world'
import { baselinesPerCellMax } from '../limits.ts'
import {
  departureBytesMax,
  EntryBit,
  entryBytesMax,
  SegmentFlag,
  seenComponents,
  segmentOverheadBytes,
} from '../segment-layout.ts'

/** Baseline of a viewer that has nothing of a cell. */
export const noBaseline = -1

/** The cell has nothing new. */
export const nothingNew = 0

/** The sink had no room; whoever needed the segment must be refreshed. */
export const segmentRefused = -1

/** Where segments are written. Ids are 1, 2, 3 … within one tick. */
export interface SegmentSink {
  begin(bytesMax: number): ByteWriter | null
  end(id: number): void
  cancel(): void
}

/**
 * `segment(cell, baseline, tick)`: everything in a cell that changed after tick `baseline`. Encoded at most once per
 * cell and baseline in a tick, and shared by every viewer that has that baseline. Does not allocate.
 */
export class SegmentEncoder {
  encodedCount = 0
  reusedCount = 0
  readonly #world: World
  readonly #sink: SegmentSink
  readonly #tables: readonly ComponentTable[]
  readonly #rowBytesMax: number
  readonly #cachedTick: Int32Array
  readonly #cachedBaseline: Int32Array
  readonly #cachedId: Int32Array
  #lastId = 0
  #tick = -1

  constructor(world: World, sink: SegmentSink) {
    this.#world = world
    this.#sink = sink
    this.#tables = seenComponents(world.game).map((component) => world.table(component))
    this.#rowBytesMax = entryBytesMax + this.#tables.reduce((sum, table) => sum + rowBytesMax(table), 0)
    const places = world.changes.cellChangedTick.length * baselinesPerCellMax
    this.#cachedTick = new Int32Array(places).fill(-1)
    this.#cachedBaseline = new Int32Array(places)
    this.#cachedId = new Int32Array(places)
  }

  /** Starts a tick: ids count from 1 again. */
  begin(tick: number): void {
    this.#tick = tick
    this.#lastId = 0
  }

  /** Id of the segment, `nothingNew` or `segmentRefused`. */
  segment(zone: Zone, cell: number, baseline: number): number {
    const world = this.#world
    if (baseline !== noBaseline && (world.changes.cellChangedTick[cell] as number) <= baseline) return nothingNew
    const known = baseline !== noBaseline && world.tombstones.covers(baseline) ? baseline : noBaseline
    const first = cell * baselinesPerCellMax
    let place = first
    for (; place < first + baselinesPerCellMax; place++) {
      if (this.#cachedTick[place] !== this.#tick) break
      if (this.#cachedBaseline[place] !== known) continue
      this.reusedCount++
      return this.#cachedId[place] as number
    }
    const id = this.#encode(zone, cell, known)
    if (id === segmentRefused || place === first + baselinesPerCellMax) return id
    this.#cachedTick[place] = this.#tick
    this.#cachedBaseline[place] = known
    this.#cachedId[place] = id
    return id
  }

  #encode(zone: Zone, cell: number, baseline: number): number {
    const departures = baseline === noBaseline ? 0 : this.#countDepartures(cell, baseline)
    const entities = this.#world.cells.counts[cell] as number
    const bytesMax = segmentOverheadBytes + departures * departureBytesMax + entities * this.#rowBytesMax
    const writer = this.#sink.begin(bytesMax)
    if (writer === null) return segmentRefused
    writer.varint(cell)
    writer.u8((baseline === noBaseline ? SegmentFlag.Keyframe : 0) | (departures > 0 ? SegmentFlag.Departures : 0))
    if (departures > 0) this.#writeDepartures(writer, cell, baseline)
    const entries = this.#writeEntries(writer, zone, cell, baseline)
    if (entries === 0 && departures === 0 && baseline !== noBaseline) {
      this.#sink.cancel()
      return nothingNew
    }
    this.encodedCount++
    this.#lastId++
    this.#sink.end(this.#lastId)
    return this.#lastId
  }

  #countDepartures(cell: number, baseline: number): number {
    const { tombstones } = this.#world
    let count = 0
    for (let seq = tombstones.newest(cell, baseline); seq >= 0; seq = tombstones.older(seq, baseline)) count++
    return count
  }

  #writeDepartures(writer: ByteWriter, cell: number, baseline: number): void {
    const { tombstones } = this.#world
    for (let seq = tombstones.newest(cell, baseline); seq >= 0; seq = tombstones.older(seq, baseline)) {
      writer.varint(tombstones.slotAt(seq) + 1)
    }
    writer.u8(0)
  }

  #writeEntries(writer: ByteWriter, zone: Zone, cell: number, baseline: number): number {
    const { cells, entities } = this.#world
    let before = -1
    let count = 0
    for (let slot = cells.first[cell] as number; slot >= 0; slot = cells.next[slot] as number) {
      const mask = this.#maskOf(slot, baseline)
      if (mask === 0) continue
      writer.varint(slot - before)
      writer.varint(mask)
      if ((mask & EntryBit.Whole) !== 0) writer.varint(entities.generationOf(slot))
      if ((mask & (EntryBit.Whole | EntryBit.Motion)) !== 0) this.#writeMotion(writer, zone, cell, slot)
      for (let i = 0; i < this.#tables.length; i++) {
        if ((mask & (EntryBit.FirstComponent << i)) !== 0) this.#tables[i]?.write(writer, slot)
      }
      before = slot
      count++
    }
    writer.u8(0)
    return count
  }

  #maskOf(slot: number, baseline: number): number {
    const world = this.#world
    const whole = (world.enteredTick[slot] as number) > baseline || (world.shapeTick[slot] as number) > baseline
    let mask: number = whole ? EntryBit.Whole : 0
    if (!whole && (world.motionChangedTick[slot] as number) > baseline) mask |= EntryBit.Motion
    for (let i = 0; i < this.#tables.length; i++) {
      const table = this.#tables[i] as ComponentTable
      if (table.has(slot) && (whole || (table.changedTick[slot] as number) > baseline))
        mask |= EntryBit.FirstComponent << i
    }
    return mask
  }

  #writeMotion(writer: ByteWriter, zone: Zone, cell: number, slot: number): void {
    const { motion } = this.#world
    writer.u16(motion.xCm(slot) - zone.cellX(cell) * zone.cellCm)
    writer.u16(motion.zCm(slot) - zone.cellZ(cell) * zone.cellCm)
    writer.zigzag(motion.vx[slot] as number)
    writer.zigzag(motion.vz[slot] as number)
  }
}

function rowBytesMax(table: ComponentTable): number {
  return Object.values(table.component.fields).reduce((sum, type) => sum + type.bytesMax, 0)
}
