import type { ByteReader, Fields, Row } from '@worldkeep/kernel'
import { resultPending } from '@worldkeep/session'
import { type ErrorCode, errorEntry } from '@worldkeep/wire'
import { type Actor, type Command, TickPhase, type World } from '@worldkeep/world'
import type { TickBoard } from '../counters.ts'
import type { DurableLane } from './durable-lane.ts'
import type { Outbound } from './outbound.ts'
import type { Session, SessionTable } from './session-table.ts'

export interface CommandParts {
  readonly world: World
  readonly sessions: SessionTable
  readonly outbound: Outbound
  readonly lane: DurableLane
  readonly board: TickBoard
  /** Hands each handler a frozen copy of its arguments, so that a test sees who writes to them. Allocates. */
  readonly strict?: boolean
}

/** How a result is marked. Made once: every command has one. */
const plain = { durable: 0, duplicate: 0, retryable: 0 }
const retryable = { ...plain, retryable: 1 }
const durable = { ...plain, durable: 1 }
const repeated = { ...plain, duplicate: 1 }
const repeatedDurable = { ...durable, duplicate: 1 }

/** Dispatches frozen inputs and commands: each once, to its handler, for the session its route belongs to. */
export class Commands {
  readonly #parts: CommandParts
  readonly #intent: Row<Fields>
  readonly #rows: readonly Row<Fields>[]
  readonly #actor: { playerId: string; entity: number; slot: number } = { playerId: '', entity: 0, slot: -1 }
  readonly #handled: number
  readonly #refused: number
  readonly #inputsApplied: number
  readonly #inputsLate: number
  readonly #stale: number

  constructor(parts: CommandParts) {
    this.#parts = parts
    const { game } = parts.world
    this.#intent = game.input.codec.empty()
    this.#rows = game.commands.map((command) => command.codec.empty())
    this.#handled = parts.board.slot('commandsHandled')
    this.#refused = parts.board.slot('commandsRefused')
    this.#inputsApplied = parts.board.slot('inputsApplied')
    this.#inputsLate = parts.board.slot('inputsLate')
    this.#stale = parts.board.slot('recordsStale')
  }

  /** Newest wins. */
  input(body: ByteReader, tick: number): void {
    const { world, board } = this.#parts
    world.guard.require('Commands.input', TickPhase.Apply)
    const session = this.#activeSession(body.u32())
    if (session === null) return
    const seq = body.u32()
    world.game.input.codec.read(body, this.#intent)
    if (body.failed || !session.inputs.advance(seq, tick)) {
      board.add(this.#inputsLate, 1)
      return
    }
    world.game.input.steer(world.motion, session.bodySlot, this.#intent)
    board.add(this.#inputsApplied, 1)
  }

  /** Strictly one by one: repeated ones get the first result, a gap is refused. */
  command(body: ByteReader, tick: number): void {
    this.#parts.world.guard.require('Commands.command', TickPhase.Apply)
    const session = this.#activeSession(body.u32())
    if (session === null) return
    const seq = body.u32()
    const index = body.u8()
    const order = session.commands.classify(seq)
    if (order === 'duplicate') return this.#repeat(session, seq, index)
    if (order === 'gap') return this.#refuse(session, seq, 'sequence_gap')
    session.commands.begin(seq)
    const command = this.#parts.world.game.commands[index]
    if (command === undefined) return this.#finish(session, seq, 'unknown_command')
    const args = this.#rows[index] as Row<Fields>
    command.codec.read(body, args)
    if (body.failed) return this.#finish(session, seq, 'bad_command')
    return this.#run(session, seq, command, args, tick)
  }

  /** Every durable action up to this tick is in the store: now it may be acknowledged. */
  committed(body: ByteReader): void {
    const { world, lane, sessions, outbound, board } = this.#parts
    world.guard.require('Commands.committed', TickPhase.Apply)
    const tick = body.u32()
    for (let pending = lane.takeCommitted(tick); pending !== null; pending = lane.takeCommitted(tick)) {
      board.add(board.slot('durableAcknowledged'), 1)
      const session = sessions.at(pending.sessionSlot)
      if (session.state === 'free' || session.generation !== pending.sessionGeneration) continue
      session.commands.finish(pending.seq, 'ok')
      outbound.result(session, pending.seq, 'ok', durable)
    }
  }

  #run(session: Session, seq: number, command: Command, args: Row<Fields>, tick: number): void {
    const { world, lane, board } = this.#parts
    const isDurable = command.acknowledged === 'durable'
    if (isDurable) {
      const refusal = session.savable ? lane.refusal(command, tick) : 'store_unavailable'
      if (refusal !== null) {
        board.add(board.slot('durableRefused'), 1)
        return this.#finish(session, seq, refusal)
      }
    }
    const code = command.handle(
      world,
      this.#actorOf(session),
      this.#parts.strict === true ? Object.freeze({ ...args }) : args,
    )
    if (code !== 'ok' || !isDurable) return this.#finish(session, seq, code)
    board.add(this.#handled, 1)
    lane.add(session, command, seq, args, tick)
  }

  #finish(session: Session, seq: number, code: string): void {
    this.#parts.board.add(code === 'ok' ? this.#handled : this.#refused, 1)
    session.commands.finish(seq, code)
    this.#parts.outbound.result(session, seq, code, isRetryable(code) ? retryable : plain)
  }

  #refuse(session: Session, seq: number, code: ErrorCode): void {
    this.#parts.board.add(this.#refused, 1)
    this.#parts.outbound.result(session, seq, code, plain)
  }

  /** One still under way is answered when it is done; one long forgotten is only known to have been processed. */
  #repeat(session: Session, seq: number, index: number): void {
    const code = session.commands.resultOf(seq) ?? 'ok'
    if (code === resultPending) return
    const isDurable = code === 'ok' && this.#parts.world.game.commands[index]?.acknowledged === 'durable'
    this.#parts.outbound.result(session, seq, code, isDurable ? repeatedDurable : repeated)
  }

  #activeSession(route: number): Session | null {
    const session = this.#parts.sessions.ofRoute(route)
    if (session !== null && session.state === 'active') return session
    this.#parts.board.add(this.#stale, 1)
    return null
  }

  #actorOf(session: Session): Actor {
    this.#actor.playerId = session.playerId
    this.#actor.entity = session.entity
    this.#actor.slot = session.bodySlot
    return this.#actor
  }
}

function isRetryable(code: string): boolean {
  return code === 'store_unavailable' || code === 'store_busy' ? errorEntry(code).retryable : false
}
