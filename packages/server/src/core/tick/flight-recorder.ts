import { ByteWriter, type RingWriter } from '@worldkeep/kernel'
import { RecordKind } from '../mailboxes.ts'
import { type CoreState, coreCheckpointBytesMax, writeCoreCheckpoint } from './core-checkpoint.ts'
import type { FrozenInputs } from './frozen-inputs.ts'

/** One part of a checkpoint: a fraction of the mailbox, so that large worlds travel too. */
const partBytes = 1 << 20

const headBytes = 32

/**
 * The flight recorder, on the tick's side: what each tick took in, and the hash of what came of it; now and then, and
 * after every gap, the whole state. A full mailbox makes a gap, and the next tick starts anew with a checkpoint.
 */
export class FlightRecorder {
  readonly #ring: RingWriter
  readonly #state: CoreState
  readonly #intervalTicks: number
  #checkpointDueTick = 0
  #gapSince = -1

  constructor(ring: RingWriter, state: CoreState, options: { readonly checkpointIntervalTicks: number }) {
    this.#ring = ring
    this.#state = state
    this.#intervalTicks = options.checkpointIntervalTicks
  }

  /** At the end of a tick, when nothing of it will change any more. */
  record(tick: number, frozen: FrozenInputs): void {
    if (this.#gapSince >= 0) this.#resume(tick)
    else if (!this.#recordTick(tick, frozen)) this.#gapSince = tick
    else if (tick >= this.#checkpointDueTick && !this.#recordCheckpoint(tick)) this.#checkpointDueTick = tick + 1
    this.#ring.publish()
  }

  /** The state before the first tick. */
  begin(tick: number): void {
    if (!this.#recordCheckpoint(tick)) this.#gapSince = tick
    this.#ring.publish()
  }

  #resume(tick: number): void {
    const record = this.#ring.begin(4)
    if (record === null) return
    record.u32(this.#gapSince)
    this.#ring.end(RecordKind.RecordedGap)
    if (this.#recordCheckpoint(tick)) this.#gapSince = -1
  }

  #recordTick(tick: number, frozen: FrozenInputs): boolean {
    const { stateHash } = this.#state.world
    const record = this.#ring.begin(headBytes + stateHash.leaves.length * 4 + frozen.bytesMax())
    if (record === null) return false
    record.u32(tick)
    record.u32(stateHash.total.low())
    record.u32(stateHash.total.high())
    record.varint(stateHash.leaves.length)
    for (let i = 0; i < stateHash.leaves.length; i++) record.u32(stateHash.leaves[i] as number)
    frozen.writeTo(record)
    this.#ring.end(RecordKind.RecordedTick)
    return true
  }

  /** Allocates: once in a while, not every tick. False: no room, or not the moment. */
  #recordCheckpoint(tick: number): boolean {
    if (this.#state.lane.isHoldingBatch()) return false
    const writer = ByteWriter.ofSize(coreCheckpointBytesMax(this.#state))
    writeCoreCheckpoint(this.#state, writer)
    const parts = Math.max(1, Math.ceil(writer.position / partBytes))
    if (parts > this.#ring.roomRecords() || writer.position + parts * headBytes > this.#ring.roomBytes()) return false
    for (let part = 0; part < parts; part++) this.#recordPart(tick, writer, { part, parts })
    this.#checkpointDueTick = tick + this.#intervalTicks
    return true
  }

  #recordPart(tick: number, writer: ByteWriter, place: { readonly part: number; readonly parts: number }): void {
    const start = place.part * partBytes
    const length = Math.min(partBytes, writer.position - start)
    const record = this.#ring.begin(headBytes + length)
    if (record === null) return
    record.u32(tick)
    record.varint(place.part)
    record.varint(place.parts)
    record.raw(writer.bytes, start, length)
    this.#ring.end(RecordKind.RecordedCheckpoint)
  }
}
