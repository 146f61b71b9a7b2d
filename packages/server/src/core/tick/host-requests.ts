import { type RingMemory, RingReader } from '@worldkeep/kernel'
import type { World } from '@worldkeep/world'
import { inspectionsMax } from '../limits.ts'
import { RecordKind } from '../mailboxes.ts'
import type { HostEvents } from './host-events.ts'
import { emitInspection } from './inspection.ts'
import type { Outbound } from './outbound.ts'
import type { SessionTable } from './session-table.ts'

/** What an inspection looks at. */
interface Inspected {
  readonly world: World
  readonly sessions: SessionTable
  readonly outbound: Outbound
}

/** What the host asks of the tick thread: to stop, and to tell the truth. No input of a tick: it changes nothing in it. */
export class HostRequests {
  /** The driver stops after this tick. */
  stop = false
  readonly #ring: RingReader
  readonly #events: HostEvents
  /** Asked for and not due yet, at most `inspectionsMax`. */
  readonly #inspections: { readonly request: number; readonly atTick: number }[] = []

  constructor(memory: RingMemory, events: HostEvents) {
    this.#ring = new RingReader(memory)
    this.#events = events
  }

  poll(): void {
    while (this.#ring.next()) {
      const { kind, body } = this.#ring
      if (kind === RecordKind.Stop) this.stop = true
      else if (kind === RecordKind.Inspect) this.#ask(body.u32(), body.u32())
    }
    this.#ring.release()
  }

  /** Inspections whose tick has come; one that finds no room stays for the next tick. */
  answer(inspected: Inspected): void {
    for (let i = this.#inspections.length - 1; i >= 0; i--) {
      const { request, atTick } = this.#inspections[i] as { readonly request: number; readonly atTick: number }
      if (inspected.world.tick() < atTick) continue
      if (emitInspection(this.#events, request, inspected)) this.#inspections.splice(i, 1)
    }
  }

  #ask(request: number, atTick: number): void {
    if (this.#inspections.length < inspectionsMax) this.#inspections.push({ request, atTick })
    else this.#events.refuseInspection(request)
  }
}
