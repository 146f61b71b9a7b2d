import { assert, type ByteReader, ByteWriter, type Fields, type Row } from '@worldkeep/kernel'
import { type Command, type ComponentTable, type TickGuard, TickPhase } from '@worldkeep/world'
import type { TickBoard } from '../counters.ts'
import {
  durableActionsBytesMax,
  durableActionsPerTickMax,
  durablePlayersBytesMax,
  durableResultsPendingMax,
} from '../limits.ts'
import { RecordKind } from '../mailboxes.ts'
import {
  type PlayerHead,
  playerRecordBytesMax,
  type SavedValue,
  writeNamedValues,
  writePlayerRecord,
} from '../player-record.ts'
import type { JobsOutbox } from './jobs-outbox.ts'
import type { Session } from './session-table.ts'

/** Bytes of one action in a batch beyond its row: ids, numbers, names of fields. */
const actionOverheadBytes = 512

/** A durable action that has happened in memory and waits for its commit. */
export interface PendingResult {
  tick: number
  sessionSlot: number
  sessionGeneration: number
  seq: number
}

/**
 * All durable changes of a tick, in one batch, to be committed together. Effect first, acknowledgement after commit: an
 * action is let in only if its batch is sure of a place, and nothing let in is ever dropped.
 */
export class DurableLane {
  /** False while the store says that it cannot commit. */
  available = true
  readonly #ring: JobsOutbox
  readonly #board: TickBoard
  readonly #guard: TickGuard
  readonly #saved: readonly ComponentTable[]
  readonly #playerBytesMax: number
  readonly #players: ByteWriter
  readonly #actions: ByteWriter
  #playerCount = 0
  #actionCount = 0
  #batchTick = 0
  /** Results in order of their ticks: a ring of its own. */
  readonly #pending: PendingResult[]
  #pendingAt = 0
  #pendingCount = 0

  constructor(saved: readonly ComponentTable[], ring: JobsOutbox, board: TickBoard, guard: TickGuard) {
    this.#guard = guard
    this.#saved = saved
    this.#ring = ring
    this.#board = board
    this.#playerBytesMax = playerRecordBytesMax(saved)
    this.#players = ByteWriter.ofSize(durablePlayersBytesMax)
    this.#actions = ByteWriter.ofSize(durableActionsBytesMax)
    this.#pending = Array.from({ length: durableResultsPendingMax }, () => ({
      tick: 0,
      sessionSlot: 0,
      sessionGeneration: 0,
      seq: 0,
    }))
  }

  /**
   * Null: go on, there is a place for this action. Otherwise why not, before any effect. A batch that could not be handed
   * over last tick closes the lane until it is.
   */
  refusal(command: Command, tick: number): 'store_unavailable' | 'store_busy' | null {
    if (!this.available) return 'store_unavailable'
    const blocked = this.#actionCount > 0 && this.#batchTick !== tick
    const actionBytes = command.codec.bytesMax + actionOverheadBytes
    const playerBytes = this.#playerBytesMax * (this.#actionCount + 1)
    if (
      blocked ||
      this.#actionCount >= durableActionsPerTickMax ||
      this.#pendingCount >= durableResultsPendingMax ||
      this.#actions.position + actionBytes > this.#actions.limit ||
      playerBytes > this.#players.limit
    ) {
      return 'store_busy'
    }
    return null
  }

  /** An action whose effects are in memory. Only after `refusal` said null, in the same tick. */
  add(session: Session, command: Command, seq: number, args: Readonly<Row<Fields>>, tick: number): void {
    this.#guard.require('DurableLane.add', TickPhase.Apply)
    this.#batchTick = tick
    this.#actionCount++
    const writer = this.#actions
    writer.text(session.sessionId)
    writer.text(session.playerId)
    writer.u32(seq)
    writer.text(command.name)
    writeNamedValues(writer, args as { readonly [field: string]: SavedValue })
    const pending = this.#pending[(this.#pendingAt + this.#pendingCount) % durableResultsPendingMax] as PendingResult
    pending.tick = tick
    pending.sessionSlot = session.slot
    pending.sessionGeneration = session.generation
    pending.seq = seq
    this.#pendingCount++
  }

  /** Whether this tick's batch is still open for the players its actions have changed. */
  isOpen(tick: number): boolean {
    return this.#actionCount > 0 && this.#batchTick === tick
  }

  addPlayer(head: PlayerHead, bodySlot: number): void {
    this.#guard.require('DurableLane.addPlayer', TickPhase.Send)
    this.#playerCount++
    writePlayerRecord(this.#players, head, this.#saved, bodySlot)
    assert(!this.#players.overflowed, 'a durable batch outgrew its players')
  }

  /** Hands the batch over. False: no room now; it is kept, and tried again next tick. */
  flush(): boolean {
    this.#guard.require('DurableLane.flush', TickPhase.Send | TickPhase.Stop)
    if (this.#actionCount === 0) return true
    const record = this.#ring.begin(this.#players.position + this.#actions.position + 16)
    if (record === null) return false
    record.u32(this.#batchTick)
    record.varint(this.#playerCount)
    record.raw(this.#players.bytes, 0, this.#players.position)
    record.varint(this.#actionCount)
    record.raw(this.#actions.bytes, 0, this.#actions.position)
    this.#ring.end(RecordKind.DurableBatch)
    this.#board.add(this.#board.slot('durableActions'), this.#actionCount)
    this.#board.add(this.#board.slot('durableBatches'), 1)
    this.#players.reset()
    this.#actions.reset()
    this.#playerCount = 0
    this.#actionCount = 0
    return true
  }

  /** The oldest result whose tick is committed, or null. Valid until the next call. */
  takeCommitted(tick: number): PendingResult | null {
    if (this.#pendingCount === 0) return null
    const oldest = this.#pending[this.#pendingAt] as PendingResult
    if (oldest.tick > tick) return null
    this.#pendingAt = (this.#pendingAt + 1) % durableResultsPendingMax
    this.#pendingCount--
    return oldest
  }

  /** Whether a batch waits that an earlier tick could not hand over: no moment for a checkpoint. */
  isHoldingBatch(): boolean {
    return this.#actionCount > 0
  }

  stateBytesMax(): number {
    return 8 + this.#pendingCount * 16
  }

  writeState(writer: ByteWriter): void {
    writer.u8(this.available ? 1 : 0)
    writer.u32(this.#pendingCount)
    for (let i = 0; i < this.#pendingCount; i++) {
      const pending = this.#pending[(this.#pendingAt + i) % durableResultsPendingMax] as PendingResult
      writer.u32(pending.tick)
      writer.u32(pending.sessionSlot)
      writer.u32(pending.sessionGeneration)
      writer.u32(pending.seq)
    }
  }

  readState(reader: ByteReader): void {
    this.available = reader.u8() === 1
    this.#pendingAt = 0
    this.#pendingCount = Math.min(reader.u32(), durableResultsPendingMax)
    for (let i = 0; i < this.#pendingCount && !reader.failed; i++) {
      const pending = this.#pending[i] as PendingResult
      pending.tick = reader.u32()
      pending.sessionSlot = reader.u32()
      pending.sessionGeneration = reader.u32()
      pending.seq = reader.u32()
    }
  }
}
