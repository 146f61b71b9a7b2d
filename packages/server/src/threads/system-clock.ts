import type { Clock } from '@worldkeep/kernel'

/** One reading: nanoseconds of the machine's steady clock, and the same 64 bits as two words. */
const nanoseconds = new BigInt64Array(1)
const words = new Uint32Array(nanoseconds.buffer)

/**
 * Not `performance.now`, which makes 16 bytes of garbage with every reading: a tick reads the clock a dozen times. Once
 * the engine has compiled it, this reading makes none. Little-endian machines only, like everything Node runs on.
 */
export const systemClock: Clock = {
  nowMs: () => {
    nanoseconds[0] = process.hrtime.bigint()
    return ((words[1] as number) * 0x100000000 + (words[0] as number)) / 1_000_000
  },
}
