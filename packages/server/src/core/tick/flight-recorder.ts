import { ByteWriter, type RingWriter } from '@worldkeep/kernel'
import { RecordKind } from '../mailboxes.ts'
import { type CoreState, coreCheckpointBytesMax, writeCoreCheckpoint } from './core-checkpoint.ts'

/** What one tick took in: `FrozenInputs`, or nothing. */
interface RecordedInputs {
  bytesMax(): number
  writeTo(writer: ByteWriter): void
}

/** Instead of the inputs of a tick that was skipped: the next one has them. */
export const skippedInputs: RecordedInputs = {
  bytesMax: () => 8,
  writeTo: (writer) => {
    writer.varint(1)
    writer.u8(RecordKind.PollFault)
    writer.varint(0)
  },
}

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
  /** Where a checkpoint is put together: grows with the world, and stays. */
  #checkpoint = ByteWriter.ofSize(partBytes)
  #checkpointDueTick = 0
  #gapSince = -1

  constructor(ring: RingWriter, state: CoreState, options: { readonly checkpointIntervalTicks: number }) {
    this.#ring = ring
    this.#state = state
    this.#intervalTicks = options.checkpointIntervalTicks
  }

  /** At the end of a tick, when nothing of it will change any more. */
  record(tick: number, frozen: RecordedInputs): void {
    if (this.#gapSince >= 0) this.#resume(tick)
    else if (!this.#recordTick(tick, frozen)) this.#gapSince = tick
    else if (tick >= this.#checkpointDueTick && !this.#recordCheckpoint(tick)) this.#checkpointDueTick = tick + 1
    this.#ring.publish()
  }

  /** A tick that failed on the way: what it had taken in, so that it can be seen to fail again. */
  recordFault(tick: number, frozen: RecordedInputs): void {
    const record = this.#gapSince >= 0 ? null : this.#ring.begin(headBytes + frozen.bytesMax())
    if (record === null) return
    record.u32(tick)
    frozen.writeTo(record)
    this.#ring.end(RecordKind.RecordedFault)
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

  #recordTick(tick: number, frozen: RecordedInputs): boolean {
    const { stateHash } = this.#state.world
    const record = this.#ring.begin(headBytes + stateHash.leaves.length * 4 + frozen.bytesMax())
    if (record === null) return false
    record.u32(tick)
    record.u32(stateHash.total.lowWord())
    record.u32(stateHash.total.highWord())
    record.varint(stateHash.leaves.length)
    for (let i = 0; i < stateHash.leaves.length; i++) record.u32(stateHash.leaves[i] as number)
    frozen.writeTo(record)
    this.#ring.end(RecordKind.RecordedTick)
    return true
  }

  /** False: no room, or not the moment. */
  #recordCheckpoint(tick: number): boolean {
    if (this.#state.lane.isHoldingBatch()) return false
    const bytesMax = coreCheckpointBytesMax(this.#state)
    if (bytesMax > this.#checkpoint.bytes.byteLength) this.#checkpoint = ByteWriter.ofSize(bytesMax)
    const writer = this.#checkpoint
    writer.reset()
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
