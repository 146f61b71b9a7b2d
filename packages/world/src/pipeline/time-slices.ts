import { assert, type ByteReader, type ByteWriter, type Hash64 } from '@worldkeep/kernel'
import { type Slice, sliceDone } from '../define/slice.ts'
import { mutationPhases, TickPhase } from '../guard/tick-guard.ts'
import { sliceTasksMax } from '../limits.ts'
import type { World } from '../world.ts'

/**
 * The tasks of a world that are worked off in slices, first come first served, within a budget of units per tick.
 *
 *        at            at + count
 *     ┌───┬─▼─┬───┬───┬─▼─┬───┐
 *     │   │ ■ │ ■ │ ■ │   │   │     which slice, cursor, argument: integers only
 *     └───┴───┴───┴───┴───┴───┘
 *
 * The tasks are part of the world: hashed, and written into checkpoints. Does not allocate after construction.
 */
export class TimeSlices {
  /** Tasks put off to a later tick, counted once per task and tick. */
  deferredCount = 0
  /** Tasks refused because the queue was full. */
  refusedCount = 0
  count = 0
  readonly #world: World
  readonly #kinds = new Uint8Array(sliceTasksMax)
  readonly #cursors = new Int32Array(sliceTasksMax)
  readonly #args = new Int32Array(sliceTasksMax)
  #at = 0

  constructor(world: World) {
    this.#world = world
  }

  /** A task of a declared slice, with one number (i32) of its own. False: the queue is full, counted. */
  add(slice: Slice, arg = 0): boolean {
    this.#world.guard.require('TimeSlices.add', mutationPhases)
    const kind = this.#world.game.slices?.indexOf(slice) ?? -1
    assert(kind >= 0, `slice ${slice.name} is not part of the game: add it to defineGame`)
    if (this.count >= sliceTasksMax) {
      this.refusedCount++
      return false
    }
    const place = this.#placeOf(this.count++)
    this.#kinds[place] = kind
    this.#cursors[place] = 0
    this.#args[place] = arg
    return true
  }

  /** One tick's worth, after the systems. A step that costs more than what is left waits, and everybody behind it. */
  run(): void {
    this.#world.guard.require('TimeSlices.run', TickPhase.Simulate)
    let unitsLeft = this.#world.game.sliceUnitsPerTick
    while (this.count > 0) {
      const slice = this.#world.game.slices?.[this.#kinds[this.#at] as number] as Slice
      if (slice.units > unitsLeft) break
      unitsLeft -= slice.units
      const next = slice.step(this.#world, this.#cursors[this.#at] as number, this.#args[this.#at] as number)
      if (next === sliceDone) this.#dropFirst()
      else this.#cursors[this.#at] = next
    }
    this.deferredCount += this.count
  }

  hash(hash: Hash64): void {
    hash.u32(this.count)
    for (let i = 0; i < this.count; i++) {
      const place = this.#placeOf(i)
      hash.u32(this.#kinds[place] as number)
      hash.u32(this.#cursors[place] as number)
      hash.u32(this.#args[place] as number)
    }
  }

  stateBytesMax(): number {
    return 4 + this.count * 9
  }

  writeState(writer: ByteWriter): void {
    writer.u32(this.count)
    for (let i = 0; i < this.count; i++) {
      const place = this.#placeOf(i)
      writer.u8(this.#kinds[place] as number)
      writer.i32(this.#cursors[place] as number)
      writer.i32(this.#args[place] as number)
    }
  }

  readState(reader: ByteReader): void {
    this.#at = 0
    this.count = reader.u32()
    if (this.count > sliceTasksMax) reader.fail()
    for (let i = 0; i < this.count && !reader.failed; i++) {
      const kind = reader.u8()
      if (kind >= (this.#world.game.slices?.length ?? 0)) reader.fail()
      this.#kinds[i] = kind
      this.#cursors[i] = reader.i32()
      this.#args[i] = reader.i32()
    }
    if (reader.failed) this.count = 0
  }

  #dropFirst(): void {
    this.#at = this.#placeOf(1)
    this.count--
  }

  #placeOf(index: number): number {
    return (this.#at + index) & (sliceTasksMax - 1)
  }
}
