import { type ComponentTable, TickPhase, type World } from '@worldkeep/world'
import type { TickBoard } from '../counters.ts'
import { RecordKind } from '../mailboxes.ts'
import { type PlayerHead, type PlayerRecord, playerRecordBytesMax, writePlayerRecord } from '../player-record.ts'
import type { DurableLane } from './durable-lane.ts'
import type { JobsOutbox } from './jobs-outbox.ts'
import type { Session, SessionTable } from './session-table.ts'

/**
 * What of a player survives: written with the durable actions of a tick, and as a checkpoint on leaving, at intervals
 * and at the end. A checkpoint without room in its mailbox stays due: the newest state is written when there is.
 */
export class PlayerSaves {
  readonly saved: readonly ComponentTable[]
  readonly #world: World
  readonly #ring: JobsOutbox
  readonly #board: TickBoard
  readonly #recordBytesMax: number
  readonly #intervalTicks: number
  readonly #secondTicks: number
  /** Filled anew for each record: a checkpoint is no reason for garbage. */
  readonly #head: { -readonly [Field in keyof PlayerHead]: PlayerHead[Field] } = {
    playerId: '',
    name: '',
    zone: '',
    xCm: 0,
    zCm: 0,
    revision: 0,
    documents: '',
  }

  constructor(world: World, ring: JobsOutbox, board: TickBoard, options: { readonly checkpointIntervalS: number }) {
    this.#world = world
    this.#ring = ring
    this.#board = board
    this.saved = world.game.components.filter(({ saved }) => saved).map((component) => world.table(component))
    this.#recordBytesMax = playerRecordBytesMax(this.saved)
    this.#intervalTicks = world.ticksOf(options.checkpointIntervalS)
    this.#secondTicks = world.ticksOf(1)
  }

  /** Gives a fresh body what was saved; names this game does not know any more are left aside. */
  restore(slot: number, record: PlayerRecord): void {
    for (const table of this.saved) {
      const row = record.components[table.component.name]
      if (row === undefined) continue
      const known = Object.entries(row).filter(([field]) => Object.hasOwn(table.component.fields, field))
      table.add(slot, Object.fromEntries(known))
    }
  }

  /**
   * First checkpoint of a session, staggered so that a crowd that joined together does not save together; at whole
   * seconds, so that those of one second share a commit: a commit costs more than what is in it.
   */
  schedule(session: Session, tick: number): void {
    const dueTick = tick + 1 + ((session.slot * 7919) % this.#intervalTicks)
    session.saveDueTick = Math.ceil(dueTick / this.#secondTicks) * this.#secondTicks
  }

  /** Writes a checkpoint. False: no room now, try again. */
  save(session: Session): boolean {
    this.#world.guard.require('PlayerSaves.save', TickPhase.Apply | TickPhase.Send | TickPhase.Stop)
    if (!session.savable || session.bodySlot < 0) return true
    const record = this.#ring.begin(this.#recordBytesMax)
    if (record === null) {
      this.#board.add(this.#board.slot('savesDeferred'), 1)
      return false
    }
    writePlayerRecord(record, this.#headOf(session), this.saved, session.bodySlot)
    this.#ring.end(RecordKind.Save)
    this.#board.add(this.#board.slot('savesQueued'), 1)
    return true
  }

  /** Checkpoints whose time has come. */
  saveDue(sessions: SessionTable, tick: number): void {
    for (let slot = 0; slot < sessions.max; slot++) {
      const session = sessions.at(slot)
      if (session.state !== 'active' || session.saveDueTick > tick) continue
      if (this.save(session)) session.saveDueTick = tick + this.#intervalTicks
    }
  }

  /** Everybody whose saved components this tick has changed joins this tick's batch. */
  joinBatch(sessions: SessionTable, lane: DurableLane, tick: number): void {
    for (let slot = 0; slot < sessions.max; slot++) {
      const session = sessions.at(slot)
      if (session.state === 'free' || session.bodySlot < 0 || !session.savable) continue
      if (this.#changedIn(session.bodySlot, tick)) lane.addPlayer(this.#headOf(session), session.bodySlot)
    }
  }

  #changedIn(slot: number, tick: number): boolean {
    for (let i = 0; i < this.saved.length; i++) {
      const table = this.saved[i] as ComponentTable
      if (table.has(slot) && table.changedTick[slot] === tick) return true
    }
    return false
  }

  /** Numbers the save: a store keeps the newest. Valid until the next call. */
  #headOf(session: Session): PlayerHead {
    const head = this.#head
    const { motion } = this.#world
    session.revision++
    head.playerId = session.playerId
    head.name = session.name
    head.zone = this.#world.zoneOfEntity(session.bodySlot).name
    head.xCm = motion.xCm(session.bodySlot)
    head.zCm = motion.zCm(session.bodySlot)
    head.revision = session.revision
    head.documents = session.documents
    return head
  }
}
