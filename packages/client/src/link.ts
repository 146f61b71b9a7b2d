import {
  type EntityView,
  type JoinAck,
  type LeftReason,
  readServerMessage,
  type ServerMessageHandler,
} from '@worldkeep/replication'
import {
  ClientGoodbye,
  ClientHello,
  ClientPing,
  encodeMessage,
  FrameFlag,
  type FrameHeader,
  type MessageRow,
  protocolVersion,
  type ServerResult,
} from '@worldkeep/wire'
import type { Fields, Row } from '@worldkeep/world'
import { connectWebSocket } from '#websocket'
import { backoffDelayMs, backoffMs } from './backoff.ts'
import { type Bootstrap, BootstrapRefused, requestBootstrap } from './bootstrap.ts'
import { CommandQueue, type CommandResult, sessionLost } from './command-queue.ts'
import { errorOf, hopeless, silent, tokenGone, unreachable } from './errors.ts'
import type { LinkOptions } from './link-options.ts'
import { Listeners } from './listeners.ts'
import { type ClientError, type ClientPhase, type ClientStatus, isPhaseChange } from './status.ts'
import { browserStorage, type TokenStorage } from './token-storage.ts'
import { type ClientStats, emptyStats, TrafficMeter } from './traffic-meter.ts'
import type { Transport } from './transport/transport.ts'
import { WorldSession } from './world-session.ts'

const pingIntervalMs = 1_000

/** Wait before commands that found the server's queue full are sent again. */
const resendDelayMs = 200

/** Pings in a row without a word from the server after which the connection is given up: a cut cable says nothing. */
const silentPingsMax = 10

/** From the start of a try to the join acknowledgement. A server waits less long for a connection to join. */
const tryTimeoutMs = 15_000

/**
 * A client's one connection: bootstrap, hello, resume, tries and their pauses, pings, and the commands that must not get
 * lost in between. Everything that touches the network or a timer is here.
 */
export class Link implements ServerMessageHandler {
  readonly changes = new Listeners<[]>()
  readonly entering = new Listeners<[EntityView]>()
  readonly leaving = new Listeners<[EntityView, LeftReason]>()
  /** Just before a frame is applied, with its tick and what it acknowledges, if anything. */
  readonly frames = new Listeners<[number, number | null]>()
  /** The own body belongs to another cell, by the cells' numbers. */
  readonly handovers = new Listeners<[number, number]>()
  /** After an input was sent, with its sequence number. */
  readonly inputs = new Listeners<[number]>()
  session: WorldSession | null = null
  playerId = ''
  playerName = ''
  status: ClientStatus = { phase: 'idle', attempt: 0, attemptsMax: backoffMs.length, retryAtMs: null, error: null }
  stats: ClientStats = emptyStats
  readonly #options: LinkOptions
  readonly #origin: string
  readonly #storage: TokenStorage
  readonly #commands = new CommandQueue()
  readonly #meter = new TrafficMeter()
  #transport: Transport | null = null
  /** Grows with every connection, so that a late event of an earlier one is not taken for this one's. */
  #connectionId = 0
  #resumeToken = ''
  #refusal: ClientError | null = null
  #timers: ReturnType<typeof setInterval>[] = []
  #retryTimer: ReturnType<typeof setTimeout> | null = null
  #resendTimer: ReturnType<typeof setTimeout> | null = null
  #tryTimer: ReturnType<typeof setTimeout> | null = null
  #attempt = 0
  #intent: Readonly<Row<Fields>> | null = null
  #pingSentMs = 0
  #pingEcho = 0
  /** Pings sent since the server was last heard. */
  #silentPings = 0
  #roundTripMs = 0
  #appliedTick = 0

  constructor(options: LinkOptions) {
    this.#options = options
    this.#origin = (
      options.url ??
      (globalThis as { readonly location?: { readonly origin: string } }).location?.origin ??
      ''
    ).replace(/\/$/, '')
    if (this.#origin === '') throw new Error('createClient: outside of a page, tell the url of the server')
    this.#storage = options.storage ?? browserStorage(options.storageKey ?? 'worldkeep.token')
  }

  /** What has arrived so far: for benchmarks and tools. */
  traffic(): { readonly bytes: number; readonly frames: number; readonly appliedTick: number } {
    return { bytes: this.#meter.bytes, frames: this.#meter.frames, appliedTick: this.#appliedTick }
  }

  nowMs(): number {
    return performance.now()
  }

  connect(): void {
    // Connecting already: a second try beside the first would end it.
    if (this.status.phase === 'connecting' || !isPhaseChange(this.status.phase, 'connecting')) return
    this.#attempt = 0
    this.#setStatus('connecting', null)
    void this.#try()
  }

  async close(): Promise<void> {
    this.#send(encodeMessage(ClientGoodbye, {}))
    this.#endConnection()
    this.#resumeToken = ''
    this.#commands.abandon()
    if (isPhaseChange(this.status.phase, 'left')) this.#setStatus('left', null)
  }

  dropConnection(): void {
    this.#transport?.close()
  }

  setIntent(intent: Readonly<Row<Fields>>): void {
    this.#intent = intent
    this.session?.setIntent(intent)
  }

  send(command: number, row: Uint8Array): Promise<CommandResult> {
    const { phase } = this.status
    if (phase === 'refused' || phase === 'left') return Promise.resolve(sessionLost)
    const { message, result } = this.#commands.add(command, row, { connected: phase === 'active' })
    if (message !== null) this.#send(message)
    return result
  }

  view(): WorldSession['view'] | null {
    return this.session?.view ?? null
  }

  joined(ack: JoinAck): void {
    const nowMs = this.nowMs()
    this.#attempt = 0
    this.#clearTryTimer()
    this.#resumeToken = ack.resumeToken
    this.playerId = ack.playerId
    const resumed = ack.resumed === 1
    if (this.session?.continues(ack) === true) this.session.rejoin(ack, nowMs)
    else this.#startSession(ack, nowMs)
    if (this.#intent !== null) this.session?.setIntent(this.#intent)
    if (!resumed) this.#commands.restart()
    for (const message of this.#commands.unanswered()) this.#send(message)
    this.#setStatus('active', null)
    this.#startTimers()
  }

  ponged(pong: { readonly echo: number; readonly tick: number }): void {
    const nowMs = this.nowMs()
    if (pong.echo === this.#pingEcho) this.#roundTripMs = nowMs - this.#pingSentMs
    this.session?.clock.heard(pong.tick, nowMs)
  }

  result(result: MessageRow<typeof ServerResult>): void {
    const { seq, code } = result
    const again = this.#commands.answered(seq, {
      code,
      durable: result.durable === 1,
      duplicate: result.duplicate === 1,
      retryable: result.retryable === 1,
    })
    if (again) this.#resendLater()
  }

  refused(error: { readonly code: number; readonly message: string }): void {
    this.#refusal = errorOf(error.code, error.message)
  }

  goodbye(goodbye: { readonly code: number; readonly message: string }): void {
    this.#refusal = errorOf(goodbye.code, goodbye.message)
  }

  handedOver({ from, to }: { readonly from: number; readonly to: number }): void {
    this.handovers.emit(from, to)
  }

  frameBegins(header: Readonly<FrameHeader>): void {
    this.frames.emit(header.tick, (header.flags & FrameFlag.Ack) === 0 ? null : header.inputAck)
  }

  frameApplied(header: Readonly<FrameHeader>): void {
    this.#meter.framed()
    this.#appliedTick = header.tick
    this.session?.frameApplied(header, this.nowMs())
    this.changes.emit()
  }

  async #try(): Promise<void> {
    const id = ++this.#connectionId
    this.#refusal = null
    this.#tryTimer = setTimeout(() => this.#lost(unreachable), tryTimeoutMs)
    try {
      const bootstrap = await this.#bootstrap()
      if (id !== this.#connectionId) return
      this.#storage.set(bootstrap.accessToken)
      this.playerName = bootstrap.player.name
      this.#open(bootstrap, id)
    } catch (error) {
      if (id !== this.#connectionId) return
      const refused = error instanceof BootstrapRefused
      this.#lost(refused ? { code: error.code, message: error.message, retryable: error.retryable } : unreachable)
    }
  }

  /** With the token known, or as a new guest when the server does not want that token any more. */
  async #bootstrap(): Promise<Bootstrap> {
    const token = this.#storage.get()
    const name = this.#options.name ?? null
    try {
      return await requestBootstrap(this.#origin, { token, name })
    } catch (error) {
      if (token === null || !(error instanceof BootstrapRefused) || !tokenGone.has(error.code)) throw error
      this.#storage.remove()
      return await requestBootstrap(this.#origin, { token: null, name })
    }
  }

  #open(bootstrap: Bootstrap, id: number): void {
    const transport = bootstrap.transports.find(({ kind }) => kind === 'websocket')
    if (transport === undefined)
      return this.#lost({
        code: 'no_transport',
        message: 'The server offers no transport this client has.',
        retryable: false,
      })
    const connect = this.#options.transport ?? connectWebSocket
    const hello = encodeMessage(ClientHello, {
      protocolVersion,
      declarationsHash: this.#options.game.declarationsHash,
      token: bootstrap.accessToken,
      resume: this.#resumeToken,
      lastSeq: this.session?.inputSeq() ?? 0,
      viewTick: this.session?.viewTick ?? 0,
    })
    this.#transport = connect(`${this.#origin.replace(/^http/, 'ws')}${transport.path}`, transport.subprotocol, {
      opened: () => {
        if (id === this.#connectionId) this.#transport?.send(hello)
      },
      received: (bytes) => {
        if (id === this.#connectionId) this.#received(bytes)
      },
      closed: () => {
        if (id === this.#connectionId) this.#lost(this.#refusal)
      },
    })
    return undefined
  }

  #received(bytes: Uint8Array): void {
    this.#silentPings = 0
    this.#meter.received(bytes.byteLength)
    if (readServerMessage(bytes, this)) return
    // Whatever this was, the view may be wrong now: the next connection starts with a fresh one.
    if (this.session !== null) this.session.viewTick = 0
    this.#transport?.close()
  }

  #lost(error: ClientError | null): void {
    this.#endConnection()
    if (error !== null && hopeless.has(error.code)) return this.#refuse(error)
    if (error !== null && tokenGone.has(error.code)) this.#storage.remove()
    this.#attempt++
    const delayMs = backoffDelayMs(this.#attempt, Math.random())
    if (delayMs === null) return this.#setStatus('unavailable', error)
    this.#setStatus(this.session === null ? 'connecting' : 'reconnecting', error, Date.now() + delayMs)
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null
      this.#setStatus(this.status.phase, error)
      void this.#try()
    }, delayMs)
    return undefined
  }

  /** No later connection continues this session, so nobody will answer what is still open. */
  #refuse(error: ClientError): void {
    this.#resumeToken = ''
    this.#commands.abandon()
    this.#setStatus('refused', error)
  }

  #startSession(ack: JoinAck, nowMs: number): void {
    for (const entity of this.session?.view.entities.values() ?? []) this.leaving.emit(entity, 'gone')
    this.session = new WorldSession(
      this.#options.game,
      ack,
      {
        entered: (entity) => this.entering.emit(entity),
        left: (entity, reason) => this.leaving.emit(entity, reason),
        changed: () => undefined,
      },
      { nowMs, keepOnExit: this.#options.keepOnExit === true },
    )
  }

  #startTimers(): void {
    this.#stopTimers()
    const tickHz = this.session?.tickHz ?? 20
    this.#timers.push(
      setInterval(
        () => this.session?.advance(this.nowMs(), (message, seq) => this.#sendInput(message, seq)),
        1000 / tickHz,
      ),
    )
    this.#timers.push(setInterval(() => this.#everySecond(), pingIntervalMs))
    const repeatHz = this.#options.inputRepeatHz
    if (repeatHz !== undefined) this.#timers.push(setInterval(() => this.session?.repeatIntent(), 1000 / repeatHz))
    this.#everySecond()
  }

  #everySecond(): void {
    const { session } = this
    const nowMs = this.nowMs()
    if (this.#silentPings >= silentPingsMax) return this.#lost(silent)
    this.#silentPings++
    this.#pingEcho = (this.#pingEcho + 1) >>> 0
    this.#pingSentMs = nowMs
    this.#send(encodeMessage(ClientPing, { echo: this.#pingEcho }))
    if (session === null) return undefined
    session.repeatLostIntent()
    this.stats = {
      ...this.#meter.lap(nowMs),
      tickHz: session.clock.measuredTickHz(),
      serverTick: session.clock.newestTick(),
      roundTripMs: this.#roundTripMs,
      entitiesInView: session.view.entities.size,
      interpolationDelayMs: session.interpolationDelayMs(),
    }
    this.changes.emit()
    return undefined
  }

  #resendLater(): void {
    this.#resendTimer ??= setTimeout(() => {
      this.#resendTimer = null
      for (const message of this.#commands.unanswered()) this.#send(message)
    }, resendDelayMs)
  }

  #endConnection(): void {
    this.#connectionId++
    this.#stopTimers()
    this.#clearTryTimer()
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer)
    if (this.#resendTimer !== null) clearTimeout(this.#resendTimer)
    this.#retryTimer = null
    this.#resendTimer = null
    this.#transport?.close()
    this.#transport = null
  }

  #clearTryTimer(): void {
    if (this.#tryTimer !== null) clearTimeout(this.#tryTimer)
    this.#tryTimer = null
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
  }

  #sendInput(message: Uint8Array, seq: number): void {
    this.#send(message)
    this.inputs.emit(seq)
  }

  #send(message: Uint8Array): void {
    this.#transport?.send(message)
  }

  #setStatus(phase: ClientPhase, error: ClientError | null, retryAtMs: number | null = null): void {
    if (phase !== this.status.phase && !isPhaseChange(this.status.phase, phase)) return
    const trying = phase === 'connecting' || phase === 'reconnecting'
    this.status = { phase, attempt: trying ? this.#attempt : 0, attemptsMax: backoffMs.length, retryAtMs, error }
    this.changes.emit()
  }
}
