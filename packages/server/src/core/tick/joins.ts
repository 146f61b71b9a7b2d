import { assert, type ByteReader } from '@worldkeep/kernel'
import { encodeMessage, playerIdBytesMax, ServerJoinAck } from '@worldkeep/wire'
import { TickPhase, type World, type Zone } from '@worldkeep/world'
import type { CoreConfig } from '../core-config.ts'
import type { TickBoard } from '../counters.ts'
import { LoadStatus, LogLevel, noRoute, RecordKind, type Route } from '../mailboxes.ts'
import { type PlayerRecord, readPlayerRecord } from '../player-record.ts'
import type { HostEvents } from './host-events.ts'
import type { JobsOutbox } from './jobs-outbox.ts'
import type { Outbound } from './outbound.ts'
import type { PlayerSaves } from './player-saves.ts'
import type { Session, SessionTable } from './session-table.ts'

/** What a joining connection has proven and wants; already verified off the tick. */
interface Handshake {
  readonly route: Route
  readonly sessionId: string
  readonly playerId: string
  readonly name: string
  readonly resume: string
  readonly nextResume: string
  /** Tick of the last frame the client has applied to the view it still has, 0 for none. */
  readonly viewTick: number
}

export interface JoinParts {
  readonly world: World
  readonly sessions: SessionTable
  readonly outbound: Outbound
  readonly saves: PlayerSaves
  readonly jobs: JobsOutbox
  readonly events: HostEvents
  readonly config: CoreConfig
  readonly board: TickBoard
}

/**
 * Coming and going: handshake, load, body, resume, grace, leave. Each handshake gets exactly one answer, an acceptance
 * or a refusal.
 */
export class Joins {
  readonly #parts: JoinParts

  constructor(parts: JoinParts) {
    this.#parts = parts
  }

  /** A verified connection wants in. */
  handshake(body: ByteReader, tick: number): void {
    this.#require('Joins.handshake')
    const handshake = readHandshake(body)
    // The slot of this connection was another's, which has ended, though the tick has yet to hear of it.
    const before = this.#parts.sessions.onSlotOf(handshake.route)
    if (before !== null) this.dropped(before.route, tick)
    const known = this.#parts.sessions.ofPlayer(handshake.playerId)
    if (known === null) this.#acceptNew(handshake)
    else this.#takeOver(known, handshake, tick)
  }

  /** The store has answered for a session in loading. */
  loaded(body: ByteReader, tick: number): void {
    this.#require('Joins.loaded')
    const request = body.u32()
    const status = body.u8()
    const session = this.#sessionOfRequest(request)
    if (session === null) return
    if (status === LoadStatus.Unavailable) {
      this.#fail(session, 'load_failed')
      return
    }
    const record = status === LoadStatus.Found ? readPlayerRecord(body) : null
    session.savable = status !== LoadStatus.Corrupt
    if (!session.savable) {
      this.#parts.events.log(
        LogLevel.Error,
        `player ${session.playerId}: the saved state cannot be read; playing on defaults, nothing will be written over it`,
      )
    }
    if (!this.#embody(session, record)) {
      this.#fail(session, 'server_full')
      return
    }
    session.step('loaded')
    this.#parts.saves.schedule(session, tick)
    this.#acknowledge(session, { resumed: false, tick, viewTick: 0 })
  }

  /** The connection is gone: the body stays for its grace. */
  dropped(route: number, tick: number): void {
    this.#require('Joins.dropped')
    const session = this.#parts.sessions.ofRoute(route)
    if (session === null) return
    session.step('drop')
    this.#parts.sessions.unbind(session)
    session.clearOutbox()
    if (session.state === 'free') {
      this.#parts.sessions.release(session)
      return
    }
    session.graceEndsTick = tick + this.#parts.world.ticksOf(this.#parts.config.graceS)
    this.#parts.world.motion.setVelocity(session.bodySlot, 0, 0)
    this.#parts.saves.save(session)
  }

  /** The player has said goodbye. */
  left(route: number): void {
    this.#require('Joins.left')
    const session = this.#parts.sessions.ofRoute(route)
    if (session === null) return
    this.#parts.sessions.unbind(session)
    this.#remove(session, 'leave')
  }

  /** Graces that are over. One whose save finds no room stays for another tick. */
  expire(tick: number): void {
    this.#require('Joins.expire')
    const { sessions } = this.#parts
    for (let slot = 0; slot < sessions.max; slot++) {
      const session = sessions.at(slot)
      if (session.answerLost) this.#endUnanswered(session)
      if (session.state === 'grace' && session.graceEndsTick <= tick) this.#remove(session, 'expire')
    }
  }

  /** An answer found no room: the connection ends, so that its client comes back and asks again for what is unanswered. */
  #endUnanswered(session: Session): void {
    if (session.isConnected() && !this.#parts.outbound.tryRefuse(session.route, 'queue_full')) return
    session.answerLost = false
  }

  #require(entry: string): void {
    this.#parts.world.guard.require(entry, TickPhase.Apply)
  }

  #acceptNew(handshake: Handshake): void {
    const { sessions, outbound, jobs } = this.#parts
    const session = sessions.claim(handshake.playerId)
    if (session === null) {
      this.#count('handshakesRefused')
      outbound.refuse(handshake.route, 'server_full')
      return
    }
    session.step('accept')
    this.#identify(session, handshake)
    const job = jobs.begin(8 + playerIdBytesMax + 4)
    if (job === null) {
      this.#fail(session, 'queue_full')
      return
    }
    job.u32(requestOf(session))
    job.text(session.playerId)
    jobs.end(RecordKind.Load)
  }

  /** The player is here already: by resume token it is the same session on another connection, else a newer login wins. */
  #takeOver(session: Session, handshake: Handshake, tick: number): void {
    const { sessions, outbound, world } = this.#parts
    const resumed = handshake.resume !== '' && handshake.resume === session.resumeToken
    if (session.route !== noRoute) {
      if (session.state === 'loading') this.#count('handshakesRefused')
      outbound.refuse(session.route, 'superseded')
      sessions.unbind(session)
      session.clearOutbox()
    }
    session.step('rebind')
    if (!resumed) {
      session.inputs.reset()
      session.commands.reset()
      session.generation = (session.generation + 1) & 0xffff
    }
    this.#identify(session, handshake, { keepSession: resumed })
    if (session.state === 'loading') {
      this.#reload(session)
      return
    }
    if (!resumed) world.motion.setVelocity(session.bodySlot, 0, 0)
    world.game.player.rename?.(world, session.bodySlot, session.name)
    this.#acknowledge(session, { resumed, tick, viewTick: resumed ? handshake.viewTick : 0 })
  }

  /** A load under way belongs to the generation that asked for it; a newer login asks again. */
  #reload(session: Session): void {
    const job = this.#parts.jobs.begin(8 + playerIdBytesMax + 4)
    if (job === null) {
      this.#fail(session, 'queue_full')
      return
    }
    job.u32(requestOf(session))
    job.text(session.playerId)
    this.#parts.jobs.end(RecordKind.Load)
  }

  #identify(
    session: Session,
    handshake: Handshake,
    options: { readonly keepSession: boolean } = { keepSession: false },
  ): void {
    if (!options.keepSession) session.sessionId = handshake.sessionId
    session.name = handshake.name
    session.resumeToken = handshake.nextResume
    this.#parts.sessions.bind(session, handshake.route)
  }

  /** A body at the saved place, or where the game lets players be born. False: the world is full. */
  #embody(session: Session, record: PlayerRecord | null): boolean {
    const { world, saves } = this.#parts
    const { game } = world
    const savedZone = record === null ? null : world.zone(record.zone)
    let zone = savedZone as Zone
    let xCm = record?.xCm ?? 0
    let zCm = record?.zCm ?? 0
    if (savedZone === null) {
      const birthplace = game.player.birthplace(world)
      zone = world.zone(birthplace.zone) ?? (world.zones[0] as Zone)
      xCm = Math.round(birthplace.xM * 100)
      zCm = Math.round(birthplace.zM * 100)
    }
    const entity = world.spawn(zone, xCm, zCm)
    if (entity === 0) return false
    session.entity = entity
    session.bodySlot = world.slotOf(entity)
    game.player.join(world, session.bodySlot, { playerId: session.playerId, name: session.name })
    session.revision = record?.revision ?? 0
    session.documents = record?.documents ?? ''
    if (record !== null) saves.restore(session.bodySlot, record)
    return true
  }

  #acknowledge(
    session: Session,
    options: { readonly resumed: boolean; readonly tick: number; readonly viewTick: number },
  ): void {
    const { world, outbound, config } = this.#parts
    const zone = world.zoneOfEntity(session.bodySlot)
    const cell = zone.cellAt(world.motion.xCmFloor(session.bodySlot), world.motion.zCmFloor(session.bodySlot))
    outbound.goOnFrom(session, options.viewTick)
    const bytes = encodeMessage(ServerJoinAck, {
      playerId: session.playerId,
      entity: session.entity,
      resumed: options.resumed ? 1 : 0,
      resumeToken: session.resumeToken,
      zone: zone.name,
      zoneSizeM: zone.sizeCm / 100,
      cellM: zone.cellCm / 100,
      firstCell: zone.firstCell,
      cellX: zone.cellX(cell),
      cellZ: zone.cellZ(cell),
      nearRadiusCells: outbound.views.radiusCells,
      blockRadiusCells: outbound.views.blockRadiusCells,
      farEveryTicks: outbound.views.farEverySnapshots * outbound.views.ticksPerSnapshot,
      tick: options.tick,
      tickHz: config.tickHz,
      snapshotHz: config.snapshotHz,
      inputAck: session.inputs.acked,
      commandAck: session.commands.acked,
    })
    const sent = outbound.message(session.route, RecordKind.Accepted, (writer) => writer.raw(bytes), bytes.byteLength)
    assert(sent, 'an answer without room: no more handshakes are taken in than can be answered')
    this.#count('handshakesAccepted')
  }

  #fail(session: Session, code: 'queue_full' | 'server_full' | 'load_failed'): void {
    this.#count('handshakesRefused')
    this.#parts.outbound.refuse(session.route, code)
    session.step('fail')
    this.#parts.sessions.release(session)
  }

  /** Saves, then takes the body out of the world. Without room for the save, nothing happens yet. */
  #remove(session: Session, event: 'leave' | 'expire'): void {
    const { world, sessions, saves, outbound } = this.#parts
    if (!saves.save(session)) {
      if (session.state === 'active') session.step('drop')
      session.graceEndsTick = 0
      return
    }
    if (session.entity !== 0) world.despawn(session.entity)
    outbound.emitter.clear(session.slot)
    session.step(event)
    sessions.release(session)
  }

  #sessionOfRequest(request: number): Session | null {
    const session = this.#parts.sessions.at(request & 0xffff)
    return session !== undefined && session.state === 'loading' && requestOf(session) === request ? session : null
  }

  #count(name: 'handshakesAccepted' | 'handshakesRefused'): void {
    this.#parts.board.add(this.#parts.board.slot(name), 1)
  }
}

function requestOf(session: Session): number {
  return ((session.generation << 16) | session.slot) >>> 0
}

function readHandshake(body: ByteReader): Handshake {
  const route = body.u32() as Route
  const sessionId = body.text(64)
  const playerId = body.text(playerIdBytesMax)
  const name = body.text(64)
  const resume = body.text(64)
  const nextResume = body.text(64)
  const viewTick = body.u32()
  return { route, sessionId, playerId, name, resume, nextResume, viewTick }
}
