/*
 * What clients send, cut into messages.
 *
 *     bytes of the socket ──► ClientFrames ──┬── whole binary messages ─► message()
 *                                            ├── pongs ─────────────────► pong()
 *                                            └── everything else ───────► other(), which is `ws`
 *
 * Owns where one frame ends and the next begins (RFC 6455, 5.2). Judges nothing: whatever is not a pong or a final, masked
 * binary frame of a permitted size goes to `ws` as it came, and after anything that could mean something for the next frame all
 * that follows does too.
 */

/** FIN and the opcode. */
const finalBinary = 0x82
const finalClose = 0x88
const finalPong = 0x8a

const maskBytes = 4

/** From here on a length of seven bits means a longer field. */
const length16 = 126
const length64 = 127

/** Where a frame ends, and where what it carries begins. */
interface FramePlace {
  payloadAt: number
  end: number
}

export interface ClientFramesTarget {
  /** One whole binary message, unmasked. The bytes are the target's. */
  message(bytes: Uint8Array): void
  pong(): void
  /** Bytes as they came: one whole frame, or, after a strange one, whatever comes. */
  other(bytes: Buffer): void
  /** False: `ws` has to see everything itself, because it is closing, or holds back bytes that come first. */
  mayRead(): boolean
}

export class ClientFrames {
  readonly #messageBytesMax: number
  readonly #target: ClientFramesTarget
  readonly #place: FramePlace = { payloadAt: 0, end: 0 }
  /** The beginning of a frame whose end has not come: one frame at most. */
  #begun: Buffer | null = null
  #isOver = false

  constructor(messageBytesMax: number, target: ClientFramesTarget) {
    this.#messageBytesMax = messageBytesMax
    this.#target = target
  }

  /** The next bytes of the socket; unmasked in place. */
  read(chunk: Buffer): void {
    if (this.#isOver) return this.#target.other(chunk)
    const bytes = this.#begun === null ? chunk : Buffer.concat([this.#begun, chunk])
    this.#begun = null
    const place = this.#place
    for (let at = 0; at < bytes.length; at = place.end) {
      const kind = this.#frameAt(bytes, at)
      if (kind === 'begun') {
        this.#begun = bytes.subarray(at)
        return undefined
      }
      if (kind === 'strange') {
        this.#isOver = true
        return this.#target.other(bytes.subarray(at))
      }
      if (!this.#target.mayRead() || kind === 'control') this.#target.other(bytes.subarray(at, place.end))
      else if (kind === 'pong') this.#target.pong()
      else this.#target.message(unmasked(bytes, place.payloadAt, place.end))
    }
    return undefined
  }

  /** What the frame is that begins at `at`; a whole one's place is in `#place`. */
  #frameAt(bytes: Buffer, at: number): 'message' | 'pong' | 'control' | 'begun' | 'strange' {
    const first = bytes[at] as number
    const isControl = first >= finalClose && first <= finalPong
    if (first !== finalBinary && !isControl) return 'strange'
    if (at + 2 > bytes.length) return 'begun'
    const second = bytes[at + 1] as number
    let payloadBytes = second & 0x7f
    if (second < 0x80 || payloadBytes === length64 || (isControl && payloadBytes >= length16)) return 'strange'
    let payloadAt = at + 2 + maskBytes
    if (payloadBytes === length16) {
      if (at + 4 > bytes.length) return 'begun'
      payloadBytes = bytes.readUInt16BE(at + 2)
      payloadAt += 2
    }
    if (payloadBytes > this.#messageBytesMax) return 'strange'
    const end = payloadAt + payloadBytes
    if (end > bytes.length) return 'begun'
    this.#place.payloadAt = payloadAt
    this.#place.end = end
    if (first === finalPong) return 'pong'
    return isControl ? 'control' : 'message'
  }
}

/** The mask lies right in front of what it masks. */
function unmasked(bytes: Buffer, payloadAt: number, end: number): Uint8Array {
  const maskAt = payloadAt - maskBytes
  for (let i = payloadAt; i < end; i++) {
    bytes[i] = (bytes[i] as number) ^ (bytes[maskAt + ((i - payloadAt) & 3)] as number)
  }
  return bytes.subarray(payloadAt, end)
}
