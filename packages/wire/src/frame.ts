import type { ByteReader, ByteWriter } from '@worldkeep/kernel'
import { frameCellsMax, frameMessagesMax } from './limits.ts'

/*
 * What one client sees of one tick. The tick thread writes everything up to the segments, the gateway appends those:
 * they are shared between viewers.
 *
 *     ┌──────┬───────┬──────┬───────────────┬────────────┬────────────┬──────────┬───────────────┬──────────┐
 *     │ kind │ flags │ tick │ ack, ackAge   │ drops      │ owner      │ messages │ segment count │ segments │
 *     │ u8   │ u8    │ u32  │ u32, u8  (if) │ cells (if) │ bytes (if) │ (if)     │ u8            │          │
 *     └──────┴───────┴──────┴───────────────┴────────────┴────────────┴──────────┴───────────────┴──────────┘
 */

export const FrameFlag = {
  /** Input acknowledgement and its age follow. */
  Ack: 1,
  /** Forget the whole view first: this frame carries all of it. */
  Reset: 2,
  /** Cells that left the view follow. */
  Drops: 4,
  /** Components only the owner sees follow. */
  Owner: 8,
  /** Whole messages follow, each with its length in front. */
  Messages: 16,
} as const

const flagsMask = FrameFlag.Ack | FrameFlag.Reset | FrameFlag.Drops | FrameFlag.Owner | FrameFlag.Messages

export interface FrameHeader {
  flags: number
  tick: number
  /** Newest input sequence the state of this tick contains. */
  inputAck: number
  /** Ticks that input has been in force, this one included: 1 in the tick it was applied; at most 255. */
  ackAgeTicks: number
}

export function emptyFrameHeader(): FrameHeader {
  return { flags: 0, tick: 0, inputAck: 0, ackAgeTicks: 0 }
}

export function writeFrameHeader(writer: ByteWriter, header: Readonly<FrameHeader>): void {
  writer.u8(header.flags)
  writer.u32(header.tick)
  if ((header.flags & FrameFlag.Ack) === 0) return
  writer.u32(header.inputAck)
  writer.u8(header.ackAgeTicks > 255 ? 255 : header.ackAgeTicks)
}

/** Fails the reader on a flag it does not know: what that stands for could not be skipped. */
export function readFrameHeader(reader: ByteReader, header: FrameHeader): void {
  header.flags = reader.u8()
  if ((header.flags & ~flagsMask) !== 0) reader.fail()
  header.tick = reader.u32()
  const acked = (header.flags & FrameFlag.Ack) !== 0
  header.inputAck = acked ? reader.u32() : 0
  header.ackAgeTicks = acked ? reader.u8() : 0
}

/** Reads the cells that left the view into `cells`; how many there are, or -1 (reader failed). */
export function readFrameDrops(reader: ByteReader, cells: Int32Array): number {
  const count = reader.varint()
  if (count > frameCellsMax || count > cells.length) reader.fail()
  for (let i = 0; i < count && !reader.failed; i++) cells[i] = reader.varint()
  return reader.failed ? -1 : count
}

/** Count of the messages that ride in this frame, each to be read as u16 length and bytes; -1 when malformed. */
export function readFrameMessageCount(reader: ByteReader): number {
  const count = reader.varint()
  if (count > frameMessagesMax) reader.fail()
  return reader.failed ? -1 : count
}
