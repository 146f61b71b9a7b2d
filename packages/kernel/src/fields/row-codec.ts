import type { ByteReader } from '../bytes/byte-reader.ts'
import type { ByteWriter } from '../bytes/byte-writer.ts'
import { utf8Clip } from '../bytes/utf8.ts'
import { type Fields, type FieldType, type Row, readField, writeField, zeroOf } from './field-type.ts'

/** Encodes and decodes rows of declared fields, in declaration order. */
export class RowCodec<F extends Fields> {
  readonly fields: F
  /** Most bytes one row takes. */
  readonly bytesMax: number
  readonly #names: readonly (keyof F & string)[]
  readonly #types: readonly FieldType[]

  constructor(fields: F) {
    this.fields = fields
    this.#names = Object.keys(fields)
    this.#types = this.#names.map((name) => fields[name] as FieldType)
    this.bytesMax = this.#types.reduce((sum, type) => sum + type.bytesMax, 0)
  }

  /** A row of zeroes and empty texts, for reuse with `read`. */
  empty(): Row<F> {
    const row: Record<string, number | string> = {}
    for (const name of this.#names) row[name] = zeroOf(this.fields[name] as FieldType)
    return row as Row<F>
  }

  write(writer: ByteWriter, row: Readonly<Row<F>>): void {
    for (let i = 0; i < this.#types.length; i++) {
      const type = this.#types[i] as FieldType
      const value = (row as Record<string, number | string>)[this.#names[i] as string] as number | string
      writeField(writer, type, type.storage === 'text' ? utf8Clip(value as string, type.storedMax) : value)
    }
  }

  /** Reads into `row`. Fails the reader, never throws, on bytes the declaration does not allow. */
  read(reader: ByteReader, row: Row<F>): void {
    for (let i = 0; i < this.#types.length; i++) {
      const value = readField(reader, this.#types[i] as FieldType)
      ;(row as Record<string, number | string>)[this.#names[i] as string] = value
    }
  }
}

/** One line per field, for hashes and mismatch messages: `current: u16`. */
export function describeFields(fields: Fields): readonly string[] {
  return Object.entries(fields).map(([name, type]) => `${name}: ${type.name}`)
}
