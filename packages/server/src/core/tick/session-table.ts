import { assert, type ByteReader, ByteWriter } from '@worldkeep/kernel'
import {
  CommandSequence,
  InputSequence,
  nextSessionState,
  type SessionEvent,
  type SessionState,
  sessionStates,
} from '@worldkeep/session'
import { type TickGuard, TickPhase } from '@worldkeep/world'
import { documentsBytesMax, outboxBytesMax } from '../limits.ts'
import { noRoute, type Route, slotOfRoute } from '../mailboxes.ts'

/** One player's stay. Lives in the table for ever and is handed out again. */
export class Session {
  readonly slot: number
  state: SessionState = 'free'
  /** Grows with every use, so that an answer for an earlier use is not taken for this one's. */
  generation = 0
  playerId = ''
  name = ''
  sessionId = ''
  resumeToken = ''
  route: Route = noRoute
  /** Handle and slot of the body; 0 and -1 before there is one. */
  entity = 0
  bodySlot = -1
  readonly inputs = new InputSequence()
  readonly commands = new CommandSequence()
  /** Input acknowledgement told last, and the tick it was told in. */
  ackSent = 0
  ackSentTick = 0
  /** Tick of the frame that the next one builds on, 0 for none. */
  frameTick = 0
  graceEndsTick = 0
  saveDueTick = 0
  revision = 0
  documents = ''
  /** False: what is stored of this player could not be read, so nothing may be written over it. */
  savable = true
  /** Messages that ride in the next frame. */
  readonly outbox = ByteWriter.ofSize(outboxBytesMax)
  outboxCount = 0
  /** An answer to a command found no room anywhere. Decides only about the connection, never about the world. */
  answerLost = false

  constructor(slot: number) {
    this.slot = slot
  }

  /** Steps along the table of `lifecycle.ts`; an event without meaning here is our bug. */
  step(event: SessionEvent): void {
    const next = nextSessionState(this.state, event)
    assert(next !== null, `session ${this.state}: no ${event}`)
    this.state = next as SessionState
  }

  isConnected(): boolean {
    return this.route !== noRoute
  }

  clearOutbox(): void {
    this.outbox.reset()
    this.outboxCount = 0
  }
}

/** Connections come to their sessions while commands are applied, or with a checkpoint; they go at a stop too. */
const bindingPhases = TickPhase.Boot | TickPhase.Apply

/** All sessions of the node, by slot, by player and by route. Iterated in slot order. */
export class SessionTable {
  readonly max: number
  readonly #guard: TickGuard
  readonly #sessions: readonly Session[]
  readonly #byPlayer = new Map<string, Session>()
  readonly #routes: Uint32Array
  readonly #sessionOfRoute: Int32Array
  #freeFrom = 0
  count = 0

  constructor(options: {
    readonly sessionsMax: number
    readonly connectionsMax: number
    readonly guard: TickGuard
  }) {
    this.#guard = options.guard
    this.max = options.sessionsMax
    this.#sessions = Array.from({ length: options.sessionsMax }, (_, slot) => new Session(slot))
    this.#routes = new Uint32Array(options.connectionsMax)
    this.#sessionOfRoute = new Int32Array(options.connectionsMax).fill(-1)
  }

  at(slot: number): Session {
    return this.#sessions[slot] as Session
  }

  ofPlayer(playerId: string): Session | null {
    return this.#byPlayer.get(playerId) ?? null
  }

  /** Players with a session: as many as there are sessions. */
  playersCount(): number {
    return this.#byPlayer.size
  }

  /** Whose messages come over this route: null for a route that is gone or was never bound. */
  ofRoute(route: number): Session | null {
    const connection = slotOfRoute(route)
    if (this.#routes[connection] !== route) return null
    const slot = this.#sessionOfRoute[connection] as number
    return slot < 0 ? null : this.at(slot)
  }

  /** Who is bound to the slot of this route, over whatever route. */
  onSlotOf(route: number): Session | null {
    const slot = this.#sessionOfRoute[slotOfRoute(route)] ?? -1
    return slot < 0 ? null : this.at(slot)
  }

  /** A free session for a player that has none, or null when the world is full. */
  claim(playerId: string): Session | null {
    this.#guard.require('SessionTable.claim', TickPhase.Apply)
    assert(!this.#byPlayer.has(playerId), 'a player has one session')
    for (let i = 0; i < this.max && this.count < this.max; i++) {
      const session = this.at((this.#freeFrom + i) % this.max)
      if (session.state !== 'free') continue
      this.#freeFrom = (session.slot + 1) % this.max
      this.#reset(session, playerId)
      this.#byPlayer.set(playerId, session)
      this.count++
      return session
    }
    return null
  }

  bind(session: Session, route: Route): void {
    this.#guard.require('SessionTable.bind', bindingPhases)
    this.unbind(session)
    session.route = route
    this.#routes[slotOfRoute(route)] = route
    this.#sessionOfRoute[slotOfRoute(route)] = session.slot
  }

  unbind(session: Session): void {
    this.#guard.require('SessionTable.unbind', bindingPhases | TickPhase.Stop)
    if (session.route === noRoute) return
    const connection = slotOfRoute(session.route)
    if (this.#routes[connection] === session.route) this.#sessionOfRoute[connection] = -1
    session.route = noRoute
  }

  /** After the last step to `free`. */
  release(session: Session): void {
    this.#guard.require('SessionTable.release', TickPhase.Apply)
    assert(session.state === 'free', 'release: the session is in use')
    this.unbind(session)
    this.#byPlayer.delete(session.playerId)
    session.clearOutbox()
    session.playerId = ''
    session.resumeToken = ''
    session.documents = ''
    this.count--
  }

  stateBytesMax(): number {
    return 8 + this.max * 4 + this.count * sessionBytesMax
  }

  writeState(writer: ByteWriter): void {
    writer.u32(this.#freeFrom)
    for (let slot = 0; slot < this.max; slot++) writer.u16(this.at(slot).generation)
    writer.u32(this.count)
    for (let slot = 0; slot < this.max; slot++) {
      const session = this.at(slot)
      if (session.state !== 'free') writeSession(writer, session)
    }
  }

  /** Into an empty table of the same size. */
  readState(reader: ByteReader): void {
    this.#freeFrom = reader.u32()
    for (const session of this.#sessions) session.generation = reader.u16()
    for (let left = reader.u32(); left > 0 && !reader.failed; left--) {
      const session = this.#sessions[reader.u32()]
      if (session === undefined) return reader.fail()
      const route = readSession(reader, session)
      this.#byPlayer.set(session.playerId, session)
      this.count++
      if (route !== noRoute) this.bind(session, route)
    }
    return undefined
  }

  #reset(session: Session, playerId: string): void {
    session.generation = (session.generation + 1) & 0xffff
    session.playerId = playerId
    session.entity = 0
    session.bodySlot = -1
    session.revision = 0
    session.documents = ''
    session.savable = true
    session.ackSent = 0
    session.frameTick = 0
    session.answerLost = false
    session.inputs.reset()
    session.commands.reset()
    session.clearOutbox()
  }
}

/** Ids, names and tokens as the mailboxes bound them, and the longest documents. */
const sessionBytesMax = 1024 + documentsBytesMax

function writeSession(writer: ByteWriter, session: Session): void {
  writer.u32(session.slot)
  writer.u8(sessionStates.indexOf(session.state))
  writer.text(session.playerId)
  writer.text(session.name)
  writer.text(session.sessionId)
  writer.text(session.resumeToken)
  writer.u32(session.route)
  writer.u32(session.entity)
  writer.i32(session.bodySlot)
  writer.u32(session.inputs.acked)
  writer.u32(session.inputs.ackedTick)
  session.commands.writeState(writer)
  writer.u32(session.graceEndsTick)
  writer.u32(session.saveDueTick)
  writer.u32(session.revision)
  writer.text(session.documents)
  writer.u8(session.savable ? 1 : 0)
}

/** Everything but the route, which it returns. */
function readSession(reader: ByteReader, session: Session): Route {
  session.state = sessionStates[reader.u8()] ?? 'free'
  session.playerId = reader.text(documentsBytesMax)
  session.name = reader.text(documentsBytesMax)
  session.sessionId = reader.text(documentsBytesMax)
  session.resumeToken = reader.text(documentsBytesMax)
  const route = reader.u32() as Route
  session.entity = reader.u32()
  session.bodySlot = reader.i32()
  session.inputs.acked = reader.u32()
  session.inputs.ackedTick = reader.u32()
  session.commands.readState(reader)
  session.graceEndsTick = reader.u32()
  session.saveDueTick = reader.u32()
  session.revision = reader.u32()
  session.documents = reader.text(documentsBytesMax)
  session.savable = reader.u8() === 1
  return route
}
