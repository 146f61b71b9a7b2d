import { ByteReader, ByteWriter, type RingReader } from '@worldkeep/kernel'
import type { RecorderBoard } from '../core/counters.ts'
import { RecordKind } from '../core/mailboxes.ts'
import type { EntrySink } from './recording-entries.ts'
import { checkpointBytesMax } from './recording-limits.ts'

/** A checkpoint of which some parts have come. */
interface Assembly {
  readonly tick: number
  readonly parts: number
  readonly bytes: Uint8Array[]
  byteLength: number
}

/**
 * From the tick's mailbox to wherever entries go. Joins checkpoints that came in parts; one of which a part is missing is
 * left out and counted, because half a state is none.
 */
export class RecordingIntake {
  readonly #ring: RingReader
  readonly #sink: EntrySink
  readonly #board: RecorderBoard
  readonly #body: ByteReader
  #assembly: Assembly | null = null
  /** A gap is said again each time its checkpoint finds no room; once is enough. */
  #gapTick = -1

  constructor(ring: RingReader, sink: EntrySink, board: RecorderBoard) {
    this.#ring = ring
    this.#sink = sink
    this.#board = board
    this.#body = new ByteReader(ring.memory())
  }

  /** Everything that waits. How many records that was. */
  drain(): number {
    let count = 0
    while (this.#ring.next()) {
      this.#take(this.#ring.kind, this.#ring.bytes())
      // Each for itself: what is behind may have to wait for a disk.
      this.#ring.release()
      count++
    }
    return count
  }

  #take(kind: number, body: Uint8Array): void {
    const { position, limit } = this.#ring.body
    this.#body.reset(position, limit)
    if (kind === RecordKind.RecordedCheckpoint) return this.#takePart(body)
    this.#loseAssembly()
    if (kind === RecordKind.RecordedGap) {
      const tick = this.#body.u32()
      if (tick === this.#gapTick) return
      this.#gapTick = tick
    }
    this.#sink.append(kind, body)
  }

  #takePart(body: Uint8Array): void {
    const tick = this.#body.u32()
    const part = this.#body.varint()
    const parts = this.#body.varint()
    if (part === 0) {
      this.#loseAssembly()
      if (parts === 1) return this.#sink.append(RecordKind.RecordedCheckpoint, body)
      this.#assembly = { tick, parts, bytes: [], byteLength: 0 }
    }
    const assembly = this.#assembly
    // The first part was lost, and that is counted.
    if (assembly === null) return
    const bytes = this.#body.slice(this.#body.remaining())
    assembly.byteLength += bytes.byteLength
    const fits = assembly.tick === tick && assembly.parts === parts && assembly.bytes.length === part
    if (!fits || assembly.byteLength > checkpointBytesMax) return this.#loseAssembly()
    assembly.bytes.push(bytes.slice())
    if (assembly.bytes.length < parts) return
    this.#assembly = null
    this.#sink.append(RecordKind.RecordedCheckpoint, joined(assembly))
  }

  #loseAssembly(): void {
    if (this.#assembly === null) return
    this.#assembly = null
    this.#board.add(this.#board.slot('checkpointsLost'), 1)
  }
}

function joined(assembly: Assembly): Uint8Array {
  const writer = ByteWriter.ofSize(6 + assembly.byteLength)
  writer.u32(assembly.tick)
  writer.varint(0)
  writer.varint(1)
  for (const bytes of assembly.bytes) writer.raw(bytes)
  return writer.bytes
}
