import { type RingWriter, utf8Clip } from '@worldkeep/kernel'
import { type LogLevel, RecordKind } from '../mailboxes.ts'

/** Longest line the tick thread says to the host. */
const logBytesMax = 500

/** What the tick thread tells the host. A full mailbox loses log lines, counted by the ring, and nothing else. */
export class HostEvents {
  readonly ring: RingWriter

  constructor(ring: RingWriter) {
    this.ring = ring
  }

  log(level: LogLevel, line: string): void {
    const record = this.ring.begin(1 + logBytesMax + 4)
    if (record === null) return
    record.u8(level)
    record.text(utf8Clip(line, logBytesMax))
    this.ring.end(RecordKind.Log)
  }

  stopped(counts: { readonly saved: number; readonly unsaved: number }): void {
    const record = this.ring.begin(8)
    if (record === null) return
    record.u32(counts.saved)
    record.u32(counts.unsaved)
    this.ring.end(RecordKind.Stopped)
  }
}
