import { type ByteReader, ByteReader as Reader } from '@worldkeep/kernel'
import type { EntityView, ViewModel } from '../src/apply/view-model.ts'
import type { Arena } from './arena.ts'

/** What one frame carries for a view. */
export interface SentFrame {
  readonly tick: number
  readonly middle: { readonly cellX: number; readonly cellZ: number } | null
  /** Segments for this viewer alone, one behind the other, then the shared ones. */
  readonly own: { readonly count: number; readonly bytes: Uint8Array }
  readonly segments: readonly Uint8Array[]
}

/** A client with its session: takes frames, and remembers what it was told. */
export class Viewer {
  readonly arena: Arena
  readonly session: number
  slot: number
  model: ViewModel
  /** What the listener says is in view; must always be what the model says. */
  readonly told = new Set<EntityView>()
  readonly events: string[] = []
  /** Bytes of segments in the last frame. */
  frameBytes = 0
  /** Every frame it was given, to go back to. */
  readonly frames: SentFrame[] = []

  constructor(arena: Arena, session: number, slot: number) {
    this.arena = arena
    this.session = session
    this.slot = slot
    this.model = this.#freshModel()
  }

  #freshModel(): ViewModel {
    return this.arena.viewModel({
      entered: (entity) => {
        if (this.told.has(entity)) throw new Error(`${entity.slot} entered twice`)
        this.told.add(entity)
        this.events.push(`entered ${entity.slot}`)
      },
      left: (entity) => {
        if (!this.told.delete(entity)) throw new Error(`${entity.slot} left without having entered`)
        this.events.push(`left ${entity.slot}`)
      },
      changed: (entity) => {
        if (!this.told.has(entity)) throw new Error(`${entity.slot} changed without having entered`)
        this.events.push(`changed ${entity.slot}`)
      },
    })
  }

  /** Prepares and applies this tick's frame. False when a segment was refused: the view goes on from the one before. */
  frame(): boolean {
    this.events.length = 0
    const sent = this.prepare()
    if (sent === null) return false
    this.apply(sent)
    this.frames.push(sent)
    return true
  }

  /** As `frame`, but what is sent is lost on the way. */
  prepare(): SentFrame | null {
    const { emitter, sink, views, world } = this.arena
    const baseline = views.baseline[this.session] as number
    if (!emitter.prepare(this.session, this.slot, world.tick())) {
      emitter.rewind(this.session, baseline)
      return null
    }
    const { own, recipe } = emitter
    return {
      tick: world.tick(),
      middle: recipe.statesView ? { cellX: recipe.middleX, cellZ: recipe.middleZ } : null,
      own: { count: own.segmentCount, bytes: own.bytes.copy() },
      segments: Array.from(recipe.segments.subarray(0, recipe.segmentCount), (id) => {
        const bytes = sink.segments.get(id)
        if (bytes === undefined) throw new Error(`segment ${id} was never written`)
        return bytes
      }),
    }
  }

  apply({ tick, middle, own, segments }: SentFrame): void {
    this.frameBytes = own.bytes.byteLength
    this.model.beginFrame()
    if (middle !== null) this.model.moveView(middle.cellX, middle.cellZ)
    const readerOfOwn = new Reader(own.bytes)
    for (let left = own.count; left > 0; left--) this.#applySegment(readerOfOwn, tick)
    if (readerOfOwn.remaining() !== 0) throw new Error(`tick ${tick}: own bytes left over`)
    for (const bytes of segments) {
      const reader = new Reader(bytes)
      this.#applySegment(reader, tick)
      if (reader.remaining() !== 0) throw new Error(`tick ${tick}: ${reader.remaining()} bytes left over`)
      this.frameBytes += bytes.byteLength
    }
    this.model.endFrame()
  }

  #applySegment(reader: ByteReader, tick: number): void {
    if (!this.model.applySegment(reader, tick)) throw new Error(`tick ${tick}: segment refused by the client`)
  }

  /** Is again what it was after its frame number `index`, as a client is that has lost what came later; tells its session. */
  goBackTo(index: number): void {
    this.frames.length = index + 1
    this.told.clear()
    this.model = this.#freshModel()
    for (const frame of this.frames) this.apply(frame)
    this.arena.emitter.rewind(this.session, (this.frames[index] as SentFrame).tick)
  }
}
