import type { ByteReader, ByteWriter } from '@worldkeep/kernel'
import { playerIdBytesMax } from '@worldkeep/wire'
import type { ComponentTable } from '@worldkeep/world'
import { documentsBytesMax } from './limits.ts'

/*
 * A player on the road between tick and persistence thread: bytes, never a live object (C-082). Self-describing, so that
 * the persistence thread needs no game, and so that a game may change its components between two saves.
 */

export type SavedValue = number | string

/** What the tick hands over and gets back. `documents` is opaque here: inventory, equipment and skills as one JSON text. */
export interface PlayerRecord {
  readonly playerId: string
  readonly name: string
  readonly zone: string
  readonly xCm: number
  readonly zCm: number
  readonly revision: number
  readonly components: { readonly [component: string]: { readonly [field: string]: SavedValue } }
  readonly documents: string
}

/** Everything but the components; those come straight from the columns. */
export type PlayerHead = Omit<PlayerRecord, 'components'>

const nameBytesMax = 256
const textBytesMax = 65_535
const fixedBytes = playerIdBytesMax + nameBytesMax * 2 + 64

/** Most bytes one player takes with these saved components. */
export function playerRecordBytesMax(saved: readonly ComponentTable[]): number {
  let bytes = fixedBytes + documentsBytesMax
  for (const { component } of saved) {
    bytes += 40
    for (const [field, type] of Object.entries(component.fields)) bytes += field.length + 12 + type.bytesMax
  }
  return bytes
}

/** Written for each player every half minute, so it does not allocate, except for a saved text. */
export function writePlayerRecord(
  writer: ByteWriter,
  head: PlayerHead,
  saved: readonly ComponentTable[],
  slot: number,
): void {
  writeHead(writer, head)
  let present = 0
  for (let i = 0; i < saved.length; i++) if (saved[i]?.has(slot) === true) present++
  writer.varint(present)
  for (let i = 0; i < saved.length; i++) {
    const table = saved[i] as ComponentTable
    if (table.has(slot)) writeRow(writer, table, slot)
  }
}

export function readPlayerRecord(reader: ByteReader): PlayerRecord {
  const playerId = reader.text(nameBytesMax)
  const name = reader.text(nameBytesMax)
  const zone = reader.text(nameBytesMax)
  const xCm = reader.i32()
  const zCm = reader.i32()
  const revision = reader.u32()
  const documents = reader.text(documentsBytesMax)
  const components: Record<string, Record<string, SavedValue>> = {}
  for (let left = reader.varint(); left > 0 && !reader.failed; left--) {
    const component = reader.text(nameBytesMax)
    components[component] = readNamedValues(reader)
  }
  return { playerId, name, zone, xCm, zCm, revision, components, documents }
}

/** A record from plain values: the way back from the store. */
export function writePlainPlayerRecord(writer: ByteWriter, record: PlayerRecord): void {
  writeHead(writer, record)
  const components = Object.entries(record.components)
  writer.varint(components.length)
  for (const [name, row] of components) {
    writer.text(name)
    writeNamedValues(writer, row)
  }
}

/** Fields with their names; used for rows of components and of commands alike. */
export function writeNamedValues(writer: ByteWriter, row: { readonly [field: string]: SavedValue }): void {
  const entries = Object.entries(row)
  writer.varint(entries.length)
  for (const [field, value] of entries) writeNamedValue(writer, field, value)
}

export function readNamedValues(reader: ByteReader): Record<string, SavedValue> {
  const row: Record<string, SavedValue> = {}
  for (let left = reader.varint(); left > 0 && !reader.failed; left--) {
    const field = reader.text(nameBytesMax)
    row[field] = reader.u8() === 0 ? reader.f64() : reader.text(textBytesMax)
  }
  return row
}

function writeRow(writer: ByteWriter, table: ComponentTable, slot: number): void {
  const { fieldNames } = table
  writer.text(table.component.name)
  writer.varint(fieldNames.length)
  for (let i = 0; i < fieldNames.length; i++) writeNamedValue(writer, fieldNames[i] as string, table.value(slot, i))
}

function writeNamedValue(writer: ByteWriter, field: string, value: SavedValue): void {
  writer.text(field)
  writer.u8(typeof value === 'number' ? 0 : 1)
  if (typeof value === 'number') writer.f64(value)
  else writer.text(value)
}

function writeHead(writer: ByteWriter, head: PlayerHead): void {
  writer.text(head.playerId)
  writer.text(head.name)
  writer.text(head.zone)
  writer.i32(head.xCm)
  writer.i32(head.zCm)
  writer.u32(head.revision)
  writer.text(head.documents)
}
