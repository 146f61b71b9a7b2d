import { type ByteReader, type Clock, type Doorbell, RingReader, RingWriter } from '@worldkeep/kernel'
import { type Game, type Hook, Pipeline, Pulse, TickPhase, World } from '@worldkeep/world'
import type { CoreConfig } from '../core-config.ts'
import type { TickBoard, TickCounter } from '../counters.ts'
import { frozenRecordsMax } from '../limits.ts'
import { type Mailboxes, RecordKind } from '../mailboxes.ts'
import { Commands } from './commands.ts'
import { readCoreCheckpoint } from './core-checkpoint.ts'
import { DurableLane } from './durable-lane.ts'
import { FlightRecorder, skippedInputs } from './flight-recorder.ts'
import { FrozenInputs } from './frozen-inputs.ts'
import { HostEvents } from './host-events.ts'
import { HostRequests } from './host-requests.ts'
import { JobsOutbox } from './jobs-outbox.ts'
import { Joins } from './joins.ts'
import { Outbound } from './outbound.ts'
import { PlayerSaves } from './player-saves.ts'
import { requiredHooks } from './required-hooks.ts'
import { SessionTable } from './session-table.ts'
import { TickMeter } from './tick-meter.ts'
import { TickRunner } from './tick-runner.ts'

export interface TickCoreParts {
  readonly game: Game
  readonly config: CoreConfig
  readonly mailboxes: Mailboxes
  readonly board: TickBoard
  /** Where each tick's duration is kept, for who wants them exactly. */
  readonly tickDurations?: Float32Array
  /** Where others see what the tick is at; left out: nowhere. */
  readonly pulse?: Pulse
  /** Where the flight recorder writes; left out: nothing is recorded. */
  readonly recording?: { readonly ring: RingWriter; readonly checkpointIntervalTicks: number }
  /** `checkpoint`: the world stays empty until `restore`. */
  readonly startsFrom?: 'boot' | 'checkpoint'
  /** For tests: what may not be written to is frozen, and what may not be read any more is overwritten. */
  readonly strict?: boolean
  /** Only for measuring: no decision of a tick depends on it. */
  readonly clock: Clock
  readonly connectionsMax: number
  /** Who sleeps at the other end; null where one thread does everything. */
  readonly doorbells: {
    readonly gateway: Doorbell | null
    readonly persistence: Doorbell | null
    readonly host: Doorbell | null
  }
}

/**
 * The tick thread without its thread: all that happens in one tick, from mailbox to mailbox. Owns the world and the
 * sessions; knows neither sockets nor databases nor time. A driver calls `tick` at its deadlines, a simulator whenever
 * it likes.
 */
export class TickCore {
  readonly world: World
  readonly sessions: SessionTable
  readonly outbound: Outbound
  readonly pipeline: Pipeline
  readonly events: HostEvents
  readonly meter: TickMeter
  readonly requests: HostRequests
  readonly #config: CoreConfig
  readonly #board: TickBoard
  readonly #frozen = new FrozenInputs()
  readonly #lifecycle: RingReader
  readonly #inbound: RingReader
  readonly #results: RingReader
  readonly #handshakes: RingReader
  readonly #jobs: JobsOutbox
  readonly #lane: DurableLane
  readonly #saves: PlayerSaves
  readonly #joins: Joins
  readonly #commands: Commands
  readonly #snapshotEveryTicks: number
  readonly #recorder: FlightRecorder | null
  readonly #runner: TickRunner
  /** Records that a skipped tick had taken in already: they wait for this one. */
  #carried = 0
  #isReplay = false
  #answersLeft = 0

  constructor(parts: TickCoreParts) {
    const { game, config, mailboxes, board, doorbells } = parts
    this.#config = config
    this.#board = board
    const pulse = parts.pulse ?? new Pulse()
    this.world = new World(game, {
      tickHz: config.tickHz,
      seed: config.seed,
      shownPerCellMax: config.viewEntitiesMax,
      pulse,
    })
    const { guard } = this.world
    const { sessionsMax } = config
    this.sessions = new SessionTable({ sessionsMax, connectionsMax: parts.connectionsMax, guard })
    this.events = new HostEvents(new RingWriter(mailboxes.events, doorbells.host), board)
    this.#lifecycle = new RingReader(mailboxes.lifecycle, { poison: parts.strict === true })
    this.#inbound = new RingReader(mailboxes.inbound, { poison: parts.strict === true })
    this.#results = new RingReader(mailboxes.results, { poison: parts.strict === true })
    this.#handshakes = new RingReader(mailboxes.handshakes, { poison: parts.strict === true })
    this.requests = new HostRequests(mailboxes.requests, this.events)
    this.#jobs = new JobsOutbox(new RingWriter(mailboxes.jobs, doorbells.persistence))
    this.outbound = new Outbound({
      world: this.world,
      ring: new RingWriter(mailboxes.outbound, doorbells.gateway),
      config,
      board,
      clock: parts.clock,
    })
    this.#saves = new PlayerSaves(this.world, this.#jobs, board, config)
    this.#lane = new DurableLane(this.#saves.saved, this.#jobs, board, guard)
    const shared = { world: this.world, sessions: this.sessions, outbound: this.outbound, board }
    this.#joins = new Joins({ ...shared, saves: this.#saves, jobs: this.#jobs, events: this.events, config })
    this.#commands = new Commands({ ...shared, lane: this.#lane, strict: parts.strict === true })
    this.#snapshotEveryTicks = Math.max(1, Math.round(config.tickHz / config.snapshotHz))
    this.pipeline = new Pipeline([...this.#hooks(), ...this.#gameHooks()], requiredHooks, {
      clock: parts.clock,
      guard,
      pulse,
    })
    this.#runner = new TickRunner({
      pipeline: this.pipeline,
      world: this.world,
      pulse,
      events: this.events,
      board,
      onFault: (tick) => this.#recorder?.recordFault(tick, this.#frozen),
    })
    this.meter = new TickMeter(board, {
      pipeline: this.pipeline,
      clock: parts.clock,
      tickHz: config.tickHz,
      durations: parts.tickDurations ?? null,
    })
    const state = { world: this.world, sessions: this.sessions, lane: this.#lane }
    this.#recorder =
      parts.recording === undefined ? null : new FlightRecorder(parts.recording.ring, state, parts.recording)
    if (parts.startsFrom !== 'checkpoint') this.#boot()
  }

  /** One tick, from mailboxes to mailboxes. */
  tick(): void {
    this.world.guard.require('TickCore.tick', TickPhase.Closed)
    this.meter.begin()
    this.requests.poll()
    if (this.#carried === 0) this.#frozen.clear()
    this.#runTick()
  }

  /** Instead of the boot: goes on from a recorded state. False: it is not one of this game, seed and configuration. */
  restore(checkpoint: ByteReader): boolean {
    const state = { world: this.world, sessions: this.sessions, lane: this.#lane }
    return this.world.guard.during(TickPhase.Boot, () => readCoreCheckpoint(state, checkpoint))
  }

  /** One tick with recorded inputs. What it says into mailboxes is for nobody, and must be drained. */
  replay(records: readonly { readonly kind: number; readonly bytes: Uint8Array }[]): void {
    this.meter.begin()
    this.#frozen.clear()
    for (const { kind, bytes } of records) {
      this.#frozen.begin(bytes.byteLength).raw(bytes)
      this.#frozen.end(kind)
    }
    this.#isReplay = true
    this.#runTick()
    this.#isReplay = false
  }

  #runTick(): void {
    this.world.beginTick()
    const tick = this.world.tick()
    const skips = this.#isReplay && this.#frozen.count === 1 && this.#frozen.kindOf(0) === RecordKind.PollFault
    if (skips) this.#runner.skip()
    const ran = !skips && this.#runner.run(tick)
    if (ran) this.#count('recordsFrozen', this.#frozen.count)
    else this.#recordSkipped(tick)
    this.#carried = ran ? 0 : this.#frozen.count
    this.requests.answer(this)
    this.events.ring.publish()
    this.#publishGauges()
    this.meter.end()
  }

  /** What this tick had taken in already stays, and is applied in the next one. */
  #recordSkipped(tick: number): void {
    this.#hashState()
    this.#recorder?.record(tick, skippedInputs)
  }

  /** Says goodbye to everybody and saves them. False while a mailbox is too full: call again after a moment. */
  tryStop(): boolean {
    const { sessions, world } = this
    world.guard.require('TickCore.tryStop', TickPhase.Closed)
    world.guard.enter(TickPhase.Stop)
    this.#frozen.clear()
    this.#pollRoom()
    this.#allowRoom()
    let unsaved = 0
    let saved = 0
    for (let slot = 0; slot < sessions.max; slot++) {
      const session = sessions.at(slot)
      if (session.state === 'free') continue
      if (session.isConnected()) {
        this.outbound.refuse(session.route, 'going_away')
        sessions.unbind(session)
      }
      if (session.bodySlot < 0) continue
      if (this.#saves.save(session)) {
        session.savable = false
        saved++
      } else {
        unsaved++
      }
    }
    const flushed = this.#lane.flush()
    this.outbound.endTick(this.world.tick())
    this.#jobs.publish()
    world.guard.leave()
    this.#savedAtStop += saved
    return unsaved === 0 && flushed
  }

  #savedAtStop = 0

  /** Tells the host how the stop went. */
  reportStopped(options: { readonly complete: boolean }): void {
    let unsaved = 0
    if (!options.complete) {
      for (let slot = 0; slot < this.sessions.max; slot++) {
        const session = this.sessions.at(slot)
        if (session.state !== 'free' && session.savable && session.bodySlot >= 0) unsaved++
      }
    }
    this.events.stopped({ saved: this.#savedAtStop, unsaved })
    this.events.ring.publish()
  }

  #boot(): void {
    const { world } = this
    world.guard.enter(TickPhase.Boot)
    world.game.start?.(world)
    world.commitSpace()
    world.guard.leave()
    this.#recorder?.begin(world.tick())
  }

  #hooks(): readonly Hook[] {
    return [
      { name: 'room', stage: 'poll', order: 5, run: () => this.#pollRoom() },
      { name: 'lifecycle mailbox', stage: 'poll', order: 10, run: () => this.#take(this.#lifecycle, frozenRecordsMax) },
      { name: 'inbound freeze', stage: 'poll', order: 20, run: () => this.#take(this.#inbound, frozenRecordsMax) },
      { name: 'persistence results', stage: 'poll', order: 30, run: () => this.#pollResults() },
      { name: 'handshake mailbox', stage: 'poll', order: 40, run: () => this.#pollHandshakes() },
      { name: 'lifecycle', stage: 'apply', order: 10, run: (tick) => this.#applyLifecycle(tick) },
      { name: 'persistence completion', stage: 'apply', order: 20, run: (tick) => this.#applyResults(tick) },
      { name: 'handshakes', stage: 'apply', order: 30, run: (tick) => this.#applyHandshakes(tick) },
      { name: 'commands', stage: 'apply', order: 40, run: (tick) => this.#applyCommands(tick) },
      { name: 'systems', stage: 'simulate', order: 10, run: () => this.world.runSystems() },
      { name: 'space', stage: 'extract', order: 10, run: () => this.world.commitSpace() },
      { name: 'state hash', stage: 'extract', order: 20, run: () => this.#hashState() },
      { name: 'durable lane', stage: 'send', order: 10, run: (tick) => this.#sendDurable(tick) },
      { name: 'replication', stage: 'send', order: 20, run: (tick) => this.#replicate(tick) },
      { name: 'flight recorder', stage: 'send', order: 90, run: (tick) => this.#recorder?.record(tick, this.#frozen) },
    ]
  }

  #gameHooks(): readonly Hook[] {
    const { world } = this
    return (world.game.hooks ?? []).map((hook) => ({ ...hook, run: (tick) => hook.run(world, tick) }))
  }

  /** In a replay the inputs are given, and the mailboxes stay as they are. */
  #take(ring: RingReader, most: number): void {
    if (this.#isReplay) return
    this.#frozen.take(ring, most)
    if (!ring.isEmpty() && this.#frozen.isFullFor(ring)) this.#count('freezesDeferred', 1)
  }

  #pollRoom(): void {
    if (this.#isReplay) return
    this.#jobs.look(this.#frozen.begin(8))
    this.#frozen.end(RecordKind.Room)
  }

  /** No more than can be answered: a loaded player is told so. */
  #pollResults(): void {
    this.#answersLeft = Math.max(0, this.outbound.answersRoom() - this.#carried)
    const before = this.#frozen.count
    this.#take(this.#results, this.#answersLeft)
    this.#answersLeft -= this.#frozen.count - before
  }

  #pollHandshakes(): void {
    this.#take(this.#handshakes, Math.min(this.#config.handshakesPerTickMax, this.#answersLeft))
    if (!this.#handshakes.isEmpty()) this.#count('handshakesDeferred', 1)
  }

  #applyLifecycle(tick: number): void {
    this.#allowRoom()
    this.#joins.expire(tick)
    for (let i = 0; i < this.#frozen.count; i++) {
      const kind = this.#frozen.kindOf(i)
      if (kind === RecordKind.Dropped || kind === RecordKind.Left) this.#count('disconnectsApplied', 1)
      else if (kind !== RecordKind.RefreshWanted) continue
      this.#count('lifecycleApplied', 1)
      if (kind === RecordKind.Dropped) this.#joins.dropped(this.#frozen.select(i).u32(), tick)
      else if (kind === RecordKind.Left) this.#joins.left(this.#frozen.select(i).u32())
      else if (kind === RecordKind.RefreshWanted) this.#refresh(this.#frozen.select(i))
    }
  }

  #allowRoom(): void {
    for (let i = 0; i < this.#frozen.count; i++) {
      if (this.#frozen.kindOf(i) === RecordKind.Room) this.#jobs.allow(this.#frozen.select(i))
    }
  }

  #applyResults(tick: number): void {
    for (let i = 0; i < this.#frozen.count; i++) {
      const kind = this.#frozen.kindOf(i)
      if (kind === RecordKind.Loaded) this.#joins.loaded(this.#frozen.select(i), tick)
      else if (kind === RecordKind.Committed) this.#commands.committed(this.#frozen.select(i))
      else if (kind === RecordKind.StoreState) this.#lane.available = this.#frozen.select(i).u8() === 1
    }
  }

  #applyHandshakes(tick: number): void {
    for (let i = 0; i < this.#frozen.count; i++) {
      if (this.#frozen.kindOf(i) === RecordKind.Handshake) this.#joins.handshake(this.#frozen.select(i), tick)
    }
  }

  #applyCommands(tick: number): void {
    for (let i = 0; i < this.#frozen.count; i++) {
      const kind = this.#frozen.kindOf(i)
      if (kind === RecordKind.Input) this.#commands.input(this.#frozen.select(i), tick)
      else if (kind === RecordKind.Command) this.#commands.command(this.#frozen.select(i), tick)
    }
  }

  #hashState(): void {
    const hash = this.world.hashState()
    this.#board.set(this.#board.slot('stateHashLow'), hash.low())
    this.#board.set(this.#board.slot('stateHashHigh'), hash.high())
  }

  #sendDurable(tick: number): void {
    if (this.#lane.isOpen(tick)) this.#saves.joinBatch(this.sessions, this.#lane, tick)
    this.#lane.flush()
    this.#saves.saveDue(this.sessions, tick)
    this.#jobs.publish()
  }

  #replicate(tick: number): void {
    this.outbound.beginTick(tick)
    if (tick % this.#snapshotEveryTicks === 0) {
      for (let slot = 0; slot < this.sessions.max; slot++) {
        const session = this.sessions.at(slot)
        if (session.state === 'active') this.outbound.frame(session, tick)
      }
    }
    this.outbound.endTick(tick)
  }

  #refresh(body: ByteReader): void {
    const session = this.sessions.ofRoute(body.u32())
    if (session !== null) this.outbound.goOnFrom(session, body.u32())
  }

  #count(name: TickCounter, amount: number): void {
    this.#board.add(this.#board.slot(name), amount)
  }

  #publishGauges(): void {
    const board = this.#board
    let grace = 0
    for (let slot = 0; slot < this.sessions.max; slot++) if (this.sessions.at(slot).state === 'grace') grace++
    board.set(board.slot('sessions'), this.sessions.count)
    board.set(board.slot('sessionsInGrace'), grace)
    board.set(board.slot('entities'), this.world.entities.count)
    board.set(board.slot('entitiesRefused'), this.world.entities.refusedCount)
    board.set(board.slot('tombstonesForgotten'), this.world.tombstones.forgottenCount)
    board.set(board.slot('slicesDeferred'), this.world.slices.deferredCount)
    board.set(board.slot('slicesRefused'), this.world.slices.refusedCount)
    board.set(board.slot('segmentsEncoded'), this.outbound.encoder.encodedCount)
    board.set(board.slot('segmentsReused'), this.outbound.encoder.reusedCount)
    board.set(board.slot('viewsRefreshed'), this.outbound.views.refreshedCount)
    board.set(board.slot('viewsRewound'), this.outbound.views.rewoundCount)
    board.set(board.slot('cellsWithheld'), this.outbound.emitter.withheldCount)
    board.set(board.slot('privateRefused'), this.outbound.emitter.own.refusedCount)
  }
}
