import type { ByteWriter } from '@worldkeep/kernel'
import { Channel, EntityTable, type World, type Zone } from '@worldkeep/world'
import { segmentsPerCellMax } from '../limits.ts'
import { nowhere, SegmentKind } from '../segment-layout.ts'
import { SegmentWriter } from './segment-writer.ts'

/** Baseline of a viewer that has nothing of a cell. */
export const noBaseline = -1

/** Baseline of a viewer that is shown nothing of a cell. */
export const withheld = -2

/** The cell has nothing new. */
export const nothingNew = 0

/** The sink had no room; whoever needed the segment must be refreshed. */
export const segmentRefused = -1

/** Where segments are written. Ids are 1, 2, 3 … within one tick. */
export interface SegmentSink {
  begin(bytesMax: number): ByteWriter | null
  end(id: number): void
}

/**
 * `segment(cell, baseline, tick)`: everything in a cell that changed after tick `baseline`, on one channel. Encoded at
 * most once per cell, baseline and channel in a tick, and shared by every viewer that has that baseline. Does not
 * allocate.
 */
export class SegmentEncoder {
  encodedCount = 0
  reusedCount = 0
  readonly #world: World
  readonly #sink: SegmentSink
  readonly #writer: SegmentWriter
  readonly #cachedTick: Int32Array
  readonly #cachedBaseline: Int32Array
  readonly #cachedChannel: Uint16Array
  readonly #cachedId: Int32Array
  #lastId = 0
  #tick = -1

  constructor(world: World, sink: SegmentSink) {
    this.#world = world
    this.#sink = sink
    const entriesMax = world.entities.capacity
    this.#writer = new SegmentWriter(world, { entriesMax, departuresMax: world.tombstones.max })
    const places = world.changes.cellChangedTick.length * segmentsPerCellMax
    this.#cachedTick = new Int32Array(places).fill(-1)
    this.#cachedBaseline = new Int32Array(places)
    this.#cachedChannel = new Uint16Array(places)
    this.#cachedId = new Int32Array(places)
  }

  /** Starts a tick: ids count from 1 again. */
  begin(tick: number): void {
    this.#tick = tick
    this.#lastId = 0
  }

  /**
   * Id of the segment, `nothingNew` or `segmentRefused`. With the baseline `withheld`: the segment that takes the cell away
   * from its viewer. With `noBaseline` all there is: as a keyframe on the channel of everybody, and on another beside it.
   */
  segment(zone: Zone, cell: number, baseline: number, channel: number): number {
    const world = this.#world
    if (baseline >= 0 && (world.changes.cellChangedTick[cell] as number) <= baseline) return nothingNew
    const known = baseline >= 0 && !world.tombstones.covers(baseline) ? noBaseline : baseline
    const first = cell * segmentsPerCellMax
    let place = first
    for (; place < first + segmentsPerCellMax; place++) {
      if (this.#cachedTick[place] !== this.#tick) break
      if (this.#cachedBaseline[place] !== known || this.#cachedChannel[place] !== channel) continue
      this.reusedCount++
      return this.#cachedId[place] as number
    }
    const id = this.#encode(zone, cell, known, channel)
    if (id === segmentRefused || place === first + segmentsPerCellMax) return id
    this.#cachedTick[place] = this.#tick
    this.#cachedBaseline[place] = known
    this.#cachedChannel[place] = channel
    this.#cachedId[place] = id
    return id
  }

  #encode(zone: Zone, cell: number, baseline: number, channel: number): number {
    const writer = this.#writer
    writer.clear()
    if (baseline >= 0) this.#listDepartures(cell, baseline, channel)
    if (baseline !== withheld) this.#listChanges(cell, baseline, channel)
    const kind =
      baseline === withheld
        ? SegmentKind.Withheld
        : baseline === noBaseline && channel === Channel.Everybody
          ? SegmentKind.Keyframe
          : SegmentKind.Delta
    if (kind === SegmentKind.Delta && writer.isEmpty()) return nothingNew
    const record = this.#sink.begin(writer.bytesMax())
    if (record === null) return segmentRefused
    writer.write(record, zone, cell, kind)
    this.encodedCount++
    this.#lastId++
    this.#sink.end(this.#lastId)
    return this.#lastId
  }

  /**
   * Where they are now, whatever way they took: whoever is told has the cell they are in, or is told of it later. Those
   * who are back are among the entries, whole.
   */
  #listDepartures(cell: number, baseline: number, channel: number): void {
    const { changes, sight, tombstones } = this.#world
    for (let seq = tombstones.newest(cell, baseline); seq >= 0; seq = tombstones.older(seq, baseline)) {
      if (tombstones.channelAt(seq) !== channel) continue
      const handle = tombstones.handleAt(seq)
      const slot = EntityTable.slotOf(handle)
      const to = sight.channelOf[slot] === channel ? (changes.cellOf[slot] as number) : nowhere
      if (to !== cell) this.#writer.addDeparture(slot, this.#world.slotOf(handle) >= 0 ? to : nowhere)
    }
  }

  #listChanges(cell: number, baseline: number, channel: number): void {
    const { cells, sight } = this.#world
    for (let slot = cells.first[cell] as number; slot >= 0; slot = cells.next[slot] as number) {
      if (sight.channelOf[slot] === channel) this.#writer.addChanges(slot, baseline)
    }
  }
}
