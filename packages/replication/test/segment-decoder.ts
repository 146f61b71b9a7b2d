/*
 * A decoder written from docs/spec/replication.md and nothing else, for the components of the arena. It shares no code
 * with the package on purpose.
 */

export interface Geometry {
  readonly firstCell: number
  readonly cellsWide: number
  readonly cellCm: number
}

export interface DecodedEntry {
  slot: number
  kind: 'turn' | 'motion' | 'rows' | 'whole'
  generation: number | null
  place: { x: number; z: number } | null
  velocity: { vx: number; vz: number } | null
  ageTicks: number | null
  rows: Record<string, Record<string, number | string>>
}

export interface DecodedSegment {
  cell: number
  kind: 'delta' | 'keyframe' | 'withheld'
  departures: { slot: number; to: number | null }[]
  entries: DecodedEntry[]
  /** Bytes it takes. */
  end: number
}

/** Seen components in declared order, each field with how it is read. */
const components: readonly (readonly [string, readonly (readonly [string, (bytes: Bytes) => number | string])[]])[] = [
  [
    'health',
    [
      ['current', (bytes) => bytes.u16()],
      ['max', (bytes) => bytes.u16()],
    ],
  ],
  [
    'label',
    [
      ['text', (bytes) => bytes.text()],
      ['rank', (bytes) => bytes.u8()],
    ],
  ],
  [
    'pose',
    [
      ['facing', (bytes) => bytes.u16() / 65_536],
      ['lean', (bytes) => leanOf(bytes.u8())],
    ],
  ],
  ['frozen', []],
  [
    'debt',
    [
      ['amount', (bytes) => bytes.signed()],
      ['due', (bytes) => bytes.u8()],
    ],
  ],
]

const leanOf = (step: number): number => (step === 200 ? 1 : -1 + step * 0.01)

export function decodeSegment(source: Uint8Array, geometry: Geometry): DecodedSegment {
  const bytes = new Bytes(source)
  const cell = bytes.varint()
  const bits = new Bits(bytes)
  const kind = (['delta', 'keyframe', 'withheld'] as const)[bits.number(2)]
  if (kind === undefined) throw new Error('no such kind')
  const segment: DecodedSegment = { cell, kind, departures: [], entries: [], end: 0 }
  if (kind !== 'withheld') {
    readDepartures(bits, segment, geometry)
    const masks = readEntries(bits, segment, geometry)
    bits.pad()
    for (const [index, mask] of masks.entries()) (segment.entries[index] as DecodedEntry).rows = readRows(bytes, mask)
  }
  segment.end = bytes.at
  return segment
}

function readDepartures(bits: Bits, { cell, departures }: DecodedSegment, geometry: Geometry): void {
  const count = bits.golomb(0)
  const width = count > 0 ? bits.number(5) : 0
  for (let i = 0; i < count; i++) {
    const slot = bits.number(width)
    departures.push({ slot, to: readDestination(bits, cell, geometry) })
  }
}

function readDestination(bits: Bits, cell: number, { cellsWide }: Geometry): number | null {
  if (bits.number(1) === 0) return null
  if (bits.number(1) === 0) return bits.number(20)
  const direction = bits.number(4)
  if (direction > 8) throw new Error(`direction ${direction}`)
  return cell + ((direction % 3) - 1) + (Math.floor(direction / 3) - 1) * cellsWide
}

function readEntries(bits: Bits, { cell, entries }: DecodedSegment, geometry: Geometry): number[] {
  const masks: number[] = []
  const count = bits.golomb(0)
  if (count === 0) return masks
  const order = bits.number(5)
  const speedBits = bits.number(5)
  const { firstCell, cellsWide, cellCm } = geometry
  const placeBits = Math.ceil(Math.log2(cellCm + 1))
  let slot = -1
  for (let i = 0; i < count; i++) {
    slot += bits.golomb(order) + 1
    const kind = (['turn', 'motion', 'rows', 'whole'] as const)[bits.number(2)] as DecodedEntry['kind']
    const generation = kind === 'whole' ? bits.golomb(3) : null
    let place: DecodedEntry['place'] = null
    if (kind === 'whole' || kind === 'motion') {
      const x = bits.number(placeBits) + ((cell - firstCell) % cellsWide) * cellCm
      const z = bits.number(placeBits) + Math.floor((cell - firstCell) / cellsWide) * cellCm
      place = { x, z }
    }
    const velocity = kind === 'rows' ? null : { vx: signed(bits.number(speedBits)), vz: signed(bits.number(speedBits)) }
    const ageTicks = kind === 'turn' ? bits.golomb(0) : null
    const hasMask = kind === 'whole' || kind === 'rows' || bits.number(1) === 1
    masks.push(hasMask ? bits.number(components.length) : 0)
    entries.push({ slot, kind, generation, place, velocity, ageTicks, rows: {} })
  }
  return masks
}

function readRows(bytes: Bytes, mask: number): DecodedEntry['rows'] {
  const rows: DecodedEntry['rows'] = {}
  for (const [index, [name, fields]] of components.entries()) {
    if ((mask & (1 << index)) === 0) continue
    const row: Record<string, number | string> = {}
    for (const [field, read] of fields) row[field] = read(bytes)
    rows[name] = row
  }
  return rows
}

const signed = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)

class Bits {
  readonly bytes: Bytes
  #byte = 0
  #used = 8

  constructor(bytes: Bytes) {
    this.bytes = bytes
  }

  #bit(): number {
    if (this.#used === 8) {
      this.#byte = this.bytes.u8()
      this.#used = 0
    }
    return (this.#byte >> this.#used++) & 1
  }

  /** Lowest bit first. */
  number(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) value += this.#bit() * 2 ** i
    return value
  }

  golomb(order: number): number {
    let zeroes = 0
    while (this.#bit() === 0) zeroes++
    return this.number(order + zeroes) + 2 ** (order + zeroes) - 2 ** order
  }

  pad(): void {
    while (this.#used < 8) if (this.#bit() !== 0) throw new Error('a bit in the padding')
  }
}

class Bytes {
  readonly source: Uint8Array
  at = 0

  constructor(source: Uint8Array) {
    this.source = source
  }

  u8(): number {
    const byte = this.source[this.at++]
    if (byte === undefined) throw new Error('past the end')
    return byte
  }

  u16(): number {
    return this.u8() + this.u8() * 256
  }

  varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8()
      value += (byte % 128) * factor
      if (byte < 128) return value
    }
  }

  signed(): number {
    return signed(this.varint())
  }

  text(): string {
    const count = this.varint()
    const text = new TextDecoder().decode(this.source.subarray(this.at, this.at + count))
    this.at += count
    return text
  }
}
