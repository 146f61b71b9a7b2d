import { ByteReader, ByteWriter } from '@worldkeep/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ServerError, ServerResult } from '../src/catalogue.ts'
import {
  emptyFrameHeader,
  FrameFlag,
  type FrameHeader,
  frameFlagsAt,
  frameTickAt,
  readFrameHeader,
  readFrameMessageCount,
  writeFrameHeader,
} from '../src/frame.ts'
import { frameMessagesMax, frameSegmentsMax } from '../src/limits.ts'
import { encodeMessage, readMessage } from '../src/message.ts'

const u32 = fc.integer({ min: 0, max: 0xffffffff })
const headers: fc.Arbitrary<FrameHeader> = fc.record({
  flags: fc.integer({ min: 0, max: 63 }),
  tick: u32,
  inputAck: u32,
  ackAgeTicks: fc.integer({ min: 0, max: 5000 }),
  cellX: u32,
  cellZ: u32,
})

function varints(...values: readonly number[]): Uint8Array {
  const writer = ByteWriter.ofSize(1024)
  for (const value of values) writer.varint(value)
  return writer.copy()
}

describe('frame header', () => {
  test('[WIRE-11] comes back; without their flags there is no acknowledgement and no view; an age stops at 255', () => {
    fc.assert(
      fc.property(headers, (header) => {
        const writer = ByteWriter.ofSize(32)
        writeFrameHeader(writer, header)
        const back = { flags: 9, tick: 9, inputAck: 9, ackAgeTicks: 9, cellX: 9, cellZ: 9 }
        const reader = new ByteReader(writer.copy())
        readFrameHeader(reader, back)
        const isAcked = (header.flags & FrameFlag.Ack) !== 0
        const acks = { inputAck: header.inputAck, ackAgeTicks: Math.min(255, header.ackAgeTicks) }
        const statesView = (header.flags & FrameFlag.View) !== 0
        expect(back).toEqual({
          ...header,
          ...(isAcked ? acks : { inputAck: 0, ackAgeTicks: 0 }),
          ...(statesView ? {} : { cellX: 0, cellZ: 0 }),
        })
        expect([reader.failed, reader.remaining()]).toEqual([false, 0])
      }),
    )
  })

  test('[WIRE-11] its numbers are of fixed width, but the middle of the view', () => {
    const writer = ByteWriter.ofSize(16)
    const flags = FrameFlag.Ack | FrameFlag.View
    writeFrameHeader(writer, { flags, tick: 4211, inputAck: 300, ackAgeTicks: 999, cellX: 7, cellZ: 200 })
    expect([...writer.copy()]).toEqual([3, 0x73, 0x10, 0, 0, 0x2c, 1, 0, 0, 0xff, 7, 0xc8, 1])
    expect(FrameFlag).toEqual({ Ack: 1, View: 2, Bare: 4, Owner: 8, Messages: 16, Own: 32 })
  })

  test('[WIRE-11] flags and tick lie where a gateway changes them, without reading the rest', () => {
    fc.assert(
      fc.property(headers, (header) => {
        const writer = ByteWriter.ofSize(32)
        writeFrameHeader(writer, header)
        const bytes = writer.copy()
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        expect([view.getUint8(frameFlagsAt), view.getUint32(frameTickAt, true)]).toEqual([header.flags, header.tick])
      }),
    )
  })

  test('[WIRE-12] a flag that this version does not know fails the reader', () => {
    for (let flags = 0; flags < 256; flags++) {
      const reader = new ByteReader(Uint8Array.of(flags, 1, 0, 0, 0, 2, 0, 0, 0, 3, 4, 5))
      readFrameHeader(reader, emptyFrameHeader())
      expect(reader.failed).toBe(flags > 63)
    }
  })

  test('[WIRE-12] a header cut anywhere fails the reader', () => {
    for (let cut = 0; cut < 13; cut++) {
      const reader = new ByteReader(Uint8Array.of(3, 1, 0, 0, 0, 2, 0, 0, 0, 3, 4, 0x80, 1).slice(0, cut))
      readFrameHeader(reader, emptyFrameHeader())
      expect(reader.failed).toBe(true)
    }
  })
})

describe('parts of a frame', () => {
  test('[WIRE-13] segments are counted in one byte, and a frame has room for two of each cell of the widest view', () => {
    expect(frameSegmentsMax).toBe(2 * 7 * 7)
    expect(frameSegmentsMax).toBeLessThan(256)
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
      ...[0x3b, 0x73, 0x10, 0, 0],
      ...[0x2c, 1, 0, 0, 2],
      ...[5, 0x80, 1],
      ...[1, 0, 3, 100],
      ...[2, 8, 0, 0x43, 7, 2, 0x6f, 0x6b, 1, 0, 0, 6, 0, 0x44, 0x19, 0, 2, 0x68, 0x69],
      ...[1, 0x0a, 0x02],
      ...[0],
    )
    const reader = new ByteReader(bytes)
    const header = emptyFrameHeader()
    readFrameHeader(reader, header)
    expect(header).toEqual({ flags: 0x3b, tick: 4211, inputAck: 300, ackAgeTicks: 2, cellX: 5, cellZ: 128 })
    expect([reader.varint(), reader.varint(), reader.varint(), reader.u8()]).toEqual([1, 0, 3, 100])
    const found: Uint8Array[] = []
    for (let left = readFrameMessageCount(reader); left > 0; left--) found.push(reader.slice(reader.u16()))
    expect([reader.u8(), ...reader.slice(2)]).toEqual([1, 0x0a, 0x02])
    expect([reader.u8(), reader.remaining(), reader.failed]).toEqual([0, 0, false])
    expect(found[0]).toEqual(
      encodeMessage(ServerResult, { seq: 7, code: 'ok', durable: 1, duplicate: 0, retryable: 0 }),
    )
    const error = ServerError.codec.empty()
    const inner = new ByteReader(found[1] as Uint8Array)
    expect([inner.u8(), readMessage(inner, ServerError, error), error]).toEqual([68, true, { code: 25, message: 'hi' }])
  })

  test('[WIRE-15] random bytes in any part never throw and never leave the frame', () => {
    let [read, failed] = [0, 0]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, tame) => {
        if (tame && bytes.byteLength > 0) bytes[0] = (bytes[0] as number) & 63
        for (const part of [
          (reader: ByteReader) => readFrameHeader(reader, emptyFrameHeader()),
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
      { numRuns: 50_000 },
    )
    expect(read + failed).toBe(100_000)
    expect(Math.min(read, failed)).toBeGreaterThan(1000)
  })
})
