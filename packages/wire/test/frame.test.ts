import { ByteReader, ByteWriter } from '@worldkeep/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ServerError, ServerResult } from '../src/catalogue.ts'
import {
  emptyFrameHeader,
  FrameFlag,
  type FrameHeader,
  readFrameDrops,
  readFrameHeader,
  readFrameMessageCount,
  writeFrameHeader,
} from '../src/frame.ts'
import { frameCellsMax, frameMessagesMax } from '../src/limits.ts'
import { encodeMessage, readMessage } from '../src/message.ts'

const u32 = fc.integer({ min: 0, max: 0xffffffff })
const headers: fc.Arbitrary<FrameHeader> = fc.record({
  flags: fc.integer({ min: 0, max: 31 }),
  tick: u32,
  inputAck: u32,
  ackAgeTicks: fc.integer({ min: 0, max: 5000 }),
})

function varints(...values: readonly number[]): Uint8Array {
  const writer = ByteWriter.ofSize(1024)
  for (const value of values) writer.varint(value)
  return writer.copy()
}

describe('frame header', () => {
  test('[WIRE-11] comes back; without the flag there is no acknowledgement; an age stops at 255', () => {
    fc.assert(
      fc.property(headers, (header) => {
        const writer = ByteWriter.ofSize(16)
        writeFrameHeader(writer, header)
        const back = { flags: 9, tick: 9, inputAck: 9, ackAgeTicks: 9 }
        const reader = new ByteReader(writer.copy())
        readFrameHeader(reader, back)
        const isAcked = (header.flags & FrameFlag.Ack) !== 0
        const acks = { inputAck: header.inputAck, ackAgeTicks: Math.min(255, header.ackAgeTicks) }
        expect(back).toEqual({ ...header, ...(isAcked ? acks : { inputAck: 0, ackAgeTicks: 0 }) })
        expect([reader.failed, reader.remaining()]).toEqual([false, 0])
      }),
    )
  })

  test('[WIRE-11] its numbers are of fixed width', () => {
    const writer = ByteWriter.ofSize(16)
    writeFrameHeader(writer, { flags: FrameFlag.Ack | FrameFlag.Reset, tick: 4211, inputAck: 300, ackAgeTicks: 999 })
    expect([...writer.copy()]).toEqual([3, 0x73, 0x10, 0, 0, 0x2c, 1, 0, 0, 0xff])
    expect(FrameFlag).toEqual({ Ack: 1, Reset: 2, Drops: 4, Owner: 8, Messages: 16 })
  })

  test('[WIRE-12] a flag that this version does not know fails the reader', () => {
    for (let flags = 0; flags < 256; flags++) {
      const reader = new ByteReader(Uint8Array.of(flags, 1, 0, 0, 0, 2, 0, 0, 0, 3))
      readFrameHeader(reader, emptyFrameHeader())
      expect(reader.failed).toBe(flags > 31)
    }
  })

  test('[WIRE-12] a header cut anywhere fails the reader', () => {
    for (let cut = 0; cut < 10; cut++) {
      const reader = new ByteReader(Uint8Array.of(1, 1, 0, 0, 0, 2, 0, 0, 0, 3).slice(0, cut))
      readFrameHeader(reader, emptyFrameHeader())
      expect(reader.failed).toBe(true)
    }
  })
})

describe('parts of a frame', () => {
  test('[WIRE-13] dropped cells are a count and cells, at most 64', () => {
    const cells = new Int32Array(frameCellsMax)
    fc.assert(
      fc.property(fc.array(fc.nat(0x7fffffff), { maxLength: frameCellsMax }), (drops) => {
        const reader = new ByteReader(varints(drops.length, ...drops))
        expect(readFrameDrops(reader, cells)).toBe(drops.length)
        expect([...cells.subarray(0, drops.length)]).toEqual(drops)
        expect([reader.failed, reader.remaining()]).toEqual([false, 0])
      }),
    )
    const tooMany = new ByteReader(varints(frameCellsMax + 1, ...new Array(frameCellsMax + 1).fill(1)))
    expect([readFrameDrops(tooMany, new Int32Array(200)), tooMany.failed]).toEqual([-1, true])
    const noRoom = new ByteReader(varints(3, 1, 2, 3))
    expect([readFrameDrops(noRoom, new Int32Array(2)), noRoom.failed]).toEqual([-1, true])
    const cut = new ByteReader(varints(3, 1, 2))
    expect([readFrameDrops(cut, cells), cut.failed]).toEqual([-1, true])
    const endless = new ByteReader(varints(0xffffffff))
    expect([readFrameDrops(endless, cells), endless.failed]).toEqual([-1, true])
  })

  test('[WIRE-14] messages are a count, then each with its length, at most 64', () => {
    for (const [count, expected] of [
      [0, 0],
      [frameMessagesMax, frameMessagesMax],
      [frameMessagesMax + 1, -1],
      [0xffffffff, -1],
    ] as const) {
      const reader = new ByteReader(varints(count))
      expect([readFrameMessageCount(reader), reader.failed]).toEqual([expected, expected < 0])
    }
    const empty = new ByteReader(new Uint8Array(0))
    expect([readFrameMessageCount(empty), empty.failed]).toEqual([-1, true])
  })

  test('[WIRE-14] a frame with every part, byte for byte', () => {
    const bytes = Uint8Array.of(
      ...[0x1f, 0x73, 0x10, 0, 0],
      ...[0x2c, 1, 0, 0, 2],
      ...[2, 5, 0x80, 1],
      ...[1, 100],
      ...[2, 8, 0, 0x43, 7, 2, 0x6f, 0x6b, 1, 0, 0, 6, 0, 0x44, 0x19, 0, 2, 0x68, 0x69],
      ...[0],
    )
    const reader = new ByteReader(bytes)
    const header = emptyFrameHeader()
    readFrameHeader(reader, header)
    expect(header).toEqual({ flags: 31, tick: 4211, inputAck: 300, ackAgeTicks: 2 })
    const cells = new Int32Array(frameCellsMax)
    expect([readFrameDrops(reader, cells), cells[0], cells[1]]).toEqual([2, 5, 128])
    expect([reader.varint(), reader.u8()]).toEqual([1, 100])
    const found: Uint8Array[] = []
    for (let left = readFrameMessageCount(reader); left > 0; left--) found.push(reader.slice(reader.u16()))
    expect([reader.u8(), reader.remaining(), reader.failed]).toEqual([0, 0, false])
    expect(found[0]).toEqual(
      encodeMessage(ServerResult, { seq: 7, code: 'ok', durable: 1, duplicate: 0, retryable: 0 }),
    )
    const error = ServerError.codec.empty()
    const inner = new ByteReader(found[1] as Uint8Array)
    expect([inner.u8(), readMessage(inner, ServerError, error), error]).toEqual([68, true, { code: 25, message: 'hi' }])
  })

  test('[WIRE-15] random bytes in any part never throw and never leave the frame', () => {
    const cells = new Int32Array(frameCellsMax)
    let [read, failed] = [0, 0]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, tame) => {
        if (tame && bytes.byteLength > 0) bytes[0] = (bytes[0] as number) & 31
        for (const part of [
          (reader: ByteReader) => readFrameHeader(reader, emptyFrameHeader()),
          (reader: ByteReader) => {
            const count = readFrameDrops(reader, cells)
            expect(count === -1).toBe(reader.failed)
          },
          (reader: ByteReader) => {
            const count = readFrameMessageCount(reader)
            expect(count === -1).toBe(reader.failed)
          },
        ]) {
          const reader = new ByteReader(bytes)
          part(reader)
          expect(reader.position).toBeLessThanOrEqual(bytes.byteLength)
          if (reader.failed) failed++
          else read++
        }
      }),
      { numRuns: 35_000 },
    )
    expect(read + failed).toBe(105_000)
    expect(Math.min(read, failed)).toBeGreaterThan(1000)
  })
})
