import { assert, type ByteReader, ByteWriter, type Fields, type FieldType, type Row, RowCodec } from '@worldkeep/kernel'

/**
 * One kind of message: a byte that names it, then its fields in declared order, then (where `tail` says so) bytes that
 * somebody else declares.
 *
 *     ┌──────┬────────┬─────┬────────┬──────────┐
 *     │ kind │ field  │ ... │ field  │ tail ... │
 *     └──────┴────────┴─────┴────────┴──────────┘
 */
export interface Message<F extends Fields = Fields> {
  readonly kind: number
  /** Dotted name, as in the catalogue and its JSON form. */
  readonly name: string
  /** What describes the bytes after the fields, or null when nothing may follow. */
  readonly tail: string | null
  readonly codec: RowCodec<F>
}

export function message<F extends { readonly [name: string]: FieldType }>(
  kind: number,
  name: string,
  fields: F,
  tail: string | null = null,
): Message<F> {
  return { kind, name, tail, codec: new RowCodec(fields) }
}

export type MessageRow<M> = M extends Message<infer F> ? Row<F> : never

/** Writes kind and fields; a tail is the caller's to add. */
export function writeMessage<F extends Fields>(writer: ByteWriter, message: Message<F>, row: Readonly<Row<F>>): void {
  writer.u8(message.kind)
  message.codec.write(writer, row)
}

/** A whole message as bytes of its own. Allocates. */
export function encodeMessage<F extends Fields>(
  message: Message<F>,
  row: Readonly<Row<F>>,
  tail?: Uint8Array,
): Uint8Array {
  assert(tail === undefined || message.tail !== null, `${message.name} has no tail`)
  const writer = ByteWriter.ofSize(1 + message.codec.bytesMax + (tail?.byteLength ?? 0))
  writeMessage(writer, message, row)
  if (tail !== undefined) writer.raw(tail)
  return writer.copy()
}

/** Reads the fields after the kind byte. False when the bytes are not such a message; `row` is then worthless. */
export function readMessage<F extends Fields>(reader: ByteReader, message: Message<F>, row: Row<F>): boolean {
  message.codec.read(reader, row)
  return !reader.failed && (message.tail !== null || reader.remaining() === 0)
}
