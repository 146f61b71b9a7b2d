import { ByteWriter } from '@worldkeep/kernel'
import type { EntityView, LeftReason, Place } from '@worldkeep/replication'
import type { ArgsOf, Command, Component, Fields, Game, Input, IntentOf, Row } from '@worldkeep/world'
import type { CommandResult } from './command-queue.ts'
import { Link } from './link.ts'
import type { LinkOptions } from './link-options.ts'
import type { RememberedEntity } from './memory.ts'
import type { ClientStatus } from './status.ts'
import type { ClientStats } from './traffic-meter.ts'

export interface ClientOptions<I extends Input> extends Omit<LinkOptions, 'game'> {
  readonly game: Game<I>
}

/** A player's window into a world: what is there, where to draw it, and how to act. */
export interface WorldClient<I extends Input = Input> {
  /** As the server knows the player; '' before the first connection. */
  readonly playerName: string
  readonly playerId: string
  /** Width of the zone, metres; 0 before the first join. */
  readonly zoneSizeM: number
  status(): ClientStatus
  /** A fresh object once a second. */
  stats(): ClientStats
  /** The own body; null while it is not in view. */
  self(): EntityView | null
  entities(): Iterable<EntityView>
  entity(handle: number): EntityView | null
  /** A component of an entity in view; the same object until it changes. */
  get<F extends Fields>(entity: EntityView, component: Component<string, F>): Readonly<Row<F>> | null
  /** A component of the own body that only its owner sees. */
  own<F extends Fields>(component: Component<string, F>): Readonly<Row<F>> | null
  /** Tick in which a component of the own body last changed; -1 before the first word of it. */
  ownVersion(component: Component): number
  /**
   * With `keepOnExit`: who has been seen and is out of view now, at most 1,000, whoever left first first. The dead and the
   * hidden are not among them. Else nobody.
   */
  remembered(): Iterable<RememberedEntity>
  /**
   * Where to draw an entity now: the own body ahead of the server, others a little behind. Call it once per picture; what
   * comes late fades in from one call to the next.
   */
  placeOf(entity: EntityView, place: Place): void
  velocityOf(entity: EntityView): { readonly xMps: number; readonly zMps: number }
  /** What the player wants to do from now on. Sent when it changes. */
  setIntent(intent: IntentOf<I>): void
  /** Sends a command; resolves with its outcome, for a durable one after it is in the store. Never rejects. */
  send<F extends Fields>(command: Command<string, F, string>, args: Readonly<Row<F>>): Promise<CommandResult>
  /** Called after anything has changed: once per frame, status or statistics. Returns how to stop. */
  subscribe(listener: () => void): () => void
  onEnter(listener: (entity: EntityView) => void): () => void
  onLeave(listener: (entity: EntityView, reason: LeftReason) => void): () => void
  /** Called when the own body goes over from one cell to another, with their numbers; before the frame that shows it. */
  onHandover(listener: (from: number, to: number) => void): () => void
  /** Connects, or tries again after `refused`, `unavailable` or `left`. */
  connect(): void
  /** Says goodbye and closes: the player leaves the world at once. */
  close(): Promise<void>
  /** Drops the connection without a word, as a network does; the client resumes. For tests and network labs. */
  dropConnection(): void
  /** Everything received so far, and the newest tick applied: for benchmarks and tools. */
  traffic(): { readonly bytes: number; readonly frames: number; readonly appliedTick: number }
  /**
   * Called just before the frame of a tick is applied: all earlier ones have been. `inputAck` is the newest input the
   * server has applied, null when the frame does not say. Returns how to stop.
   */
  onFrame(listener: (tick: number, inputAck: number | null) => void): () => void
  /** Called when an input has been sent, with its sequence number. Returns how to stop. */
  onInput(listener: (seq: number) => void): () => void
}

/** Creates a client and starts to connect. */
export function createClient<I extends Input>(options: ClientOptions<I>): WorldClient<I> {
  const { game } = options
  const link = new Link({ ...options, game: game as unknown as Game })
  link.connect()
  return {
    get playerName() {
      return link.playerName
    },
    get playerId() {
      return link.playerId
    },
    get zoneSizeM() {
      return link.session?.zoneSizeM ?? 0
    },
    status: () => link.status,
    stats: () => link.stats,
    self: () => link.session?.self() ?? null,
    entities: () => link.session?.view.entities.values() ?? [],
    entity: (handle) => link.session?.view.entityOf(handle) ?? null,
    get: (entity, component) => link.session?.view.row(entity, component) ?? null,
    ownVersion: (component) => link.session?.view.ownVersions[game.componentIndex(component)] ?? -1,
    remembered: () => link.session?.memory?.values() ?? [],
    own: (component) => link.session?.view.ownRow(component) ?? null,
    placeOf: (entity, place) => link.session?.placeOf(entity, link.nowMs(), place),
    velocityOf: (entity) => link.session?.velocityOf(entity) ?? { xMps: 0, zMps: 0 },
    setIntent: (intent) => link.setIntent(intent),
    send: (command, args) =>
      link.send(
        indexOf(game as unknown as Game, command as unknown as Command),
        encodeRow(command as unknown as Command, args),
      ),
    subscribe: (listener) => link.changes.add(listener),
    onEnter: (listener) => link.entering.add(listener),
    onLeave: (listener) => link.leaving.add(listener),
    onHandover: (listener) => link.handovers.add(listener),
    connect: () => link.connect(),
    close: () => link.close(),
    dropConnection: () => link.dropConnection(),
    traffic: () => link.traffic(),
    onFrame: (listener) => link.frames.add(listener),
    onInput: (listener) => link.inputs.add(listener),
  }
}

function indexOf(game: Game, command: Command): number {
  const index = game.commands.indexOf(command)
  if (index < 0) throw new Error(`command ${command.name} is not part of game ${game.name}: add it to defineGame`)
  return index
}

function encodeRow(command: Command, args: ArgsOf<Command>): Uint8Array {
  const writer = ByteWriter.ofSize(command.codec.bytesMax)
  command.codec.write(writer, args)
  return writer.copy()
}
