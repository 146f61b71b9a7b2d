import { Doorbell, RingReader, RingWriter } from '@worldkeep/kernel'
import type { Logger } from 'pino'
import { inspectionsMax } from '../core/limits.ts'
import { LogLevel, type Mailboxes, RecordKind } from '../core/mailboxes.ts'
import { type Inspection, readInspection } from '../core/tick/inspection.ts'

/** Longest sleep without a ring of the doorbell; only a safety net. */
const napMs = 500

const levels = { [LogLevel.Info]: 'info', [LogLevel.Warn]: 'warn', [LogLevel.Error]: 'error' } as const

/** How a stop of the tick thread went. */
export interface StopReport {
  readonly saved: number
  readonly unsaved: number
}

/** The host's line to the tick thread, which has no event loop: one mailbox each way. */
export class TickLink {
  readonly #requests: RingWriter
  readonly #events: RingReader
  readonly #doorbell: Doorbell
  readonly #log: Logger
  readonly #inspections = new Map<number, { resolve(inspection: Inspection): void; reject(error: Error): void }>()
  #stopped: ((report: StopReport) => void) | null = null
  #nextRequest = 1
  #open = true

  constructor(mailboxes: Mailboxes, doorbell: SharedArrayBuffer, log: Logger) {
    this.#requests = new RingWriter(mailboxes.requests)
    this.#events = new RingReader(mailboxes.events)
    this.#doorbell = new Doorbell(doorbell)
    this.#log = log.child({ service: 'tick' })
  }

  /** Handles events until closed. */
  async run(): Promise<void> {
    while (this.#open) {
      const seen = this.#doorbell.seen()
      this.#drain()
      await this.#doorbell.waitAsync(seen, napMs)
    }
    this.#drain()
    for (const { reject } of this.#inspections.values()) reject(new Error('the tick thread has ended'))
    this.#inspections.clear()
  }

  close(): void {
    this.#open = false
    this.#doorbell.ring()
  }

  /** The true world at the end of tick `atTick`; of the tick that reads this, when that one is over already. */
  inspect(atTick: number): Promise<Inspection> {
    const request = this.#nextRequest++
    return new Promise((resolve, reject) => {
      const record = this.#inspections.size < inspectionsMax ? this.#requests.begin(8) : null
      if (record === null) return reject(new Error('too many inspections are under way'))
      record.u32(request)
      record.u32(atTick)
      this.#requests.end(RecordKind.Inspect)
      this.#requests.publish()
      this.#inspections.set(request, { resolve, reject })
      return undefined
    })
  }

  /** Asks for an orderly stop; how it went, or null after `patienceMs`. */
  stop(patienceMs: number): Promise<StopReport | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), patienceMs)
      this.#stopped = (report) => {
        clearTimeout(timer)
        resolve(report)
      }
      const record = this.#requests.begin(0)
      if (record === null) return
      this.#requests.end(RecordKind.Stop)
      this.#requests.publish()
    })
  }

  #drain(): void {
    while (this.#events.next()) {
      const { body, kind } = this.#events
      if (kind === RecordKind.Log) {
        const level = body.u8() as LogLevel
        this.#log[levels[level]](body.text(1024))
      } else if (kind === RecordKind.Inspection) {
        const request = body.u32()
        this.#inspections.get(request)?.resolve(readInspection(body))
        this.#inspections.delete(request)
      } else if (kind === RecordKind.InspectionRefused) {
        const request = body.u32()
        this.#inspections
          .get(request)
          ?.reject(new Error('too much for one inspection, or too many inspections at once'))
        this.#inspections.delete(request)
      } else if (kind === RecordKind.Stopped) {
        this.#stopped?.({ saved: body.u32(), unsaved: body.u32() })
      }
    }
    this.#events.release()
  }
}
