import { createRing, RingReader, RingWriter } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { createBoards, openRecorderBoard } from '../src/core/counters.ts'
import { RecordKind } from '../src/core/mailboxes.ts'
import { encodeEntry, type RecordingEntry } from '../src/recording/recording-entries.ts'
import { ChunkEncoder, entriesOf } from '../src/recording/recording-format.ts'
import { encodeHeader } from '../src/recording/recording-header.ts'
import { RecordingIntake } from '../src/recording/recording-intake.ts'
import { checkpoint, collect, gap, header, outline, tick } from './recording-parts.ts'

/** A mailbox filled by hand, and what comes out of it. */
class IntakeBench {
  readonly board = openRecorderBoard(createBoards())
  readonly #memory = createRing({ byteLength: 1 << 16, recordsMax: 100 })
  readonly #writer = new RingWriter(this.#memory)
  readonly #chunk = new ChunkEncoder()
  readonly #intake = new RecordingIntake(new RingReader(this.#memory), this.#chunk, this.board)

  put(entry: RecordingEntry): void {
    const { kind, body } = encodeEntry(entry)
    expect(this.#writer.push(kind, body)).toBe(true)
  }

  part(tickNumber: number, place: readonly [part: number, parts: number], bytes: readonly number[]): void {
    const record = this.#writer.begin(64)
    record?.u32(tickNumber)
    record?.varint(place[0])
    record?.varint(place[1])
    record?.raw(Uint8Array.from(bytes))
    this.#writer.end(RecordKind.RecordedCheckpoint)
  }

  taken(): readonly RecordingEntry[] {
    this.#writer.publish()
    this.#intake.drain()
    expect(this.#writer.queuedRecords()).toBe(0)
    return collect(entriesOf(new Uint8Array(Buffer.concat([encodeHeader(header), this.#chunk.finish()])))).entries
  }
}

test('[RECORD-14] records become entries as they are, and a checkpoint in parts becomes one', () => {
  const bench = new IntakeBench()
  bench.put(checkpoint(0))
  bench.put(tick(1))
  bench.part(1, [0, 3], [1, 2])
  bench.part(1, [1, 3], [3])
  bench.part(1, [2, 3], [4, 5])
  bench.put(tick(2))
  const joined = { kind: 'checkpoint', tick: 1, bytes: Uint8Array.of(1, 2, 3, 4, 5) }
  expect(bench.taken()).toEqual([checkpoint(0), tick(1), joined, tick(2)])
  expect(bench.board.read('checkpointsLost')).toBe(0)
})

test('[RECORD-14] a checkpoint of which a part is missing is left out and counted', () => {
  const bench = new IntakeBench()
  bench.put(tick(1))
  bench.part(1, [0, 3], [1])
  bench.part(1, [2, 3], [3])
  bench.put(tick(2))
  bench.part(2, [0, 2], [1])
  bench.put(tick(3))
  bench.part(3, [0, 2], [1])
  bench.part(3, [0, 2], [1])
  bench.part(4, [1, 2], [1])
  bench.part(4, [1, 2], [1])
  bench.put(checkpoint(4))
  expect(outline(bench.taken())).toBe('t1 t2 t3 c4')
  expect(bench.board.read('checkpointsLost')).toBe(4)
})

test('[RECORD-14] a gap that is said again is one gap', () => {
  const bench = new IntakeBench()
  for (const entry of [tick(1), gap(2), gap(2), checkpoint(9), tick(10), gap(11)]) bench.put(entry)
  expect(outline(bench.taken())).toBe('t1 g2 c9 t10 g11')
})
