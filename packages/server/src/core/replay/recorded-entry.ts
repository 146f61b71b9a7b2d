import type { ByteReader } from '@worldkeep/kernel'

/** One frozen input of a recorded tick. */
export interface RecordedInput {
  readonly kind: number
  readonly bytes: Uint8Array
}

/** What one tick took in, and the hash of what came of it. */
export interface RecordedTick {
  readonly tick: number
  readonly hashLow: number
  readonly hashHigh: number
  /** Leaves of the state hash, in the order of the header's names. */
  readonly leaves: Uint32Array
  readonly records: readonly RecordedInput[]
}

/** More than any tick takes in: a count from a damaged file asks for no memory. */
const countMax = 1 << 20

/** Reads the body of a `RecordedTick`; null when it is none. The inputs are views of the reader's bytes. */
export function readRecordedTick(body: ByteReader): RecordedTick | null {
  const tick = body.u32()
  const hashLow = body.u32()
  const hashHigh = body.u32()
  const leafCount = body.varint()
  if (body.failed || leafCount > countMax || leafCount * 4 > body.remaining()) return null
  const leaves = Uint32Array.from({ length: leafCount }, () => body.u32())
  const count = body.varint()
  if (body.failed || count > countMax) return null
  const records: RecordedInput[] = []
  for (let left = count; left > 0 && !body.failed; left--)
    records.push({ kind: body.u8(), bytes: body.slice(body.varint()) })
  return body.failed || body.remaining() !== 0 ? null : { tick, hashLow, hashHigh, leaves, records }
}
