import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRing, ManualClock, type RingMemory, RingWriter } from '@worldkeep/kernel'
import type { PlayerId } from '@worldkeep/session'
import { createStore, type WorldStore } from '@worldkeep/store'
import type { Game } from '@worldkeep/world'
import { type CoreConfig, coreDefaults } from '../core/core-config.ts'
import {
  createBoards,
  type GatewayBoard,
  openGatewayBoard,
  openPersistenceBoard,
  openPulse,
  openTickBoard,
  type PersistenceBoard,
  type TickBoard,
} from '../core/counters.ts'
import { GatewayCore, type Verification } from '../core/gateway/gateway-core.ts'
import { createMailboxes, type Mailboxes, type MailboxSizes } from '../core/mailboxes.ts'
import { PersistenceCore } from '../core/persistence/persistence-core.ts'
import { requiredHooks } from '../core/tick/required-hooks.ts'
import { TickCore } from '../core/tick/tick-core.ts'
import { Loopback, type LoopbackEvents } from './loopback.ts'

export interface SimulatedNodeOptions {
  readonly game: Game
  readonly config?: Partial<CoreConfig>
  /** Stands between node and store: delays, failures. */
  readonly wrapStore?: (store: WorldStore) => WorldStore
  /** Records every tick into `recording`. */
  readonly record?: { readonly checkpointIntervalTicks: number }
  /** Smaller mailboxes, to fill them. */
  readonly mailboxes?: MailboxSizes
  /** A folder to open again; left out: a fresh one. */
  readonly dataDir?: string
}

/**
 * A whole node in one thread: the same cores, the same mailboxes, a clock that moves only when told to, a network that
 * delivers only when told to, and a real store. Tokens are `player:NAME`.
 */
export class SimulatedNode {
  readonly clock = new ManualClock()
  readonly config: CoreConfig
  readonly mailboxes: Mailboxes
  readonly tick: TickCore
  readonly gateway: GatewayCore
  readonly persistence: PersistenceCore
  readonly tickBoard: TickBoard
  readonly gatewayBoard: GatewayBoard
  readonly persistenceBoard: PersistenceBoard
  /** The mailbox of the flight recorder. */
  readonly recording: RingMemory
  readonly dataDir: string
  readonly #store: WorldStore
  readonly #loopbacks = new Set<Loopback>()
  #secrets = 0

  static async start(options: SimulatedNodeOptions): Promise<SimulatedNode> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'worldkeep-sim-')))
    const plain = createStore({ dataDir })
    const store = options.wrapStore?.(plain) ?? plain
    const { epoch } = await plain.open()
    return new SimulatedNode(options, { dataDir, store, epoch })
  }

  private constructor(
    options: SimulatedNodeOptions,
    opened: { readonly dataDir: string; readonly store: WorldStore; readonly epoch: number },
  ) {
    const { game } = options
    const boards = createBoards()
    this.config = { ...coreDefaults, ...options.config }
    this.mailboxes = createMailboxes(options.mailboxes)
    this.recording = createRing(options.mailboxes?.recording ?? { byteLength: 1 << 24, recordsMax: 1 << 16 })
    this.dataDir = opened.dataDir
    this.#store = opened.store
    this.tickBoard = openTickBoard(boards)
    this.gatewayBoard = openGatewayBoard(boards)
    this.persistenceBoard = openPersistenceBoard(boards)
    const shared = { game, config: this.config, mailboxes: this.mailboxes, clock: this.clock }
    this.tick = new TickCore({
      ...shared,
      board: this.tickBoard,
      connectionsMax: 4096,
      strict: true,
      doorbells: { gateway: null, persistence: null, host: null },
      pulse: openPulse(boards),
      ...(options.record === undefined
        ? {}
        : { recording: { ring: new RingWriter(this.recording), ...options.record } }),
    })
    this.tick.pipeline.verify(requiredHooks)
    this.gateway = new GatewayCore({
      ...shared,
      board: this.gatewayBoard,
      ports: {
        verify: (token) => Promise.resolve(verify(token)),
        secret: () => (++this.#secrets).toString(16).padStart(32, '0'),
      },
      currentTick: () => this.tick.world.tick(),
      doorbell: null,
    })
    this.persistence = new PersistenceCore({
      ...shared,
      store: opened.store,
      epoch: opened.epoch,
      board: this.persistenceBoard,
      // A turn of the loop, not a moment of time: whoever waits for a store lets others go on.
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      report: () => undefined,
      doorbell: null,
    })
  }

  /** Connects over a loopback. */
  connect(events: LoopbackEvents): Loopback {
    const loopback = new Loopback(this.gateway, events, () => this.clock.nowMs())
    this.#loopbacks.add(loopback)
    return loopback
  }

  /** One tick of everything: network, tick, network, store. */
  async step(): Promise<void> {
    await this.deliver()
    this.tick.tick()
    this.gateway.drain()
    await this.deliver()
    await this.persistence.round()
    this.clock.advanceMs(1000 / this.config.tickHz)
    this.gateway.sweep(this.clock.nowMs())
  }

  async steps(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.step()
  }

  /** What is on the network arrives, tokens are verified, the tick may read it. */
  async deliver(): Promise<void> {
    for (const loopback of this.#loopbacks) {
      loopback.deliver()
      if (loopback.isDone()) this.#loopbacks.delete(loopback)
    }
    await Promise.resolve()
    await Promise.resolve()
    this.gateway.publish()
  }

  /** Orderly: goodbyes, last saves, store closed. */
  async stop(): Promise<void> {
    this.tick.tryStop()
    this.gateway.drain()
    while ((await this.persistence.round()) > 0);
    await this.deliver()
    await this.#store.close()
  }

  /** As a power cut would: whatever is not in the store is gone. */
  async crash(): Promise<void> {
    await this.#store.close()
  }

  async dispose(): Promise<void> {
    await this.#store.close()
    await rm(this.dataDir, { recursive: true, force: true })
  }

  store(): WorldStore {
    return this.#store
  }
}

function verify(token: string): Verification {
  const name = /^player:(\w{1,24})$/.exec(token)?.[1]
  if (name === undefined) return { refused: token === 'expired' ? 'token_expired' : 'token_invalid' }
  return { identity: { playerId: `id-${name}` as PlayerId, name } }
}
