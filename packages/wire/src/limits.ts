import { assert } from '@worldkeep/kernel'

/** Version of the bytes. Changes when an old peer could misread a message. */
export const protocolVersion = 2

/** WebSocket subprotocol of the binary codec. */
export const binarySubprotocol = 'worldkeep.bin.v2'

/** A client's message, whole: a command of the largest size and its header fit many times over. */
export const inboundFrameBytesMax = 32 * 1024

/** An access token: a JWT with a few claims. */
export const tokenBytesMax = 2048

/** A resume token: 16 random bytes in hex. */
export const resumeTokenBytesMax = 64

export const playerIdBytesMax = 64
export const zoneNameBytesMax = 32
export const errorTextBytesMax = 400
export const resultCodeBytesMax = 32

/** Messages that ride in one frame: results, errors, handovers of one session in one snapshot. */
export const frameMessagesMax = 64

/** Shared segments of one frame: two for each cell of a 7 x 7 block. */
export const frameSegmentsMax = 98

assert(tokenBytesMax < inboundFrameBytesMax, 'a hello fits into a frame')
