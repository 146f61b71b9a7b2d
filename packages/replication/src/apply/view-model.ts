import { type ByteReader, type Fields, type Row, RowCodec } from '@worldkeep/kernel'
import { type Component, EntityTable, type Game, generationMax, slotsMax } from '@worldkeep/world'
import { EntryBit, ownedComponents, SegmentFlag, seenComponents } from '../segment-layout.ts'
import { MotionTrack } from './motion-track.ts'

/** Geometry of the zone a view lies in, from the join acknowledgement. */
export interface ViewGeometry {
  readonly tickHz: number
  readonly firstCell: number
  readonly cellsWide: number
  readonly cellCm: number
}

/** One entity as this client sees it. */
export interface EntityView {
  readonly handle: number
  readonly slot: number
  readonly track: MotionTrack
  cell: number
  /** Rows of the game's components, by component index; null where the entity has none. */
  readonly rows: (Row<Fields> | null)[]
  /** Tick of the frame that last changed this entity. */
  changedTick: number
}

export interface ViewListener {
  entered(entity: EntityView): void
  left(entity: EntityView): void
  changed(entity: EntityView): void
}

/**
 * The receiving half of replication: a client's view, rebuilt from segments. Bytes of the server are checked all the
 * same: `applySegment` answers false on anything malformed, and the caller asks for a fresh view.
 */
export class ViewModel {
  readonly entities = new Map<number, EntityView>()
  /** Owner components by component index. */
  readonly own: (Row<Fields> | null)[]
  readonly #game: Game
  readonly #geometry: ViewGeometry
  readonly #listener: ViewListener
  readonly #seen: readonly { readonly index: number; readonly codec: RowCodec<Fields> }[]
  readonly #owned: readonly { readonly index: number; readonly codec: RowCodec<Fields> }[]
  /** Masks of entries are below this. */
  readonly #maskEnd: number
  /** Entities named as gone from their cell, until the end of the frame shows whether another cell has them. */
  readonly #leaving = new Set<number>()

  constructor(game: Game, geometry: ViewGeometry, listener: ViewListener) {
    this.#game = game
    this.#geometry = geometry
    this.#listener = listener
    this.#seen = codecsOf(game, seenComponents(game))
    this.#owned = codecsOf(game, ownedComponents(game))
    this.#maskEnd = EntryBit.FirstComponent << this.#seen.length
    this.own = game.components.map(() => null)
  }

  /** The entity of a handle, if this view has it. */
  entityOf(handle: number): EntityView | null {
    const entity = this.entities.get(EntityTable.slotOf(handle))
    return entity !== undefined && entity.handle === handle ? entity : null
  }

  row<F extends Fields>(entity: EntityView, component: Component<string, F>): Row<F> | null {
    return entity.rows[this.#game.componentIndex(component)] as Row<F> | null
  }

  ownRow<F extends Fields>(component: Component<string, F>): Row<F> | null {
    return this.own[this.#game.componentIndex(component)] as Row<F> | null
  }

  /** A reset frame: everything known may be stale until a segment says otherwise. */
  beginReset(): void {
    for (const entity of this.entities.values()) this.#leaving.add(entity.slot)
  }

  dropCell(cell: number): void {
    for (const entity of this.entities.values()) if (entity.cell === cell) this.#leaving.add(entity.slot)
  }

  /** After the last segment of a frame: who is in no cell any more is gone. */
  endFrame(): void {
    for (const slot of this.#leaving) {
      const entity = this.entities.get(slot)
      if (entity === undefined) continue
      this.entities.delete(slot)
      this.#listener.left(entity)
    }
    this.#leaving.clear()
  }

  /** The owner's components of one frame. False: malformed. */
  applyOwner(reader: ByteReader): boolean {
    const mask = reader.varint()
    const gone = reader.varint()
    if (reader.failed || (mask | gone) >>> this.#owned.length !== 0 || (mask & gone) !== 0) return false
    for (const [bit, { index, codec }] of this.#owned.entries()) {
      if ((gone & (1 << bit)) !== 0) this.own[index] = null
      if ((mask & (1 << bit)) === 0) continue
      const row = codec.empty()
      codec.read(reader, row)
      if (reader.failed) return false
      this.own[index] = row
    }
    return true
  }

  /** One segment as of the end of `tick`. False: malformed, or not a continuation of this view. */
  applySegment(reader: ByteReader, tick: number): boolean {
    const cell = reader.varint()
    const flags = reader.u8()
    if (reader.failed || !this.#isCell(cell) || flags > (SegmentFlag.Keyframe | SegmentFlag.Departures)) return false
    if ((flags & SegmentFlag.Keyframe) !== 0) this.dropCell(cell)
    if ((flags & SegmentFlag.Departures) !== 0) {
      for (let slot = reader.varint(); slot !== 0; slot = reader.varint()) {
        if (this.entities.get(slot - 1)?.cell === cell) this.#leaving.add(slot - 1)
      }
    }
    let slot = -1
    for (let step = reader.varint(); step !== 0; step = reader.varint()) {
      slot += step
      if (!this.#applyEntry(reader, cell, slot, tick)) return false
    }
    return !reader.failed
  }

  #applyEntry(reader: ByteReader, cell: number, slot: number, tick: number): boolean {
    const mask = reader.varint()
    if (reader.failed || slot >= slotsMax || mask === 0 || mask >= this.#maskEnd) return false
    const whole = (mask & EntryBit.Whole) !== 0
    const entity = whole ? this.#wholeEntity(slot, reader.varint(), cell) : this.#knownEntity(slot, cell)
    if (entity === null) return false
    this.#readEntry(reader, entity, mask, tick)
    const isFresh = entity.changedTick < 0
    if (reader.failed) {
      // Nobody has been told of it: it must not stay to be told gone.
      if (isFresh) this.entities.delete(slot)
      return false
    }
    entity.changedTick = tick
    if (isFresh) this.#listener.entered(entity)
    else this.#listener.changed(entity)
    return true
  }

  #readEntry(reader: ByteReader, entity: EntityView, mask: number, tick: number): void {
    const whole = (mask & EntryBit.Whole) !== 0
    if (whole || (mask & EntryBit.Motion) !== 0) this.#applyMotion(reader, entity, tick)
    for (const [bit, { index, codec }] of this.#seen.entries()) {
      if ((mask & (EntryBit.FirstComponent << bit)) === 0) {
        if (whole) entity.rows[index] = null
        continue
      }
      const row = codec.empty()
      codec.read(reader, row)
      if (reader.failed) return
      entity.rows[index] = row
    }
  }

  /** A delta of an entity this view does not have, or has elsewhere, belongs to another view. */
  #knownEntity(slot: number, cell: number): EntityView | null {
    const entity = this.entities.get(slot)
    return entity !== undefined && entity.cell === cell ? entity : null
  }

  #wholeEntity(slot: number, generation: number, cell: number): EntityView | null {
    if (generation < 1 || generation > generationMax) return null
    const handle = EntityTable.handle(slot, generation)
    const known = this.entities.get(slot)
    this.#leaving.delete(slot)
    if (known !== undefined && known.handle === handle) {
      known.cell = cell
      return known
    }
    if (known !== undefined) this.#listener.left(known)
    const track = new MotionTrack(this.#geometry.tickHz)
    const rows = this.#game.components.map(() => null)
    const entity: EntityView = { handle, slot, track, cell, rows, changedTick: -1 }
    this.entities.set(slot, entity)
    return entity
  }

  #applyMotion(reader: ByteReader, entity: EntityView, tick: number): void {
    const { firstCell, cellsWide, cellCm } = this.#geometry
    const place = entity.cell - firstCell
    const x = reader.u16() + (place % cellsWide) * cellCm
    const z = reader.u16() + Math.floor(place / cellsWide) * cellCm
    const vx = reader.zigzag()
    const vz = reader.zigzag()
    if (!reader.failed) entity.track.push(tick, x, z, vx, vz)
  }

  #isCell(cell: number): boolean {
    const { firstCell, cellsWide } = this.#geometry
    return cell >= firstCell && cell < firstCell + cellsWide * cellsWide
  }
}

function codecsOf(
  game: Game,
  components: readonly Component[],
): readonly { readonly index: number; readonly codec: RowCodec<Fields> }[] {
  return components.map((component) => ({
    index: game.componentIndex(component),
    codec: new RowCodec(component.fields),
  }))
}
