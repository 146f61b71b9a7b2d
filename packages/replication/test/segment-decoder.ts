/*
 * A decoder written from docs/spec/replication.md and nothing else, for the components of the arena. It shares no code
 * with the package on purpose.
 */

export interface DecodedEntry {
  slot: number
  generation: number | null
  motion: { x: number; z: number; vx: number; vz: number } | null
  rows: Record<string, Record<string, number | string>>
}

export interface DecodedSegment {
  cell: number
  isKeyframe: boolean
  departures: number[]
  entries: DecodedEntry[]
}

/** The zone of the arena: cells from 9 on, 7 to a row, 1600 cm wide. */
const firstCell = 9
const cellsWide = 7
const cellCm = 1600

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

export function decodeSegment(source: Uint8Array): DecodedSegment {
  const bytes = new Bytes(source)
  const cell = bytes.varint()
  const flags = bytes.u8()
  const departures: number[] = []
  if ((flags & 2) !== 0) {
    for (let number = bytes.varint(); number !== 0; number = bytes.varint()) departures.push(number - 1)
  }
  const entries: DecodedEntry[] = []
  let slot = -1
  for (let step = bytes.varint(); step !== 0; step = bytes.varint()) {
    slot += step
    entries.push(decodeEntry(bytes, cell, slot))
  }
  if (bytes.at !== source.length) throw new Error(`${source.length - bytes.at} bytes left over`)
  return { cell, isKeyframe: (flags & 1) !== 0, departures, entries }
}

function decodeEntry(bytes: Bytes, cell: number, slot: number): DecodedEntry {
  const mask = bytes.varint()
  const generation = (mask & 1) !== 0 ? bytes.varint() : null
  let motion: DecodedEntry['motion'] = null
  if ((mask & 3) !== 0) {
    const x = bytes.u16() + ((cell - firstCell) % cellsWide) * cellCm
    const z = bytes.u16() + Math.floor((cell - firstCell) / cellsWide) * cellCm
    motion = { x, z, vx: bytes.signed(), vz: bytes.signed() }
  }
  const rows: DecodedEntry['rows'] = {}
  for (const [index, [name, fields]] of components.entries()) {
    if ((mask & (4 << index)) === 0) continue
    const row: Record<string, number | string> = {}
    for (const [field, read] of fields) row[field] = read(bytes)
    rows[name] = row
  }
  return { slot, generation, motion, rows }
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
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  text(): string {
    const count = this.varint()
    const text = new TextDecoder().decode(this.source.subarray(this.at, this.at + count))
    this.at += count
    return text
  }
}
