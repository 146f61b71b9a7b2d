import { ByteReader, type Fields, type Row, RowCodec } from '@worldkeep/kernel'
import { type Component, EntityTable, type Game } from '@worldkeep/world'
import { EntryKind, nowhere, ownedComponents, SegmentKind, seenComponents } from '../segment-layout.ts'
import { Departures } from './departures.ts'
import { MotionTrack } from './motion-track.ts'
import { type SegmentEntry, SegmentReader } from './segment-reader.ts'
import type { ViewGeometry } from './view-geometry.ts'

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
  /** Frame that last carried it whole. */
  wholeFrame: number
}

/** `outOfView`: it is elsewhere by now, or the view is. `gone`: it has died, is hidden, or nobody knows. */
export type LeftReason = 'gone' | 'outOfView'

export interface ViewListener {
  entered(entity: EntityView): void
  left(entity: EntityView, reason: LeftReason): void
  changed(entity: EntityView): void
}

interface SeenComponent {
  readonly index: number
  readonly codec: RowCodec<Fields>
}

const nowhereYet = { cellX: 0, cellZ: 0 }

/**
 * The receiving half of replication: a client's view, rebuilt from segments. Bytes of the server are checked all the
 * same: `applySegment` answers false on anything malformed, and the caller asks for a fresh view.
 *
 * A frame: `beginFrame`, then `moveView` if the block has moved, `applySegment` for each segment in any order, `endFrame`.
 */
export class ViewModel {
  readonly entities = new Map<number, EntityView>()
  /** Owner components by component index, and the tick in which each last changed, -1 for never. */
  readonly own: (Row<Fields> | null)[]
  readonly ownVersions: number[]
  /** Middle of the block, in cells of the zone. */
  middle: { readonly cellX: number; readonly cellZ: number } = nowhereYet
  readonly geometry: ViewGeometry
  readonly #game: Game
  readonly #listener: ViewListener
  readonly #seen: readonly SeenComponent[]
  readonly #owned: readonly SeenComponent[]
  readonly #segment: SegmentReader
  /** Cells this client is shown. */
  readonly #cells = new Set<number>()
  /** Cells that this frame gives whole or takes away: who is in one and not named has left. */
  readonly #renewed = new Set<number>()
  readonly #departures = new Departures()
  #viewMoved = false
  #frame = 0

  constructor(game: Game, geometry: ViewGeometry, listener: ViewListener) {
    this.#game = game
    this.geometry = geometry
    this.#listener = listener
    this.#seen = codecsOf(game, seenComponents(game))
    this.#owned = codecsOf(game, ownedComponents(game))
    this.#segment = new SegmentReader(geometry, this.#seen.length, new ByteReader(new Uint8Array(0)))
    this.own = game.components.map(() => null)
    this.ownVersions = game.components.map(() => -1)
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

  /** Whether a cell lies in the part of the view that comes with every snapshot. */
  isNear(cell: number): boolean {
    return this.#ringOf(cell) <= this.geometry.nearRadiusCells
  }

  /** Whether this client is shown a cell: who is not seen there is not there, or hidden. */
  isShown(cell: number): boolean {
    return this.#cells.has(cell)
  }

  beginFrame(): void {
    this.#frame++
    this.#renewed.clear()
    this.#departures.clear()
    this.#viewMoved = false
  }

  /** Where the block is now. What lies outside of it has left. */
  moveView(cellX: number, cellZ: number): void {
    this.middle = { cellX, cellZ }
    this.#viewMoved = true
    for (const cell of this.#cells) if (this.#ringOf(cell) > this.geometry.blockRadiusCells) this.#cells.delete(cell)
  }

  /** After the last segment of a frame: only now is known who has gone where. */
  endFrame(): void {
    this.#departures.resolve(
      (slot) => {
        const entity = this.entities.get(slot)
        return entity === undefined || entity.wholeFrame === this.#frame ? null : entity
      },
      (entity, to) => {
        if (to === nowhere) return this.#remove(entity, 'gone')
        entity.cell = to
        if (!this.#cells.has(to)) this.#remove(entity, 'outOfView')
        return undefined
      },
    )
    if (this.#renewed.size > 0) {
      for (const entity of this.entities.values()) {
        if (!this.#renewed.has(entity.cell) || entity.wholeFrame === this.#frame) continue
        this.#remove(entity, this.#cells.has(entity.cell) ? 'gone' : 'outOfView')
      }
    }
    if (!this.#viewMoved) return
    for (const entity of this.entities.values()) if (!this.#cells.has(entity.cell)) this.#remove(entity, 'outOfView')
  }

  /** The owner's components of one frame. False: malformed. */
  applyOwner(reader: ByteReader, tick: number): boolean {
    const mask = reader.varint()
    const gone = reader.varint()
    if (reader.failed || (mask | gone) >>> this.#owned.length !== 0 || (mask & gone) !== 0) return false
    for (const [bit, { index, codec }] of this.#owned.entries()) {
      if (((mask | gone) & (1 << bit)) === 0) continue
      const version = tick - reader.varint()
      const row = (mask & (1 << bit)) === 0 ? null : codec.empty()
      if (row !== null) codec.read(reader, row)
      if (reader.failed || version < -1) return false
      // Told again after a frame that was lost: whoever has this version keeps the very row.
      if (version === this.ownVersions[index]) continue
      this.own[index] = row
      this.ownVersions[index] = version
    }
    return true
  }

  /** One segment as of the end of `tick`. False: malformed, or not a continuation of this view. */
  applySegment(reader: ByteReader, tick: number): boolean {
    const segment = this.#segment
    if (!segment.read(reader)) return false
    const { cell, kind } = segment
    if (kind === SegmentKind.Keyframe) this.#cells.add(cell)
    if (kind === SegmentKind.Withheld) this.#cells.delete(cell)
    if (kind !== SegmentKind.Delta) this.#renewed.add(cell)
    for (const { slot, to } of segment.departures) this.#departures.add({ cell, slot, to })
    for (const entry of segment.entries) if (!this.#applyEntry(reader, entry, tick)) return false
    return true
  }

  #applyEntry(reader: ByteReader, entry: SegmentEntry, tick: number): boolean {
    const whole = entry.kind === EntryKind.Whole
    const entity = whole ? this.#wholeEntity(entry) : this.#knownEntity(entry.slot)
    if (entity === null) return false
    this.#readRows(reader, entity, entry)
    const isFresh = entity.changedTick < 0
    if (reader.failed) {
      // Nobody has been told of it: it must not stay to be told gone.
      if (isFresh) this.entities.delete(entry.slot)
      return false
    }
    if (whole || entry.kind === EntryKind.Motion) entity.track.push(tick, entry)
    else if (entry.kind === EntryKind.Turn) entity.track.turn(tick - entry.ageTicks, entry)
    entity.changedTick = tick
    if (isFresh) this.#listener.entered(entity)
    else this.#listener.changed(entity)
    return true
  }

  #readRows(reader: ByteReader, entity: EntityView, { kind, mask }: SegmentEntry): void {
    for (const [bit, { index, codec }] of this.#seen.entries()) {
      if ((mask & (1 << bit)) === 0) {
        if (kind === EntryKind.Whole) entity.rows[index] = null
        continue
      }
      const row = codec.empty()
      codec.read(reader, row)
      if (reader.failed) return
      entity.rows[index] = row
    }
  }

  /** A delta of an entity this view does not have, or has elsewhere, belongs to another view. */
  #knownEntity(slot: number): EntityView | null {
    const entity = this.entities.get(slot)
    return entity !== undefined && entity.cell === this.#segment.cell ? entity : null
  }

  #wholeEntity({ slot, generation }: SegmentEntry): EntityView {
    const { cell } = this.#segment
    const handle = EntityTable.handle(slot, generation)
    const known = this.entities.get(slot)
    if (known !== undefined && known.handle === handle) {
      known.cell = cell
      known.wholeFrame = this.#frame
      return known
    }
    if (known !== undefined) this.#listener.left(known, 'gone')
    const track = new MotionTrack(this.geometry.tickHz)
    const rows = this.#game.components.map(() => null)
    const entity: EntityView = { handle, slot, track, cell, rows, changedTick: -1, wholeFrame: this.#frame }
    this.entities.set(slot, entity)
    return entity
  }

  #remove(entity: EntityView, reason: LeftReason): void {
    this.entities.delete(entity.slot)
    this.#listener.left(entity, reason)
  }

  /** Cells between a cell and the middle, on the longer axis. */
  #ringOf(cell: number): number {
    const { firstCell, cellsWide } = this.geometry
    const dx = ((cell - firstCell) % cellsWide) - this.middle.cellX
    const dz = Math.floor((cell - firstCell) / cellsWide) - this.middle.cellZ
    return Math.max(Math.abs(dx), Math.abs(dz))
  }
}

function codecsOf(game: Game, components: readonly Component[]): readonly SeenComponent[] {
  return components.map((component) => ({
    index: game.componentIndex(component),
    codec: new RowCodec(component.fields),
  }))
}
