import { type ByteReader, ManualClock, Random, RingReader, RingWriter } from '@worldkeep/kernel'
import {
  axis,
  command,
  component,
  defineGame,
  entity,
  type Game,
  input,
  steerTowards,
  system,
  text,
  u16,
  u32,
  type World,
  type Zone,
} from '@worldkeep/world'
import { coreDefaults } from '../core/core-config.ts'
import { createBoards, openTickBoard, type TickBoard } from '../core/counters.ts'
import { createMailboxes, LoadStatus, RecordKind, type Route, routeOf } from '../core/mailboxes.ts'
import { TickCore } from '../core/tick/tick-core.ts'
import { systemClock } from '../threads/system-clock.ts'

/*
 * A tick core with a crowd in it, and nothing around it: no gateway, no store, no network. Whoever measures the tick
 * feeds its mailboxes with bytes and drains them, without allocating anything itself.
 */

const Name = component('name', { audience: 'nearby', fields: { text: text(24) } })
const Health = component('health', { audience: 'nearby', fields: { percent: u16 } })
const Purse = component('purse', { audience: 'owner', saved: true, fields: { coins: u32 } })

const Walk = input({
  fields: { x: axis, z: axis },
  steer: (motion, slot, intent) => steerTowards(motion, slot, intent, 500),
})

const Poke = command('poke', {
  acknowledged: 'processed',
  fields: { target: entity },
  refusals: ['nobody'],
  handle: (world, _actor, args) => {
    const slot = world.slotOf(args.target)
    if (slot < 0) return 'nobody'
    const { percent } = world.table(Health).columns
    percent.set(slot, percent.get(slot) === 0 ? 100 : percent.get(slot) - 1)
    return 'ok'
  },
})

/** Every player pokes somebody once in this many ticks. */
const pokeEveryTicks = 20

/** Everybody turns once in this many ticks: two seconds at 20 Hz. */
const turnEveryTicks = 40

/** One in a hundred loses or regains health each second. */
const healthEveryTicks = 2000

const wandererSpeedCmPerS = 300

export interface CrowdOptions {
  readonly sessions: number
  /** Wandering entities beside the players. */
  readonly entities: number
  /** The flight recorder's interval; left out: nothing is recorded. */
  readonly checkpointIntervalTicks?: number
  /** The machine's, as on the tick thread; left out: one that goes 50 ms with each tick. */
  readonly clock?: 'system'
  /** Where each tick's duration is kept. */
  readonly tickDurations?: Float32Array
}

/** Players are numbered from 0; the same crowd does the same every time. */
export class Crowd {
  readonly core: TickCore
  readonly board: TickBoard
  /** What has come out of the flight recorder: bytes of recorded ticks, and whole checkpoints. */
  recordedBytes = 0
  checkpoints = 0
  /** Frames that have left for the clients. */
  frames = 0
  readonly #sessions: number
  readonly #handshakes: RingWriter
  readonly #inbound: RingWriter
  readonly #results: RingWriter
  readonly #outbound: RingReader
  readonly #jobs: RingReader
  readonly #events: RingReader
  readonly #recording: RingReader
  readonly #manualClock: ManualClock | null
  readonly #walkers: Walkers

  constructor(options: CrowdOptions) {
    const mailboxes = createMailboxes()
    this.#sessions = options.sessions
    this.#manualClock = options.clock === undefined ? new ManualClock() : null
    this.#handshakes = new RingWriter(mailboxes.handshakes)
    this.#inbound = new RingWriter(mailboxes.inbound)
    this.#results = new RingWriter(mailboxes.results)
    this.#outbound = new RingReader(mailboxes.outbound)
    this.#jobs = new RingReader(mailboxes.jobs)
    this.#events = new RingReader(mailboxes.events)
    this.#recording = new RingReader(mailboxes.recording)
    this.#walkers = new Walkers(options.sessions)
    this.board = openTickBoard(createBoards())
    const { checkpointIntervalTicks, tickDurations } = options
    this.core = new TickCore({
      game: createCrowdGame(options),
      config: { ...coreDefaults, sessionsMax: options.sessions },
      mailboxes,
      board: this.board,
      ...(tickDurations === undefined ? {} : { tickDurations }),
      clock: this.#manualClock ?? systemClock,
      connectionsMax: options.sessions + 1,
      doorbells: { gateway: null, persistence: null, host: null },
      ...(checkpointIntervalTicks === undefined
        ? {}
        : { recording: { ring: new RingWriter(mailboxes.recording), checkpointIntervalTicks } }),
    })
  }

  /** Everybody joins. Allocates. */
  join(): void {
    for (let i = 0; i < this.#sessions; i++) {
      this.#hello(i)
      if (i % 16 === 15 || i === this.#sessions - 1) for (let ticks = 0; ticks < 3; ticks++) this.#stepUnfed()
    }
    const accepted = this.board.read('handshakesAccepted')
    if (accepted !== this.#sessions) throw new Error(`${accepted} of ${this.#sessions} got in`)
  }

  /** What the gateway would bring, one tick, and what it sends taken away. */
  step(): void {
    this.feed()
    this.core.tick()
    this.drain()
  }

  #stepUnfed(): void {
    this.core.tick()
    this.drain()
  }

  /** Of every player ten inputs a second, in each tick those of one half, and one command. Does not allocate. */
  feed(): void {
    this.#walkers.feed(this.#inbound, this.core.world)
    this.#manualClock?.advanceMs(50)
  }

  /** Does not allocate, but for answers to joins. */
  drain(): void {
    while (this.#outbound.next()) if (this.#outbound.kind === RecordKind.Frame) this.frames++
    this.#outbound.release()
    while (this.#jobs.next()) if (this.#jobs.kind === RecordKind.Load) this.#answerLoad(this.#jobs.body.u32())
    this.#jobs.release()
    this.#results.publish()
    while (this.#events.next());
    this.#events.release()
    this.#drainRecording()
  }

  #drainRecording(): void {
    const ring = this.#recording
    while (ring.next()) {
      if (ring.kind === RecordKind.RecordedTick) this.recordedBytes += ring.body.remaining()
      // A checkpoint is in parts: the first counts.
      else if (ring.kind === RecordKind.RecordedCheckpoint && isFirstPart(ring.body)) this.checkpoints++
    }
    ring.release()
  }

  #hello(number: number): void {
    const record = this.#handshakes.begin(256)
    if (record === null) throw new Error('the mailbox of handshakes is full')
    record.u32(routeOfWalker(number))
    for (const word of [`session-${number}`, `player-${number}`, `walker ${number}`, '', `secret-${number}`])
      record.text(word)
    this.#handshakes.end(RecordKind.Handshake)
    this.#handshakes.publish()
  }

  /** Nobody has been here before. */
  #answerLoad(request: number): void {
    const record = this.#results.begin(8)
    if (record === null) throw new Error('the mailbox of results is full')
    record.u32(request)
    record.u8(LoadStatus.Unknown)
    this.#results.end(RecordKind.Loaded)
  }
}

/** What the players' hands do: straight on, another direction every two seconds, a poke every second. Does not allocate. */
class Walkers {
  readonly #count: number
  readonly #random = new Random(7)
  readonly #seqs: Int32Array
  readonly #commandSeqs: Int32Array
  readonly #x: Int8Array
  readonly #z: Int8Array

  constructor(count: number) {
    this.#count = count
    this.#seqs = new Int32Array(count)
    this.#commandSeqs = new Int32Array(count)
    this.#x = new Int8Array(count)
    this.#z = new Int8Array(count)
  }

  feed(ring: RingWriter, world: World): void {
    const tick = world.tick() + 1
    for (let i = tick & 1; i < this.#count; i += 2) {
      if ((tick >> 1) % (turnEveryTicks >> 1) === (i >> 1) % (turnEveryTicks >> 1)) this.#turn(i)
      const record = ring.begin(16)
      if (record === null) continue
      this.#seqs[i] = (this.#seqs[i] as number) + 1
      record.u32(routeOfWalker(i))
      record.u32(this.#seqs[i] as number)
      record.u8(this.#x[i] as number)
      record.u8(this.#z[i] as number)
      ring.end(RecordKind.Input)
    }
    for (let i = tick % pokeEveryTicks; i < this.#count; i += pokeEveryTicks) this.#poke(ring, i, world)
    ring.publish()
  }

  #poke(ring: RingWriter, index: number, world: World): void {
    const record = ring.begin(16)
    if (record === null) return
    this.#commandSeqs[index] = (this.#commandSeqs[index] as number) + 1
    record.u32(routeOfWalker(index))
    record.u32(this.#commandSeqs[index] as number)
    record.u8(0)
    record.varint(world.handleOf((world.tick() * 31 + index * 17) % world.entities.slotsUsed))
    ring.end(RecordKind.Command)
  }

  #turn(index: number): void {
    this.#x[index] = this.#random.between(-127, 127)
    this.#z[index] = this.#random.between(-127, 127)
  }
}

function isFirstPart(body: ByteReader): boolean {
  body.skip(4)
  return body.varint() === 0
}

function routeOfWalker(number: number): Route {
  return routeOf(number, 1)
}

function createCrowdGame(options: { readonly sessions: number; readonly entities: number }): Game<typeof Walk> {
  return defineGame({
    name: 'crowd',
    entitiesMax: options.entities + options.sessions,
    zones: [{ name: 'plain', sizeM: 1024, cellM: 64 }],
    components: [Name, Health, Purse],
    input: Walk,
    commands: [Poke],
    systems: [system('wander', wander), system('health', changeHealth)],
    player: {
      birthplace: (world) => {
        const { random } = world.zones[0] as Zone
        return { zone: 'plain', xM: random.below(1024), zM: random.below(1024) }
      },
      join: (world, slot, player) => {
        world.table(Name).add(slot, { text: player.name })
        world.table(Health).add(slot, { percent: 100 })
        world.table(Purse).add(slot)
      },
    },
    start: (world) => {
      const zone = world.zones[0] as Zone
      for (let i = 0; i < options.entities; i++) {
        const slot = world.slotOf(world.spawn(zone, zone.random.below(zone.sizeCm), zone.random.below(zone.sizeCm)))
        world.table(Name).add(slot, { text: `wanderer ${i}` })
        world.table(Health).add(slot, { percent: 100 })
      }
    },
  })
}

/** Every wanderer in its turn. */
function wander(world: World): void {
  const { random } = world.zones[0] as Zone
  const purses = world.table(Purse)
  for (let slot = world.tick() % turnEveryTicks; slot < world.entities.slotsUsed; slot += turnEveryTicks) {
    if (!world.isAlive(slot) || purses.has(slot)) continue
    world.motion.setVelocity(
      slot,
      random.between(-wandererSpeedCmPerS, wandererSpeedCmPerS),
      random.between(-wandererSpeedCmPerS, wandererSpeedCmPerS),
    )
  }
}

function changeHealth(world: World): void {
  const { percent } = world.table(Health).columns
  for (let slot = world.tick() % healthEveryTicks; slot < world.entities.slotsUsed; slot += healthEveryTicks) {
    if (world.isAlive(slot)) percent.set(slot, (world.tick() + slot) % 100)
  }
}
