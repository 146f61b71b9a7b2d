import { ByteReader, describeFields, RowCodec, text, u16 } from '@worldkeep/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ClientCommand,
  ClientGoodbye,
  ClientHello,
  ClientInput,
  ClientPing,
  clientMessages,
  ServerError,
  ServerFrame,
  ServerGoodbye,
  ServerHandover,
  ServerJoinAck,
  ServerPong,
  ServerResult,
  serverMessages,
} from '../src/catalogue.ts'
import { binarySubprotocol, inboundFrameBytesMax, protocolVersion } from '../src/limits.ts'
import { encodeMessage, type Message, readMessage } from '../src/message.ts'
import { type AnyRow, rowsOf, stored } from './arbitrary-row.ts'
import { tableUnder } from './spec-page.ts'

const messages: readonly Message[] = [...clientMessages, ...serverMessages]
const tailless = messages.filter(({ tail }) => tail === null)
const tailed = messages.filter(({ tail }) => tail !== null)

/** Every kind there has ever been. Only ever add to it: a kind that is gone stays taken. */
const kindsEver: readonly (readonly [number, string])[] = [
  [1, 'client.hello'],
  [2, 'client.input'],
  [3, 'client.command'],
  [4, 'client.ping'],
  [5, 'client.goodbye'],
  [64, 'server.joinAck'],
  [65, 'server.frame'],
  [66, 'server.pong'],
  [67, 'server.result'],
  [68, 'server.error'],
  [69, 'server.goodbye'],
  [70, 'server.handover'],
]

/** One of each, as it has been since protocol version 2. A change here is a new version. */
const examples: readonly {
  readonly message: Message
  readonly row: AnyRow
  readonly tail?: readonly number[]
  readonly hex: string
}[] = [
  {
    message: ClientHello,
    row: {
      protocolVersion: 2,
      declarationsHash: '0123456789abcdef',
      token: 'aaa.bbb.ccc',
      resume: '',
      lastSeq: 300,
      viewTick: 4211,
    },
    hex: '01 02 00 10 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 0b 61 61 61 2e 62 62 62 2e 63 63 63 00 ac 02 f3 20',
  },
  { message: ClientInput, row: { seq: 300 }, tail: [0x81, 0x7f], hex: '02 ac 02 81 7f' },
  { message: ClientCommand, row: { seq: 7, command: 2, clientTick: 0 }, tail: [0x81, 0x7f], hex: '03 07 02 00 81 7f' },
  { message: ClientPing, row: { echo: 4211 }, hex: '04 f3 20' },
  { message: ClientGoodbye, row: {}, hex: '05' },
  {
    message: ServerJoinAck,
    row: {
      playerId: 'ada',
      entity: 65_537,
      resumed: 1,
      resumeToken: '00ff',
      zone: 'overworld',
      zoneSizeM: 1024,
      cellM: 64,
      firstCell: 0,
      cellX: 7,
      cellZ: 8,
      nearRadiusCells: 1,
      blockRadiusCells: 2,
      farEveryTicks: 4,
      tick: 4211,
      tickHz: 20,
      snapshotHz: 20,
      inputAck: 300,
      commandAck: 7,
    },
    hex: '40 03 61 64 61 81 80 04 01 04 30 30 66 66 09 6f 76 65 72 77 6f 72 6c 64 00 04 40 00 00 07 00 08 00 01 02 04 00 f3 20 14 14 ac 02 07',
  },
  { message: ServerFrame, row: {}, tail: [0, 1, 0, 0, 0, 0], hex: '41 00 01 00 00 00 00' },
  { message: ServerPong, row: { echo: 4211, tick: 4211 }, hex: '42 f3 20 f3 20' },
  {
    message: ServerResult,
    row: { seq: 7, code: 'ok', durable: 1, duplicate: 0, retryable: 0 },
    hex: '43 07 02 6f 6b 01 00 00',
  },
  { message: ServerError, row: { code: 7, message: 'Zwölf' }, hex: '44 07 00 06 5a 77 c3 b6 6c 66' },
  { message: ServerGoodbye, row: { code: 19, message: 'Bye.' }, hex: '45 13 00 04 42 79 65 2e' },
  { message: ServerHandover, row: { from: 9, to: 300 }, hex: '46 09 ac 02' },
]

const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16))

function decode(message: Message, bytes: Uint8Array): AnyRow | null {
  const reader = new ByteReader(bytes)
  expect(reader.u8()).toBe(message.kind)
  const row = message.codec.empty()
  return readMessage(reader, message, row) ? row : null
}

describe('the catalogue', () => {
  test('[WIRE-1] a kind means one message for ever, below 64 from clients, from 64 on from servers', () => {
    const now = messages.map(({ kind, name }) => [kind, name] as const)
    expect(now).toEqual(kindsEver)
    expect(new Set(kindsEver.map(([kind]) => kind)).size).toBe(kindsEver.length)
    expect(new Set(kindsEver.map(([, name]) => name)).size).toBe(kindsEver.length)
    for (const { kind, name } of clientMessages)
      expect([kind >= 1 && kind < 64, name.startsWith('client.')]).toEqual([true, true])
    for (const { kind, name } of serverMessages)
      expect([kind >= 64 && kind <= 255, name.startsWith('server.')]).toEqual([true, true])
  })

  test('[WIRE-2] the page lists exactly these messages, with these fields in this order', () => {
    const documented = tableUnder('Messages').map(([kind, name, fields, tail]) => ({ kind, name, fields, tail }))
    const declared = messages.map(({ kind, name, codec, tail }) => ({
      kind: String(kind),
      name,
      fields: describeFields(codec.fields).join(', ') || 'none',
      tail: tail ?? 'none',
    }))
    expect(documented).toEqual(declared)
  })

  test('[WIRE-3] one example of each message is these bytes, here and on the page', () => {
    expect(examples.map(({ message }) => message)).toEqual(messages)
    for (const { message, row, tail, hex } of examples) {
      const bytes = encodeMessage(message, row, tail === undefined ? undefined : Uint8Array.from(tail))
      expect(toHex(bytes), message.name).toBe(hex)
      expect(decode(message, fromHex(hex)), message.name).toEqual(row)
    }
    const documented = tableUnder('Examples').map(([name, , hex]) => [name, hex])
    expect(documented).toEqual(examples.map(({ message, hex }) => [message.name, hex]))
  })

  test('[WIRE-4] the version and the subprotocol change together; a hello shows its version where every version does', () => {
    expect(binarySubprotocol).toBe(`worldkeep.bin.v${protocolVersion}`)
    expect([ClientHello.kind, Object.entries(ClientHello.codec.fields)[0]]).toEqual([1, ['protocolVersion', u16]])
  })

  test('[WIRE-5] the longest client message that is no tail fits into a frame', () => {
    for (const { codec } of clientMessages) expect(1 + codec.bytesMax).toBeLessThan(inboundFrameBytesMax)
  })
})

describe('every message', () => {
  test('[WIRE-6] comes back as its fields store it', () => {
    for (const message of messages) {
      fc.assert(
        fc.property(rowsOf(message), (row) => {
          expect(decode(message, encodeMessage(message, row))).toEqual(stored(message, row))
        }),
        { numRuns: 300 },
      )
    }
  })

  test('[WIRE-6] brings its tail along, untouched', () => {
    for (const message of tailed) {
      fc.assert(
        fc.property(rowsOf(message), fc.uint8Array({ maxLength: 100 }), (row, tail) => {
          const reader = new ByteReader(encodeMessage(message, row, tail))
          reader.u8()
          expect(readMessage(reader, message, message.codec.empty())).toBe(true)
          expect(reader.slice(reader.remaining())).toEqual(tail)
        }),
      )
    }
  })

  test('[WIRE-7] is refused with bytes left over, unless it declares a tail', () => {
    for (const message of tailless) {
      fc.assert(
        fc.property(rowsOf(message), fc.uint8Array({ minLength: 1, maxLength: 9 }), (row, extra) => {
          expect(decode(message, Uint8Array.of(...encodeMessage(message, row), ...extra))).toBeNull()
        }),
        { numRuns: 50 },
      )
      expect(() => encodeMessage(message, message.codec.empty(), Uint8Array.of(1)), message.name).toThrow('has no tail')
    }
  })

  test('[WIRE-8] is refused when cut anywhere', () => {
    for (const { message, hex } of examples) {
      const bytes = fromHex(hex)
      const whole = encodeMessage(message, decode(message, bytes) as AnyRow).byteLength
      for (let cut = 1; cut < whole; cut++)
        expect(decode(message, bytes.slice(0, cut)), `${message.name} ${cut}`).toBeNull()
    }
  })

  test('[WIRE-9] a hundred thousand random and damaged messages are read or refused, and none throws', () => {
    let [read, refused] = [0, 0]
    const tryAll = (bytes: Uint8Array): void => {
      for (const message of messages) {
        const reader = new ByteReader(bytes)
        reader.u8()
        const row = message.codec.empty()
        if (readMessage(reader, message, row)) read++
        else refused++
        for (const [name, type] of Object.entries(message.codec.fields)) {
          if (typeof row[name] === 'string' && row[name].length > type.storedMax) expect.fail(`${message.name}.${name}`)
        }
      }
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), tryAll), { numRuns: 5000 })
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(0xff)), { minLength: 1, maxLength: 4 })
    for (const { hex } of examples) {
      const property = fc.property(damage, fc.nat(), (places, cut) => {
        const bytes = fromHex(hex)
        for (const [at, byte] of places) bytes[at % bytes.byteLength] = byte
        tryAll(bytes.subarray(0, 1 + (cut % bytes.byteLength)))
      })
      fc.assert(property, { numRuns: 500 })
    }
    expect(read + refused).toBeGreaterThanOrEqual(100_000)
    expect(Math.min(read, refused)).toBeGreaterThan(1000)
  })

  test('[WIRE-9] what is read could have been written: no two encodings of one message', () => {
    for (const message of tailless) {
      const { hex } = examples.find((example) => example.message === message) as { hex: string }
      const property = fc.property(fc.nat(), fc.nat(0xff), (at, byte) => {
        const bytes = fromHex(hex)
        if (bytes.byteLength > 1) bytes[1 + (at % (bytes.byteLength - 1))] = byte
        const row = message.codec.empty()
        const reader = new ByteReader(bytes)
        reader.u8()
        if (readMessage(reader, message, row)) expect(encodeMessage(message, row)).toEqual(bytes)
      })
      fc.assert(property, { numRuns: 1000 })
    }
  })

  test('[WIRE-10] a reason or a message that is too long is cut at a character, and arrives', () => {
    const long = 'ü'.repeat(1000)
    const row = decode(ServerError, encodeMessage(ServerError, { code: 1, message: long }))
    expect(row).toEqual({ code: 1, message: 'ü'.repeat(200) })
    expect(new RowCodec({ message: text(400) }).bytesMax).toBe(402)
  })
})
