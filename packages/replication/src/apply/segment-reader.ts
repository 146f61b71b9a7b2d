import { BitReader, type ByteReader, bitLength } from '@worldkeep/kernel'
import { generationMax, slotsMax } from '@worldkeep/world'
import {
  cellBits,
  directionBits,
  EntryKind,
  generationOrder,
  kindBits,
  nowhere,
  placeBits,
  SegmentKind,
  turnAgeTicksMax,
  widthBits,
} from '../segment-layout.ts'
import type { ViewGeometry } from './view-geometry.ts'

/** Widest slot of a departure. */
const slotBits = bitLength(slotsMax - 1)

/** Widest zigzag of a speed: an i16. */
const speedBitsMax = 16

/** One entity of a segment, as read. What its kind does not carry is 0. */
export interface SegmentEntry {
  slot: number
  kind: number
  generation: number
  /** Centimetres from the corner of the zone. */
  xCm: number
  zCm: number
  vx: number
  vz: number
  /** Ticks since the turn. */
  ageTicks: number
  /** Which components' rows follow. */
  mask: number
}

export interface SegmentDeparture {
  readonly slot: number
  /** The cell it is in now, or `nowhere`. */
  readonly to: number
}

/**
 * Takes the bits of one segment apart, up to its rows. The numbers of a peer: everything is checked against the view's
 * geometry before anybody uses it. Never throws.
 */
export class SegmentReader {
  cell = 0
  kind = 0
  readonly departures: SegmentDeparture[] = []
  readonly entries: SegmentEntry[] = []
  readonly #geometry: ViewGeometry
  readonly #components: number
  readonly #bits: BitReader

  constructor(geometry: ViewGeometry, components: number, source: ByteReader) {
    this.#geometry = geometry
    this.#components = components
    this.#bits = new BitReader(source)
  }

  /** False: malformed. Else the reader stands at the first row. */
  read(reader: ByteReader): boolean {
    this.departures.length = 0
    this.entries.length = 0
    this.cell = reader.varint()
    if (reader.failed || !this.#isCell(this.cell)) return false
    this.#bits.begin(reader)
    this.kind = this.#bits.bits(kindBits)
    if (this.kind > SegmentKind.Withheld) return false
    const wellFormed = this.kind === SegmentKind.Withheld || (this.#readDepartures(reader) && this.#readEntries(reader))
    this.#bits.end()
    return wellFormed && !reader.failed
  }

  #readDepartures(reader: ByteReader): boolean {
    const bits = this.#bits
    const count = bits.golomb(0)
    if (count === 0) return true
    const width = bits.bits(widthBits)
    if (width > slotBits) return false
    for (let i = 0; i < count && !reader.failed; i++) {
      const slot = bits.bits(width)
      const to = this.#readDestination()
      if (to === null) return false
      this.departures.push({ slot, to })
    }
    return !reader.failed
  }

  #readDestination(): number | null {
    const bits = this.#bits
    if (bits.bits(1) === 0) return nowhere
    if (bits.bits(1) === 0) {
      const to = bits.bits(cellBits)
      return this.#isCell(to) ? to : null
    }
    const direction = bits.bits(directionBits)
    const { firstCell, cellsWide } = this.#geometry
    const place = this.cell - firstCell
    const x = (place % cellsWide) + (direction % 3) - 1
    const z = Math.floor(place / cellsWide) + Math.floor(direction / 3) - 1
    if (direction > 8 || x < 0 || z < 0 || x >= cellsWide || z >= cellsWide) return null
    return firstCell + z * cellsWide + x
  }

  #readEntries(reader: ByteReader): boolean {
    const bits = this.#bits
    const count = bits.golomb(0)
    if (count === 0) return true
    const order = bits.bits(widthBits)
    const speedBits = bits.bits(widthBits)
    if (order > slotBits || speedBits > speedBitsMax) return false
    let slot = -1
    for (let i = 0; i < count && !reader.failed; i++) {
      slot += bits.golomb(order) + 1
      if (slot >= slotsMax || !this.#readEntry(slot, speedBits)) return false
    }
    return !reader.failed
  }

  #readEntry(slot: number, speedBits: number): boolean {
    const bits = this.#bits
    const { firstCell, cellsWide, cellCm } = this.#geometry
    const place = this.cell - firstCell
    const kind = bits.bits(kindBits)
    const isWhole = kind === EntryKind.Whole
    const entry: SegmentEntry = { slot, kind, generation: 0, xCm: 0, zCm: 0, vx: 0, vz: 0, ageTicks: 0, mask: 0 }
    if (isWhole) {
      entry.generation = bits.golomb(generationOrder)
      if (entry.generation < 1 || entry.generation > generationMax) return false
    }
    if (isWhole || kind === EntryKind.Motion) {
      const x = bits.bits(placeBits(cellCm))
      const z = bits.bits(placeBits(cellCm))
      if (x > cellCm || z > cellCm) return false
      entry.xCm = x + (place % cellsWide) * cellCm
      entry.zCm = z + Math.floor(place / cellsWide) * cellCm
    }
    if (kind !== EntryKind.Rows) {
      entry.vx = unzigzag(bits.bits(speedBits))
      entry.vz = unzigzag(bits.bits(speedBits))
    }
    if (kind === EntryKind.Turn) entry.ageTicks = bits.golomb(0)
    if (entry.ageTicks > turnAgeTicksMax) return false
    const hasRows = isWhole || kind === EntryKind.Rows || bits.bits(1) === 1
    if (hasRows) entry.mask = bits.bits(this.#components)
    // What says nothing is not said.
    if (hasRows && !isWhole && entry.mask === 0) return false
    this.entries.push(entry)
    return true
  }

  #isCell(cell: number): boolean {
    const { firstCell, cellsWide } = this.#geometry
    return cell >= firstCell && cell < firstCell + cellsWide * cellsWide
  }
}

function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1)
}
