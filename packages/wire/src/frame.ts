import type { ByteReader, ByteWriter } from '@worldkeep/kernel'
import { frameMessagesMax } from './limits.ts'

/*
 * What one client sees of one tick. The tick thread writes everything up to the shared segments, the gateway appends
 * those.
 *
 *     ┌──────┬───────┬──────┬─────────────┬──────────────┬───────┬──────────┬──────────┬───────┬──────────┐
 *     │ kind │ flags │ tick │ ack, ackAge │ cellX, cellZ │ owner │ messages │ own      │ count │ segments │
 *     │ u8   │ u8    │ u32  │ u32, u8     │ var, var     │ bytes │          │ segments │ u8    │          │
 *     │      │       │      │ Ack         │ View         │ Owner │ Messages │ Own      │       │          │
 *     └──────┴───────┴──────┴─────────────┴──────────────┴───────┴──────────┴──────────┴───────┴──────────┘
 */

export const FrameFlag = {
  /** Input acknowledgement and its age follow. */
  Ack: 1,
  /** The middle of the view follows: the block has moved, or this frame does not build on the one before. */
  View: 2,
  /** The segments of this frame have been left out: the view stays as it is until a later frame states it anew. */
  Bare: 4,
  /** Components only the owner sees follow. */
  Owner: 8,
  /** Whole messages follow, each with its length in front. */
  Messages: 16,
  /** Segments for this client alone follow. */
  Own: 32,
} as const

/** Where in a frame, behind its kind, the flags and the tick lie. */
export const frameFlagsAt = 0
export const frameTickAt = 1

const flagsMask = Object.values(FrameFlag).reduce((mask, flag) => mask | flag, 0)

export interface FrameHeader {
  flags: number
  tick: number
  /** Newest input sequence the state of this tick contains. */
  inputAck: number
  /** Ticks that input has been in force, this one included: 1 in the tick it was applied; at most 255. */
  ackAgeTicks: number
  /** Middle of the view, in cells of its zone. */
  cellX: number
  cellZ: number
}

export function emptyFrameHeader(): FrameHeader {
  return { flags: 0, tick: 0, inputAck: 0, ackAgeTicks: 0, cellX: 0, cellZ: 0 }
}

export function writeFrameHeader(writer: ByteWriter, header: Readonly<FrameHeader>): void {
  writer.u8(header.flags)
  writer.u32(header.tick)
  if ((header.flags & FrameFlag.Ack) !== 0) {
    writer.u32(header.inputAck)
    writer.u8(header.ackAgeTicks > 255 ? 255 : header.ackAgeTicks)
  }
  if ((header.flags & FrameFlag.View) === 0) return
  writer.varint(header.cellX)
  writer.varint(header.cellZ)
}

/** Fails the reader on a flag it does not know: what that stands for could not be skipped. */
export function readFrameHeader(reader: ByteReader, header: FrameHeader): void {
  header.flags = reader.u8()
  if ((header.flags & ~flagsMask) !== 0) reader.fail()
  header.tick = reader.u32()
  const acked = (header.flags & FrameFlag.Ack) !== 0
  header.inputAck = acked ? reader.u32() : 0
  header.ackAgeTicks = acked ? reader.u8() : 0
  const statesView = (header.flags & FrameFlag.View) !== 0
  header.cellX = statesView ? reader.varint() : 0
  header.cellZ = statesView ? reader.varint() : 0
}

/** Count of the messages that ride in this frame, each to be read as u16 length and bytes; -1 when malformed. */
export function readFrameMessageCount(reader: ByteReader): number {
  const count = reader.varint()
  if (count > frameMessagesMax) reader.fail()
  return reader.failed ? -1 : count
}
