import { ByteWriter } from '@worldkeep/kernel'
import { Channel, EntityTable, type World, type Zone } from '@worldkeep/world'
import { privateShownMax, viewRadiusCellsMax } from '../limits.ts'
import { nowhere, SegmentKind, segmentOverheadBytes } from '../segment-layout.ts'
import { noBaseline } from './segment-encoder.ts'
import { SegmentWriter } from './segment-writer.ts'
import type { ViewTable } from './view-table.ts'

const blockCellsMax = (viewRadiusCellsMax * 2 + 1) * (viewRadiusCellsMax * 2 + 1)

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
  /** 1: the client moved it to its cell by a departure, and is told it whole with that cell's next segment. */
  readonly #onItsWay: Uint8Array
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
    this.#onItsWay = new Uint8Array(sessionsMax * privateShownMax)
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
    else this.#listDepartures(session, viewer, zone, cell)
    if (sight.privateCount[cell] !== 0) this.#listChanges(session, viewer, cell, baseline)
    if (this.#writer.isEmpty()) return
    this.#writer.write(this.bytes, zone, cell, SegmentKind.Delta)
    this.segmentCount++
  }

  #listDepartures(session: number, viewer: number, zone: Zone, cell: number): void {
    const { changes, sight } = this.#world
    for (let i = (this.#counts[session] as number) - 1; i >= 0; i--) {
      const place = session * privateShownMax + i
      if (this.#cells[place] !== cell) continue
      const handle = this.#handles[place] as number
      const slot = this.#world.slotOf(handle)
      const isSeen = slot >= 0 && this.#isSeen(viewer, slot)
      const isPrivate = slot >= 0 && sight.channelOf[slot] === Channel.Private
      const to = slot >= 0 ? (changes.cellOf[slot] as number) : nowhere
      if (isSeen && isPrivate && to === cell) continue
      const goesOn = isSeen && to !== cell
      this.#writer.addDeparture(EntityTable.slotOf(handle), goesOn ? to : nowhere)
      if (goesOn && isPrivate && this.#isKnown(session, zone, to)) this.#move(session, i, to, true)
      else this.#remove(session, i)
    }
  }

  /** Whether the client has a cell already, and so keeps whoever departs to it. */
  #isKnown(session: number, zone: Zone, cell: number): boolean {
    if (cell < zone.firstCell || cell >= zone.firstCell + zone.cellCount()) return false
    const cx = zone.cellX(cell)
    const cz = zone.cellZ(cell)
    return this.#views.isInBlock(session, cx, cz) && this.#views.baselineOf(session, cx, cz) >= 0
  }

  #listChanges(session: number, viewer: number, cell: number, baseline: number): void {
    const { cells, sight } = this.#world
    for (let slot = cells.first[cell] as number; slot >= 0; slot = cells.next[slot] as number) {
      if (sight.channelOf[slot] !== Channel.Private || !sight.allows(viewer, slot)) continue
      const index = this.#indexOf(session, slot)
      const place = session * privateShownMax + index
      if (index < 0) {
        if (this.#add(session, slot, cell, slot === viewer)) this.#writer.addChanges(slot, noBaseline)
      } else if (this.#cells[place] === cell && this.#onItsWay[place] === 0) {
        this.#writer.addChanges(slot, baseline)
      } else {
        // Nobody can say what of it the client missed on the way.
        this.#move(session, index, cell, false)
        this.#writer.addChanges(slot, noBaseline)
      }
    }
  }

  #isSeen(viewer: number, slot: number): boolean {
    const { sight } = this.#world
    const channel = sight.channelOf[slot]
    if (channel === Channel.Private) return sight.allows(viewer, slot)
    return channel === Channel.Everybody || channel === sight.roomOf[viewer]
  }

  /** Of an entity among those the session is shown, or -1. */
  #indexOf(session: number, slot: number): number {
    const handle = this.#world.handleOf(slot)
    const first = session * privateShownMax
    for (let i = 0; i < (this.#counts[session] as number); i++) if (this.#handles[first + i] === handle) return i
    return -1
  }

  #move(session: number, index: number, cell: number, onItsWay: boolean): void {
    const place = session * privateShownMax + index
    this.#cells[place] = cell
    this.#onItsWay[place] = onItsWay ? 1 : 0
    this.#changedTick[session] = this.#world.tick()
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
    this.#onItsWay[session * privateShownMax + count] = 0
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
    this.#onItsWay[first + index] = this.#onItsWay[first + last] as number
    this.#counts[session] = last
    this.#changedTick[session] = this.#world.tick()
  }
}
