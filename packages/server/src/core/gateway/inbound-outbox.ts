import { type ByteReader, type ByteWriter, type Doorbell, type RingMemory, RingWriter } from '@worldkeep/kernel'
import type { CoreConfig } from '../core-config.ts'
import { scarceRecordsMax } from '../limits.ts'
import { RecordKind } from '../mailboxes.ts'
import type { GatewayConnection } from './gateway-connection.ts'

/**
 * The way of inputs and commands to the tick. Each connection has its own share of the mailbox, and when more than half
 * of it is taken everybody gets a few records and no more, so that a crowd of floods leaves room for the others.
 */
export class InboundOutbox {
  readonly #ring: RingWriter
  readonly #config: CoreConfig
  /** Less room than half of the mailbox. */
  readonly #scarceBytes: number
  readonly #scarceRecords: number

  constructor(memory: RingMemory, config: CoreConfig, doorbell: Doorbell | null) {
    this.#ring = new RingWriter(memory, doorbell)
    this.#config = config
    // `roomBytes` is half of what is free.
    this.#scarceBytes = this.#ring.roomBytes() >>> 1
    this.#scarceRecords = this.#ring.roomRecords() >>> 1
  }

  /** False: no room, for this connection or for anybody. The row is what is left of `row`. */
  input(connection: GatewayConnection, seq: number, row: ByteReader): boolean {
    const record = this.#begin(connection, 8 + row.remaining())
    if (record === null) return false
    record.u32(connection.route)
    record.u32(seq)
    record.raw(row.bytes, row.position, row.remaining())
    return this.#end(connection, RecordKind.Input, 8 + row.remaining())
  }

  /** False: no room, for this connection or for anybody. The row is what is left of `row`. */
  command(connection: GatewayConnection, seq: number, command: number, row: ByteReader): boolean {
    const record = this.#begin(connection, 9 + row.remaining())
    if (record === null) return false
    record.u32(connection.route)
    record.u32(seq)
    record.u8(command)
    record.raw(row.bytes, row.position, row.remaining())
    return this.#end(connection, RecordKind.Command, 9 + row.remaining())
  }

  publish(): void {
    this.#ring.publish()
  }

  #begin(connection: GatewayConnection, bytes: number): ByteWriter | null {
    const taken = ((this.#ring.recordsOut() - connection.queuedUpTo) | 0) >= 0
    if (taken) {
      connection.queuedRecords = 0
      connection.queuedBytes = 0
    }
    if (connection.queuedRecords >= this.#config.queuedCommandsMax) return null
    if (connection.queuedBytes + bytes > this.#config.queuedBytesMax) return null
    if (connection.queuedRecords >= scarceRecordsMax && this.#isScarce()) return null
    return this.#ring.begin(bytes)
  }

  #end(connection: GatewayConnection, kind: number, bytes: number): boolean {
    this.#ring.end(kind)
    connection.queuedRecords++
    connection.queuedBytes += bytes
    connection.queuedUpTo = this.#ring.recordsIn()
    return true
  }

  #isScarce(): boolean {
    return this.#ring.roomBytes() < this.#scarceBytes || this.#ring.roomRecords() < this.#scarceRecords
  }
}
