import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ClientFrames } from '../src/transport/client-frames.ts'

const messageBytesMax = 400

const binary = 0x82
const ping = 0x89
const pong = 0x8a

/** A frame as a client sends it: RFC 6455, 5.2. */
function frameOf(first: number, payload: Uint8Array, mask = [0x11, 0x22, 0x33, 0x44]): Buffer {
  const long = payload.length > 125
  const length = long ? [0x80 | 126, payload.length >> 8, payload.length & 0xff] : [0x80 | payload.length]
  return Buffer.from([first, ...length, ...mask, ...payload.map((byte, i) => byte ^ (mask[i & 3] as number))])
}

interface Heard {
  readonly frames: ClientFrames
  readonly messages: string[]
  pongs: number
  other: Buffer
}

function listener(mayRead: () => boolean = () => true): Heard {
  const messages: string[] = []
  const heard: Heard = {
    messages,
    pongs: 0,
    other: Buffer.alloc(0),
    frames: new ClientFrames(messageBytesMax, {
      message: (bytes) => messages.push(Buffer.from(bytes).toString('hex')),
      pong: () => heard.pongs++,
      other: (bytes) => {
        heard.other = Buffer.concat([heard.other, bytes])
      },
      mayRead,
    }),
  }
  return heard
}

/** In pieces of the given lengths, repeated. */
function feed(heard: Heard, bytes: Buffer, lengths: readonly number[]): void {
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const end = at + (lengths[i % lengths.length] as number)
    heard.frames.read(Buffer.from(bytes.subarray(at, end)))
    at = end
  }
}

const payloads = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ minLength: 120, maxLength: 130 }),
  fc.uint8Array({ maxLength: messageBytesMax }),
)
const masks = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
const anyFrames = fc.array(fc.tuple(fc.constantFrom(binary, binary, binary, ping, pong), payloads, masks), {
  maxLength: 12,
})
const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 })

describe('what clients send', () => {
  test('[TRANSPORT-8] messages and pongs come out as they went in, however the network cuts them', () => {
    fc.assert(
      fc.property(anyFrames, cuts, (all, lengths) => {
        const sent = all.map(([first, bytes, mask]) => {
          const payload = first === binary ? bytes : bytes.subarray(0, 125)
          return { first, payload, raw: frameOf(first, payload, mask) }
        })
        const heard = listener()
        feed(heard, Buffer.concat(sent.map(({ raw }) => raw)), lengths)
        const of = (kind: number): typeof sent => sent.filter(({ first }) => first === kind)
        expect(heard.messages).toEqual(of(binary).map(({ payload }) => Buffer.from(payload).toString('hex')))
        expect(heard.pongs).toBe(of(pong).length)
        expect(heard.other).toEqual(Buffer.concat(of(ping).map(({ raw }) => raw)))
      }),
      { numRuns: 500 },
    )
  })

  test('[TRANSPORT-9] a strange frame and all after it go to ws as they came', () => {
    const tooLong = frameOf(binary, new Uint8Array(messageBytesMax + 1))
    const unmasked = Buffer.from([binary, 1, 7])
    const strange = [
      ...[frameOf(0x02, Uint8Array.of(1)), frameOf(0x80, Uint8Array.of(1)), frameOf(0x81, Uint8Array.of(65))],
      ...[frameOf(0xc2, Uint8Array.of(1)), frameOf(0x83, Uint8Array.of(1)), frameOf(ping, new Uint8Array(126))],
      ...[Buffer.from([binary, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5]), tooLong, unmasked],
    ]
    const after = frameOf(binary, Uint8Array.of(9))
    for (const frame of strange) {
      for (const lengths of [[1], [1_000]]) {
        const heard = listener()
        feed(heard, Buffer.concat([frameOf(binary, Uint8Array.of(1, 2)), frame, after]), lengths)
        expect(heard.messages).toEqual(['0102'])
        expect(heard.other).toEqual(Buffer.concat([frame, after]))
      }
    }
  })

  test('[TRANSPORT-9] while ws holds bytes back, messages go through it too', () => {
    let mayRead = true
    const heard = listener(() => mayRead)
    const frame = frameOf(binary, Uint8Array.of(7))
    heard.frames.read(Buffer.from(frame))
    mayRead = false
    heard.frames.read(Buffer.concat([frame, frameOf(pong, new Uint8Array(0))]))
    expect(heard.messages).toEqual(['07'])
    expect(heard.other).toEqual(Buffer.concat([frame, frameOf(pong, new Uint8Array(0))]))
    mayRead = true
    heard.frames.read(Buffer.from(frame))
    expect(heard.messages).toEqual(['07', '07'])
  })

  test('[TRANSPORT-8] any bytes at all do not throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), cuts, (bytes, lengths) => {
        const heard = listener()
        feed(heard, Buffer.from(bytes), lengths)
        expect(heard.other.length).toBeLessThanOrEqual(bytes.length)
      }),
    )
  })
})
