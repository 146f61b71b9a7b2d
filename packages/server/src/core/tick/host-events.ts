import { type RingWriter, utf8Clip } from '@worldkeep/kernel'
import type { TickBoard } from '../counters.ts'
import { eventsReservedBytes } from '../limits.ts'
import { type LogLevel, RecordKind } from '../mailboxes.ts'

/** Longest line the tick thread says to the host. */
const logBytesMax = 500

/** What the tick thread tells the host. A full mailbox loses log lines, counted, and nothing else. */
export class HostEvents {
  readonly ring: RingWriter
  readonly #board: TickBoard
  readonly #linesLost: number

  constructor(ring: RingWriter, board: TickBoard) {
    this.ring = ring
    this.#board = board
    this.#linesLost = board.slot('logLinesLost')
  }

  /** Whether a record of `bytes` leaves the room that is kept for the end. */
  hasRoom(bytes: number): boolean {
    return this.ring.roomRecords() > 1 && this.ring.roomBytes() >= bytes + eventsReservedBytes
  }

  log(level: LogLevel, line: string): void {
    const bytesMax = 1 + logBytesMax + 4
    const record = this.hasRoom(bytesMax) ? this.ring.begin(bytesMax) : null
    if (record === null) return this.#board.add(this.#linesLost, 1)
    record.u8(level)
    record.text(utf8Clip(line, logBytesMax))
    this.ring.end(RecordKind.Log)
    return undefined
  }

  /** False: its mailbox has no room now. */
  refuseInspection(request: number): boolean {
    const record = this.hasRoom(4) ? this.ring.begin(4) : null
    if (record === null) return false
    record.u32(request)
    this.ring.end(RecordKind.InspectionRefused)
    return true
  }

  stopped(counts: { readonly saved: number; readonly unsaved: number }): void {
    const record = this.ring.begin(8)
    if (record === null) return
    record.u32(counts.saved)
    record.u32(counts.unsaved)
    this.ring.end(RecordKind.Stopped)
  }
}
