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

/** What a tick that failed had taken in. */
export interface RecordedFault {
  readonly tick: number
  readonly records: readonly RecordedInput[]
}

/** Reads the body of a `RecordedTick`, whose bytes it keeps. Fails the reader on anything else. */
export function readRecordedTick(body: ByteReader): RecordedTick {
  const tick = body.u32()
  const hashLow = body.u32()
  const hashHigh = body.u32()
  const leaves = new Uint32Array(countOf(body, 4))
  for (let i = 0; i < leaves.length; i++) leaves[i] = body.u32()
  return { tick, hashLow, hashHigh, leaves, records: readRecords(body) }
}

/** Reads the body of a `RecordedFault`, whose bytes it keeps. Fails the reader on anything else. */
export function readRecordedFault(body: ByteReader): RecordedFault {
  return { tick: body.u32(), records: readRecords(body) }
}

function readRecords(body: ByteReader): readonly RecordedInput[] {
  return Array.from({ length: countOf(body, 2) }, () => ({ kind: body.u8(), bytes: body.slice(body.varint()) }))
}

/** A count that what is left could hold, so that nobody is made to allocate for more. */
function countOf(body: ByteReader, itemBytesMin: number): number {
  const count = body.varint()
  if (count * itemBytesMin <= body.remaining()) return count
  body.fail()
  return 0
}
