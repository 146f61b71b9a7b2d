import { assert } from '../assert.ts'
import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'

/** How a field lies in a column and on the wire. `text` columns hold UTF-8 in a fixed span. */
export type Storage = 'u8' | 'u16' | 'u32' | 'i8' | 'i16' | 'i32' | 'text'

/**
 * One declared field: what a user reads and writes (`T`), and the integer that lies in the column and travels.
 * Replicated values are quantised when they are written, so every side computes with the same numbers.
 */
export interface FieldType<T extends number | string = number | string> {
  /** Spelled as declared; part of the protocol hash and of mismatch messages. */
  readonly name: string
  readonly storage: Storage
  /** Most bytes one value takes on the wire. */
  readonly bytesMax: number
  /** Greatest and least stored integer a peer may send; text: greatest byte length. */
  readonly storedMin: number
  readonly storedMax: number
  /** User value to stored integer: clamps, rounds, and turns NaN into the stored zero. */
  readonly store: (value: number) => number
  /** Stored integer to user value. */
  readonly load: (stored: number) => number
  /** Never set: carries the user type. */
  readonly phantom?: T
}

export type ValueOf<F> = F extends FieldType<infer T> ? T : never

/** Named fields of a component, command or message. */
export type Fields = { readonly [name: string]: FieldType }

/** The plain object with one value per field. */
export type Row<F extends Fields> = { -readonly [K in keyof F]: ValueOf<F[K]> }

/** Writes the stored integer of a number field. */
export function writeStored(writer: ByteWriter, type: FieldType, stored: number): void {
  switch (type.storage) {
    case 'u8':
    case 'i8':
      return writer.u8(stored)
    case 'u16':
    case 'i16':
      return writer.u16(stored)
    case 'u32':
      return writer.varint(stored)
    case 'i32':
      return writer.zigzag(stored)
    case 'text':
      assert(false, 'text has no stored integer')
  }
}

/** Reads a stored integer and fails the reader where the declaration does not allow it. */
export function readStored(reader: ByteReader, type: FieldType): number {
  const stored = readRaw(reader, type)
  if (stored < type.storedMin || stored > type.storedMax) {
    reader.fail()
    return 0
  }
  return stored
}

function readRaw(reader: ByteReader, type: FieldType): number {
  switch (type.storage) {
    case 'u8':
      return reader.u8()
    case 'i8':
      return (reader.u8() << 24) >> 24
    case 'u16':
      return reader.u16()
    case 'i16':
      return (reader.u16() << 16) >> 16
    case 'u32':
      return reader.varint()
    case 'i32':
      return reader.zigzag()
    case 'text':
      return 0
  }
}

/** Writes one value as declared. */
export function writeField(writer: ByteWriter, type: FieldType, value: number | string): void {
  if (type.storage === 'text') writer.text(value as string)
  else writeStored(writer, type, type.store(value as number))
}

/** Reads one value as declared. */
export function readField(reader: ByteReader, type: FieldType): number | string {
  return type.storage === 'text' ? reader.text(type.storedMax) : type.load(readStored(reader, type))
}

/** The value of a field nobody has written. */
export function zeroOf(type: FieldType): number | string {
  return type.storage === 'text' ? '' : type.load(type.store(0))
}
