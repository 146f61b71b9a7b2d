/** Simulation step. Only grows; a u32 at 20 Hz lasts six years. */
export type Tick = number & { readonly unit: 'tick' }

/** Number of one message on one session. Wraps at 2^32: compare only with `seqIsNewer`. */
export type Seq = number & { readonly unit: 'seq' }

/** A term of ownership of a store. Strictly grows with every boot. */
export type Epoch = number & { readonly unit: 'epoch' }

/** Whether `a` was numbered after `b`, over the wrap (RFC 1982 serial number arithmetic, 32 bits). */
export function seqIsNewer(a: number, b: number): boolean {
  return ((a - b) | 0) > 0
}

/** Of a u32; anything else is none. */
export function isPowerOfTwo(value: number): boolean {
  return value === value >>> 0 && value > 0 && (value & (value - 1)) === 0
}
