export { AssertionFailed, assert, assertNever } from './assert.ts'
export { BitReader } from './bytes/bit-reader.ts'
export { BitWriter, bitLength } from './bytes/bit-writer.ts'
export { ByteReader } from './bytes/byte-reader.ts'
export { ByteWriter } from './bytes/byte-writer.ts'
export { utf8Clip, utf8Length, utf8Read, utf8Write } from './bytes/utf8.ts'
export { type Clock, ManualClock } from './clock.ts'
export { type BoardMemory, CounterBoard } from './counter-board.ts'
export {
  type Fields,
  type FieldType,
  type Row,
  readField,
  readStored,
  type Storage,
  type ValueOf,
  writeField,
  writeStored,
  zeroOf,
} from './fields/field-type.ts'
export { angle, axis, entity, flag, i8, i16, i32, quantized, text, u8, u16, u32 } from './fields/field-types.ts'
export { describeFields, RowCodec } from './fields/row-codec.ts'
export { Hash64 } from './hash.ts'
export { Random, randomStateWords } from './random.ts'
export { Doorbell, doorbellBytes } from './ring/doorbell.ts'
export { createRing, type RingCounters, type RingMemory, ringCounters } from './ring/ring-layout.ts'
export { RingReader } from './ring/ring-reader.ts'
export { RingWriter } from './ring/ring-writer.ts'
export { type Epoch, isPowerOfTwo, type Seq, seqIsNewer, type Tick } from './units.ts'
