import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Doorbell } from '@worldkeep/kernel'
import type { PlayerState } from '@worldkeep/store'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import {
  createBoards,
  openPersistenceBoard,
  openRecorderBoard,
  openTickBoard,
  openTickDurations,
  type TickBoard,
  tickDurationsMax,
} from '../core/counters.ts'
import { createMailboxes } from '../core/mailboxes.ts'
import type { Inspection } from '../core/tick/inspection.ts'
import { createHttpServer } from '../http/http-server.ts'
import { createMetrics } from '../http/metrics.ts'
import { tokenSecret } from '../http/token-secret.ts'
import { loadGame } from '../threads/load-game.ts'
import type { SharedParts, StoreInfo, ThreadMessage, UnusableReason } from '../threads/thread-data.ts'
import { type NodeConfig, type NodeOptions, parseConfig } from './config.ts'
import { prepareDataDir, prepareRecordFile, privateSocketPath } from './data-dir.ts'
import { judgeHealth, type NodeHealth } from './health.ts'
import { createLogger } from './logging.ts'
import { moduleUrl } from './module-url.ts'
import { recorderDataOf } from './recorder-data.ts'
import { ThreadHandle } from './thread-handle.ts'
import { TickLink } from './tick-link.ts'
import { TickWatch } from './tick-watch.ts'
import { packageVersion } from './version.ts'

/** The node cannot start with what it was given; the message says what to change. */
export class NodeUnusable extends Error {
  override readonly name = 'NodeUnusable'
  readonly reason: UnusableReason

  constructor(reason: UnusableReason, message: string) {
    super(message)
    this.reason = reason
  }
}

export interface StopSummary {
  /** Players written at the end. */
  readonly saved: number
  /** Players that could not be written. */
  readonly unsaved: number
  /** Durable actions committed while the node ran. */
  readonly committedActions: number
  /** Why the node stopped; null when it was asked to. */
  readonly failure: string | null
}

/** A recording can be picked up at any of its checkpoints. */
const recordingCheckpointS = 30

/** Longest wait for each step of an orderly stop. */
const stepPatienceMs = 10_000

/** A node: its threads, their order of start and stop, and what happens when one dies. Built by `startHost`. */
export class Host {
  readonly config: NodeConfig
  readonly version: string
  readonly store: StoreInfo
  readonly port: number
  /** Name of the game that runs here. */
  readonly gameName: string
  readonly metrics: Registry
  /** Resolves when the node has stopped, for whatever reason. */
  readonly stopped: Promise<StopSummary>
  readonly #threads: Threads
  readonly #parts: HostParts
  #resolveStopped: (summary: StopSummary) => void = () => undefined
  #stopping: Promise<StopSummary> | null = null
  #seenTick = -1
  #seenTickAtMs = 0

  constructor(
    parts: HostParts,
    threads: Threads,
    started: { readonly store: StoreInfo; readonly port: number; readonly gameName: string },
  ) {
    this.config = parts.config
    this.version = packageVersion()
    this.store = started.store
    this.port = started.port
    this.gameName = started.gameName
    this.metrics = parts.metrics
    this.#parts = parts
    this.#threads = threads
    this.stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve
    })
  }

  /** What is true at the end of tick `atTick`, or of one soon when that is over, whatever clients have been told. */
  inspect(atTick = 0): Promise<Inspection> {
    return this.#threads.link.inspect(atTick)
  }

  /** How long each of the last `count` ticks took, oldest first, milliseconds; at most `tickDurationsMax` of them. */
  tickDurationsMs(count: number): Float32Array {
    const durations = openTickDurations(this.#parts.shared.boards)
    const ticks = this.#parts.tickBoard.read('ticks')
    const first = Math.max(0, ticks - Math.min(count, tickDurationsMax))
    return Float32Array.from(
      { length: ticks - first },
      (_, i) => durations[(first + i) & (tickDurationsMax - 1)] as number,
    )
  }

  /** The system's ids of the node's threads, to see who uses the processor; null where the system tells none. */
  threadIds(): { readonly [thread in 'tick' | 'gateway' | 'persistence' | 'recorder']: number | null } {
    const { tick, gateway, persistence, recorder } = this.#threads
    return {
      tick: tick.osThreadId,
      gateway: gateway.osThreadId,
      persistence: persistence.osThreadId,
      recorder: recorder?.osThreadId ?? null,
    }
  }

  board(): TickBoard {
    return this.#parts.tickBoard
  }

  async health(): Promise<NodeHealth> {
    const tick = this.#parts.tickBoard.read('tick')
    const nowMs = Date.now()
    if (tick !== this.#seenTick) {
      this.#seenTick = tick
      this.#seenTickAtMs = nowMs
    }
    const storeLatencyMs = await this.#threads.persistence.ask({ kind: 'pingStore' }).then(
      (ms) => ms as number,
      () => null,
    )
    return judgeHealth({
      tickAdvances: this.#stopping === null && nowMs - this.#seenTickAtMs < 2_000,
      tick,
      tickHz: this.#parts.watch.tickHz(),
      hooks: this.#parts.watch.hooks(),
      lastStall: this.#parts.watch.lastStall,
      storeLatencyMs,
    })
  }

  async loadPlayer(playerId: string): Promise<PlayerState | null> {
    return (await this.#threads.persistence.ask({ kind: 'loadPlayer', playerId })) as PlayerState | null
  }

  /**
   * Stops in order: nobody new, goodbyes and last saves, tick, gateway, store, recorder. Safe to call twice. `failure` says
   * what went wrong, if something did.
   */
  stop(failure: string | null = null): Promise<StopSummary> {
    this.#stopping ??= this.#stopInOrder(failure)
    return this.#stopping
  }

  async #stopInOrder(failure: string | null): Promise<StopSummary> {
    const { tick, gateway, persistence, recorder, link } = this.#threads
    const { log } = this.#parts
    for (const thread of [tick, gateway, persistence, recorder]) thread?.expectEnd()
    this.#parts.watch.stop()
    log.info({ service: 'host', failure }, 'stopping')
    gateway.tell({ kind: 'refuseNew' })
    // A tick thread that died mid-tick left a world nobody may save: its players keep what was saved before.
    const inWorld = this.#parts.tickBoard.read('sessions')
    const report = tick.hasDied() ? { saved: 0, unsaved: inWorld } : await link.stop(stepPatienceMs)
    await tick.end(stepPatienceMs)
    recorder?.tell({ kind: 'stop' })
    gateway.tell({ kind: 'stop' })
    await gateway.end(stepPatienceMs)
    persistence.tell({ kind: 'stop' })
    const storeClosed = (await persistence.end(stepPatienceMs)) && !persistence.hasDied()
    await recorder?.end(stepPatienceMs)
    link.close()
    await this.#parts.http.close()
    await rm(this.#parts.hostSocketPath, { force: true })
    const { saved: handedOver, unsaved: kept } = report ?? { saved: 0, unsaved: inWorld }
    const saved = storeClosed ? handedOver : 0
    const unsaved = kept + handedOver - saved
    const committedActions = openPersistenceBoard(this.#parts.shared.boards).read('committedActions')
    const summary = { saved, unsaved, committedActions, failure }
    log.info({ service: 'host', ...summary }, 'stopped')
    this.#resolveStopped(summary)
    return summary
  }
}

interface HostParts {
  readonly config: NodeConfig
  readonly shared: SharedParts
  readonly log: Logger
  readonly http: FastifyInstance
  readonly hostSocketPath: string
  readonly watch: TickWatch
  readonly metrics: Registry
  readonly tickBoard: TickBoard
}

interface Threads {
  readonly tick: ThreadHandle
  readonly gateway: ThreadHandle
  readonly persistence: ThreadHandle
  /** Null: nothing is recorded. */
  readonly recorder: ThreadHandle | null
  readonly link: TickLink
}

/**
 * Starts a node: persistence and recorder, then tick, then HTTP and gateway, so that whoever gets in finds everything
 * there. Throws `ConfigError`, `GameUnusable` or `NodeUnusable`, whose messages say what to change.
 */
export async function startHost(options: NodeOptions): Promise<Host> {
  const parsed = parseConfig(options)
  const config = {
    ...parsed,
    dataDir: await prepareDataDir(parsed.dataDir),
    recordFile: parsed.recordFile === null ? null : await prepareRecordFile(parsed.recordFile),
  }
  const startedAt = new Date().toISOString()
  const log = createLogger(config.logLevel)
  const gameModule = { url: moduleUrl(config.game), options: config.gameOptions }
  const game = await loadGame(gameModule)
  const secret = await tokenSecret(config.dataDir, config.tokenSecret)
  const shared: SharedParts = {
    config: config.core,
    mailboxes: createMailboxes(),
    boards: createBoards(),
    doorbells: {
      gateway: Doorbell.create(),
      persistence: Doorbell.create(),
      host: Doorbell.create(),
      recorder: Doorbell.create(),
    },
    game: gameModule,
  }
  const recorderData = config.record === 'off' ? null : recorderDataOf({ config, game, gameModule, startedAt })
  let host: Host | null = null
  const onDeath = (name: string, reason: string): void => {
    log.error({ service: 'host', thread: name, reason }, 'a thread has died; the node stops')
    void host?.stop(`the ${name} thread has died: ${reason}`)
  }
  const start = (name: string, file: string, data: object, onItsDeath = onDeath): ThreadHandle =>
    new ThreadHandle(name, new URL(file, import.meta.url), { ...shared, ...data }, { log, onDeath: onItsDeath })

  const persistence = start('persistence', '../threads/persistence-thread.js', {
    storeUrl: config.store,
    dataDir: config.dataDir,
  })
  const store = (await readyOf(persistence)).store as StoreInfo
  log.info({ service: 'persistence', ...store }, 'store open')

  const goOnWithout = (thread: string, reason: string): void => {
    const board = openRecorderBoard(shared.boards)
    board.add(board.slot('deaths'), 1)
    log.error({ service: 'host', thread, reason }, 'the flight recorder has died; the node goes on without it')
  }
  const recorder =
    recorderData === null ? null : start('recorder', '../threads/recorder-thread.js', recorderData, goOnWithout)
  // Its death has been said already.
  await recorder?.firstWord().catch(() => undefined)

  const link = new TickLink(shared.mailboxes, shared.doorbells.host, log)
  void link.run()
  const tick = start('tick', '../threads/tick-thread.js', {
    maxCatchUpTicks: config.maxCatchUpTicks,
    checkpointIntervalTicks: config.record === 'on' ? recordingCheckpointS * config.core.tickHz : null,
  })

  const watch = new TickWatch({
    boards: shared.boards,
    systems: game.systems.map(({ name }) => name),
    tickHz: config.core.tickHz,
    watchdogMs: config.watchdogMs,
    log: log.child({ service: 'host' }),
  })
  const metrics = createMetrics(shared.boards, shared.mailboxes, watch)
  const requireHost = (): Host => {
    if (host === null) throw new Error('the node is still starting')
    return host
  }
  const http = await createHttpServer({
    game,
    version: packageVersion(),
    startedAt,
    tickHz: config.core.tickHz,
    tokenSecret: secret,
    webDir: config.web === null ? null : resolve(config.web),
    log: log.child({ service: 'http' }),
    metrics,
    loadPlayer: (playerId) => requireHost().loadPlayer(playerId),
    health: () => requireHost().health(),
  })
  const hostSocketPath = await privateSocketPath(config.dataDir)
  await http.listen({ path: hostSocketPath })

  const gateway = start('gateway', '../threads/gateway-thread.js', {
    host: config.host,
    port: config.port,
    hostSocketPath,
    tokenSecret: secret,
  })
  const parts = { config, shared, log, http, hostSocketPath, metrics, tickBoard: openTickBoard(shared.boards), watch }
  const threads = { tick, gateway, persistence, recorder, link }
  try {
    const [{ port }, { hooks }] = await Promise.all([readyOf(gateway), readyOf(tick)])
    watch.start(hooks ?? [])
    host = new Host(parts, threads, { store, port: port ?? config.port, gameName: game.name })
  } catch (error) {
    await new Host(parts, threads, { store, port: 0, gameName: game.name }).stop(String(error))
    throw error
  }
  log.info({ service: 'gateway', host: config.host, port: host.port }, 'listening')
  return host
}

async function readyOf(thread: ThreadHandle): Promise<Extract<ThreadMessage, { kind: 'ready' }>> {
  const word = await thread.firstWord()
  if (word.kind === 'unusable') throw new NodeUnusable(word.reason, word.message)
  return word
}
