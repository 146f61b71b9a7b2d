import { ByteWriter } from '@worldkeep/kernel'
import { Channel, EntityTable, nowhere, type World, type Zone } from '@worldkeep/world'
import { privateShownMax, viewRadiusCellsMax } from '../limits.ts'
import { SegmentKind, segmentOverheadBytes } from '../segment-layout.ts'
import { noBaseline } from './segment-encoder.ts'
import { SegmentWriter } from './segment-writer.ts'
import type { ViewTable } from './view-table.ts'

const blockCellsMax = (viewRadiusCellsMax * 2 + 1) ** 2

/**
 * Whom each session is shown on the private channel: entities hidden from the many. Their bytes are made for one session
 * alone, as segments of their own, on the beat of the cell they are in. Does not allocate after construction.
 */
export class PrivateViews {
  /** Segments of the session being prepared, one behind the other. */
  readonly bytes: ByteWriter
  segmentCount = 0
  /** Entities left out because a session was shown as many as it can be. */
  refusedCount = 0
  readonly #world: World
  readonly #views: ViewTable
  readonly #writer: SegmentWriter
  /** Handle and cell of everybody shown, a run of `privateShownMax` for each session. */
  readonly #handles: Uint32Array
  readonly #cells: Int32Array
  readonly #counts: Uint8Array
  /** Tick in which whom a session is shown last changed. */
  readonly #changedTick: Int32Array

  constructor(world: World, views: ViewTable, options: { readonly sessionsMax: number }) {
    const { sessionsMax } = options
    this.#world = world
    this.#views = views
    this.#writer = new SegmentWriter(world, { entriesMax: privateShownMax, departuresMax: privateShownMax })
    this.bytes = ByteWriter.ofSize(this.#writer.bytesMaxOfAll() + blockCellsMax * segmentOverheadBytes)
    this.#handles = new Uint32Array(sessionsMax * privateShownMax)
    this.#cells = new Int32Array(sessionsMax * privateShownMax)
    this.#counts = new Uint8Array(sessionsMax)
    this.#changedTick = new Int32Array(sessionsMax).fill(-1)
  }

  /** Starts a frame. */
  begin(): void {
    this.bytes.reset()
    this.segmentCount = 0
  }

  /** The session has been told to forget everybody, or will be given every cell whole. */
  clear(session: number): void {
    this.#counts[session] = 0
  }

  /** Whether what the session was shown at the end of `tick` is what it is shown now. */
  isUnchangedSince(session: number, tick: number): boolean {
    return (this.#changedTick[session] as number) <= tick
  }

  /** Whoever is in a cell outside of the block: the client drops them by itself. */
  dropOutside(session: number, zone: Zone): void {
    for (let i = (this.#counts[session] as number) - 1; i >= 0; i--) {
      const cell = this.#cells[session * privateShownMax + i] as number
      if (!this.#views.isInBlock(session, zone.cellX(cell), zone.cellZ(cell))) this.#remove(session, i)
    }
  }

  /** Whoever is in a cell that is withheld from now on, or about to be given whole. */
  dropCell(session: number, cell: number): void {
    for (let i = (this.#counts[session] as number) - 1; i >= 0; i--) {
      if (this.#cells[session * privateShownMax + i] === cell) this.#remove(session, i)
    }
  }

  /** Appends what is new of a cell for the session whose viewer is `viewer`. */
  prepare(
    session: number,
    viewer: number,
    at: { readonly zone: Zone; readonly cell: number; readonly baseline: number },
  ): void {
    const { sight } = this.#world
    const { zone, cell, baseline } = at
    if (sight.privateCount[cell] === 0 && this.#counts[session] === 0) return
    this.#writer.clear()
    if (baseline === noBaseline) this.dropCell(session, cell)
    else this.#listDepartures(session, viewer, cell)
    if (sight.privateCount[cell] !== 0) this.#listChanges(session, viewer, cell, baseline)
    if (this.#writer.isEmpty()) return
    this.#writer.write(this.bytes, zone, cell, SegmentKind.Delta)
    this.segmentCount++
  }

  #listDepartures(session: number, viewer: number, cell: number): void {
    const world = this.#world
    for (let i = (this.#counts[session] as number) - 1; i >= 0; i--) {
      const place = session * privateShownMax + i
      if (this.#cells[place] !== cell) continue
      const handle = this.#handles[place] as number
      const slot = world.slotOf(handle)
      const isHere = slot >= 0 && world.changes.cellOf[slot] === cell && world.sight.channelOf[slot] === Channel.Private
      if (isHere && world.sight.allows(viewer, slot)) continue
      const goesOn = slot >= 0 && world.changes.cellOf[slot] !== cell && this.#isSeen(viewer, slot)
      this.#writer.addDeparture(EntityTable.slotOf(handle), goesOn ? (world.changes.cellOf[slot] as number) : nowhere)
      this.#remove(session, i)
    }
  }

  #listChanges(session: number, viewer: number, cell: number, baseline: number): void {
    const { cells, sight } = this.#world
    for (let slot = cells.first[cell] as number; slot >= 0; slot = cells.next[slot] as number) {
      if (sight.channelOf[slot] !== Channel.Private || !sight.allows(viewer, slot)) continue
      if (this.#isShown(session, slot)) this.#writer.addChanges(slot, baseline)
      else if (this.#add(session, slot, cell, slot === viewer)) this.#writer.addChanges(slot, noBaseline)
    }
  }

  #isSeen(viewer: number, slot: number): boolean {
    const { sight } = this.#world
    const channel = sight.channelOf[slot]
    if (channel === Channel.Private) return sight.allows(viewer, slot)
    return channel === Channel.Everybody || channel === sight.roomOf[viewer]
  }

  #isShown(session: number, slot: number): boolean {
    const handle = this.#world.handleOf(slot)
    const first = session * privateShownMax
    for (let i = 0; i < (this.#counts[session] as number); i++) if (this.#handles[first + i] === handle) return true
    return false
  }

  /** The last place is kept for the viewer's own body: nobody is hidden from themselves. */
  #add(session: number, slot: number, cell: number, isSelf: boolean): boolean {
    const count = this.#counts[session] as number
    if (count >= (isSelf ? privateShownMax : privateShownMax - 1)) {
      this.refusedCount++
      return false
    }
    this.#handles[session * privateShownMax + count] = this.#world.handleOf(slot)
    this.#cells[session * privateShownMax + count] = cell
    this.#counts[session] = count + 1
    this.#changedTick[session] = this.#world.tick()
    return true
  }

  /** The last one takes the place. */
  #remove(session: number, index: number): void {
    const last = (this.#counts[session] as number) - 1
    const first = session * privateShownMax
    this.#handles[first + index] = this.#handles[first + last] as number
    this.#cells[first + index] = this.#cells[first + last] as number
    this.#counts[session] = last
    this.#changedTick[session] = this.#world.tick()
  }
}
