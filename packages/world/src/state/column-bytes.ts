import type { ByteReader, ByteWriter } from '@worldkeep/kernel'

/** Any typed array of a table. */
export type IntegerColumn = Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array

/** `count` elements from the front, as they lie in memory. Little-endian machines only, like everything Node runs on. */
export function writeColumn(writer: ByteWriter, column: IntegerColumn, count: number): void {
  writer.raw(new Uint8Array(column.buffer, column.byteOffset, count * column.BYTES_PER_ELEMENT))
}

export function readColumn(reader: ByteReader, column: IntegerColumn, count: number): void {
  const bytes = reader.slice(count * column.BYTES_PER_ELEMENT)
  if (reader.failed) return
  new Uint8Array(column.buffer, column.byteOffset, bytes.byteLength).set(bytes)
}
