import { type ByteReader, type ByteWriter, seqIsNewer } from '@worldkeep/kernel'
import { resultsKeptMax } from './limits.ts'

/** Newest wins: gaps are fine, older and equal ones are late. The acknowledgement never goes back. */
export class InputSequence {
  /** Newest sequence processed; 0 before the first. */
  acked = 0
  /** Tick in which it was applied. */
  ackedTick = 0

  reset(): void {
    this.acked = 0
    this.ackedTick = 0
  }

  /** True when `seq` is news, and then it is the newest. */
  advance(seq: number, tick: number): boolean {
    if (!seqIsNewer(seq, this.acked)) return false
    this.acked = seq
    this.ackedTick = tick
    return true
  }
}

export type CommandOrder = 'next' | 'duplicate' | 'gap'

/** A command under way: its outcome is not known yet. */
export const resultPending = ''

/** Strictly one by one: a gap is refused, a repetition gets the first outcome again. Does not allocate. */
export class CommandSequence {
  /** Newest sequence processed; 0 before the first. */
  acked = 0
  #hasWrapped = false
  readonly #codes: string[] = new Array<string>(resultsKeptMax).fill(resultPending)

  reset(): void {
    this.acked = 0
    this.#hasWrapped = false
    this.#codes.fill(resultPending)
  }

  classify(seq: number): CommandOrder {
    if (seq === (this.acked + 1) >>> 0) return 'next'
    return seqIsNewer(seq, this.acked) || this.#wasNeverGiven(seq) ? 'gap' : 'duplicate'
  }

  /** The next command has begun. */
  begin(seq: number): void {
    if (seq === 0) this.#hasWrapped = true
    this.acked = seq
    this.#codes[seq & (resultsKeptMax - 1)] = resultPending
  }

  /** For checkpoints: where the count stands. Outcomes are not kept: they decide nothing but answers. */
  writeState(writer: ByteWriter): void {
    writer.u32(this.acked)
    writer.u8(this.#hasWrapped ? 1 : 0)
  }

  readState(reader: ByteReader): void {
    this.reset()
    this.acked = reader.u32()
    this.#hasWrapped = reader.u8() === 1
  }

  finish(seq: number, code: string): void {
    if (this.#isKept(seq)) this.#codes[seq & (resultsKeptMax - 1)] = code
  }

  /** The first outcome of a repeated command: `resultPending` while it is under way, null when it is forgotten. */
  resultOf(seq: number): string | null {
    return this.#isKept(seq) ? (this.#codes[seq & (resultsKeptMax - 1)] as string) : null
  }

  #isKept(seq: number): boolean {
    return (this.acked - seq) >>> 0 < resultsKeptMax && !this.#wasNeverGiven(seq)
  }

  /** Numbers begin at 1: before the first wrap, 0 and everything above the newest are no repetition of anything. */
  #wasNeverGiven(seq: number): boolean {
    return !this.#hasWrapped && (seq === 0 || seq > this.acked)
  }
}
