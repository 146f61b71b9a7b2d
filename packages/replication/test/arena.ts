import {
  type ByteReader,
  ByteWriter,
  type Fields,
  type Random,
  ByteReader as Reader,
  type Row,
} from '@worldkeep/kernel'
import {
  angle,
  axis,
  component,
  defineGame,
  type EntityHandle,
  flag,
  i32,
  input,
  quantized,
  TickPhase,
  text,
  u8,
  u16,
  u32,
  World,
  type Zone,
} from '@worldkeep/world'
import { type EntityView, type ViewListener, ViewModel } from '../src/apply/view-model.ts'
import { SegmentEncoder, type SegmentSink } from '../src/emit/segment-encoder.ts'
import { ViewEmitter } from '../src/emit/view-emitter.ts'
import { ViewTable } from '../src/emit/view-table.ts'
import { seenComponents } from '../src/segment-layout.ts'

/** A world, the emitting half, and clients that apply what they are given. */

export const Health = component('health', { audience: 'nearby', fields: { current: u16, max: u16 } })
export const Label = component('label', { audience: 'nearby', fields: { text: text(20), rank: u8 } })
export const Secret = component('secret', { audience: 'server', fields: { value: u32 } })
export const Pose = component('pose', { audience: 'motion', fields: { facing: angle, lean: quantized(-1, 1, 0.01) } })
export const Purse = component('purse', { audience: 'owner', fields: { coins: u32, note: text(8) } })
export const Frozen = component('frozen', { audience: 'nearby', fields: {} })
export const Debt = component('debt', { audience: 'nearby', fields: { amount: i32, due: flag } })
export const Luck = component('luck', { audience: 'owner', fields: { value: u8 } })

const noInput = input({ fields: { x: axis, z: axis }, steer: () => undefined })

export interface ArenaOptions {
  readonly sizeM: number
  readonly cellM: number
  readonly entitiesMax: number
  readonly radiusCells: number
  readonly sessionsMax: number
  readonly hysteresisCm: number
  readonly tickHz: number
}

const arenaDefaults: ArenaOptions = {
  sizeM: 100,
  cellM: 16,
  entitiesMax: 64,
  radiusCells: 1,
  sessionsMax: 8,
  hysteresisCm: 200,
  tickHz: 20,
}

/** Keeps segments of one tick in memory, up to `roomBytes` of reservations. */
class MemorySink implements SegmentSink {
  readonly segments = new Map<number, Uint8Array>()
  roomBytes = Infinity
  #writer: ByteWriter | null = null

  beginTick(): void {
    this.segments.clear()
  }

  begin(bytesMax: number): ByteWriter | null {
    if (bytesMax > this.roomBytes) return null
    this.roomBytes -= bytesMax
    this.#writer = ByteWriter.ofSize(bytesMax)
    return this.#writer
  }

  end(id: number): void {
    const writer = this.#writer as ByteWriter
    if (writer.overflowed) throw new Error(`segment ${id} is longer than was promised`)
    if (this.segments.has(id)) throw new Error(`segment ${id} twice`)
    this.segments.set(id, writer.copy())
  }

  cancel(): void {
    this.#writer = null
  }
}

export class Arena {
  readonly options: ArenaOptions
  readonly world: World
  readonly sink = new MemorySink()
  readonly views: ViewTable
  readonly encoder: SegmentEncoder
  readonly emitter: ViewEmitter
  readonly zone: Zone

  constructor(overrides: Partial<ArenaOptions> = {}) {
    const options = { ...arenaDefaults, ...overrides }
    this.options = options
    const game = defineGame({
      name: 'arena',
      entitiesMax: options.entitiesMax,
      // The first zone only moves the cell numbers of the second away from 0.
      zones: [
        { name: 'lobby', sizeM: 30, cellM: 10 },
        { name: 'field', sizeM: options.sizeM, cellM: options.cellM },
      ],
      components: [Health, Label, Secret, Pose, Purse, Frozen, Debt, Luck],
      input: noInput,
      commands: [],
      systems: [],
      player: { birthplace: () => ({ zone: 'field', xM: 0, zM: 0 }), join: () => undefined },
    })
    this.world = new World(game, { tickHz: options.tickHz, seed: 1 })
    this.zone = this.world.zone('field') as Zone
    this.views = new ViewTable(options)
    this.encoder = new SegmentEncoder(this.world, this.sink)
    this.emitter = new ViewEmitter(this.world, this.views, this.encoder)
  }

  /** One whole tick up to extraction; then `frame` may be asked for every viewer. */
  tick(apply: () => void = () => undefined): void {
    const { world } = this
    world.beginTick()
    world.guard.enter(TickPhase.Apply)
    apply()
    world.guard.enter(TickPhase.Simulate)
    world.runSystems()
    world.guard.enter(TickPhase.Extract)
    world.commitSpace()
    world.guard.leave()
    this.sink.beginTick()
    this.encoder.begin(world.tick())
  }

  spawn(xCm: number, zCm: number): EntityHandle {
    return this.world.spawn(this.zone, xCm, zCm)
  }

  /** Cell by its column and row. */
  cell(column: number, row: number): number {
    return this.zone.firstCell + row * this.zone.cellsWide + column
  }

  viewModel(listener: ViewListener): ViewModel {
    return new ViewModel(
      this.world.game,
      {
        tickHz: this.world.tickHz,
        firstCell: this.zone.firstCell,
        cellsWide: this.zone.cellsWide,
        cellCm: this.zone.cellCm,
      },
      listener,
    )
  }

  /** A listener for tests that do not listen. */
  silentModel(): ViewModel {
    return this.viewModel({ entered: () => undefined, left: () => undefined, changed: () => undefined })
  }
}

/** A client with its session: takes a frame, and remembers what it was told. */
export class Viewer {
  readonly arena: Arena
  readonly session: number
  slot: number
  readonly model: ViewModel
  /** What the listener says is in view; must always be what the model says. */
  readonly told = new Set<EntityView>()
  readonly events: string[] = []
  /** Bytes of segments in the last frame. */
  frameBytes = 0

  constructor(arena: Arena, session: number, slot: number) {
    this.arena = arena
    this.session = session
    this.slot = slot
    this.model = arena.viewModel({
      entered: (entity) => {
        if (this.told.has(entity)) throw new Error(`${entity.slot} entered twice`)
        this.told.add(entity)
        this.events.push(`entered ${entity.slot}`)
      },
      left: (entity) => {
        if (!this.told.delete(entity)) throw new Error(`${entity.slot} left without having entered`)
        this.events.push(`left ${entity.slot}`)
      },
      changed: (entity) => {
        if (!this.told.has(entity)) throw new Error(`${entity.slot} changed without having entered`)
        this.events.push(`changed ${entity.slot}`)
      },
    })
  }

  /** Prepares and applies this tick's frame. False when a segment was refused. */
  frame(): boolean {
    const { emitter, sink, world } = this.arena
    const tick = world.tick()
    this.events.length = 0
    this.frameBytes = 0
    if (!emitter.prepare(this.session, this.slot, tick)) return false
    const { recipe } = emitter
    if (recipe.reset) this.model.beginReset()
    for (let i = 0; i < recipe.dropCount; i++) this.model.dropCell(recipe.drops[i] as number)
    for (let i = 0; i < recipe.segmentCount; i++) {
      const bytes = sink.segments.get(recipe.segments[i] as number)
      if (bytes === undefined) throw new Error(`segment ${recipe.segments[i]} was never written`)
      const reader: ByteReader = new Reader(bytes)
      if (!this.model.applySegment(reader, tick)) throw new Error(`tick ${tick}: segment refused by the client`)
      if (reader.remaining() !== 0) throw new Error(`tick ${tick}: ${reader.remaining()} bytes left over`)
      this.frameBytes += bytes.byteLength
    }
    this.model.endFrame()
    return true
  }
}

/** First way in which a viewer disagrees with the server about this moment, or null. */
export function disagreement({ arena, model, session, slot: own, told }: Viewer): string | null {
  const { world, views, zone } = arena
  const tick = world.tick()
  const seen = seenComponents(world.game)
  const expected = new Set<number>()
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!world.isAlive(slot) || world.zoneOf[slot] !== zone.index) continue
    const column = Math.floor(world.motion.xCmFloor(slot) / zone.cellCm)
    const row = Math.floor(world.motion.zCmFloor(slot) / zone.cellCm)
    if (Math.abs(column - (views.middleX[session] as number)) > views.radiusCells) continue
    if (Math.abs(row - (views.middleZ[session] as number)) > views.radiusCells) continue
    expected.add(slot)
    const entity = model.entityOf(world.handleOf(slot))
    if (entity === null) return `${slot} is missing`
    if (entity.cell !== arena.cell(column, row))
      return `${slot} is in cell ${entity.cell}, not ${arena.cell(column, row)}`
    const place = { xM: 0, zM: 0 }
    entity.track.positionAt(tick, place)
    const dx = place.xM * 100 - (world.motion.x[slot] as number) / world.tickHz
    const dz = place.zM * 100 - (world.motion.z[slot] as number) / world.tickHz
    if (!(Math.abs(dx) <= 1 && Math.abs(dz) <= 1)) return `${slot} is off by ${dx}, ${dz} cm`
    for (const [index, component] of world.game.components.entries()) {
      const table = world.table(component)
      const row = seen.includes(component) && table.has(slot) ? table.row(slot) : null
      const known: Row<Fields> | null = entity.rows[index] ?? null
      if (JSON.stringify(known) !== JSON.stringify(row)) {
        return `${component.name} of ${slot}: ${JSON.stringify(known)}, not ${JSON.stringify(row)}`
      }
    }
  }
  if (!expected.has(own)) return 'its own entity is not in its view'
  for (const slot of model.entities.keys()) if (!expected.has(slot)) return `${slot} should have left`
  if (told.size !== expected.size) return `told of ${told.size}, not ${expected.size}`
  return null
}

/** Something a game might do to an entity. */
export function disturb(arena: Arena, random: Random, options: { readonly keep: ReadonlySet<number> }): void {
  const { world, zone } = arena
  const anywhere = (): number => random.below(zone.sizeCm)
  const slot = world.entities.slotsUsed === 0 ? -1 : random.below(world.entities.slotsUsed)
  const what = random.below(16)
  if (what <= 1) {
    const fresh = world.slotOf(arena.spawn(anywhere(), anywhere()))
    if (fresh < 0) return
    if (random.below(2) === 0) world.table(Health).add(fresh, { current: random.below(100), max: 100 })
    if (random.below(2) === 0) world.table(Label).add(fresh, { text: `n ${random.below(1000)}` })
    if (random.below(4) === 0) world.despawn(world.handleOf(fresh))
    return
  }
  if (slot < 0 || !world.isAlive(slot)) return
  const { columns } = world.table(Health)
  switch (what) {
    case 2:
      if (!options.keep.has(slot)) world.despawn(world.handleOf(slot))
      return
    case 3:
      world.motion.place(slot, anywhere(), anywhere())
      return
    case 4:
    case 5:
    case 6:
      world.motion.setVelocity(slot, random.between(-900, 900), random.between(-900, 900))
      return
    case 7:
      world.motion.setVelocity(slot, 0, 0)
      return
    case 8:
      if (world.table(Health).has(slot)) columns.current.set(slot, random.below(100))
      return
    case 9:
      world.table(Health).add(slot, { current: random.below(100) })
      return
    case 10:
      world.table(Health).remove(slot)
      return
    case 11:
      world.table(Label).add(slot, { text: '🌼'.repeat(random.below(6)), rank: random.below(256) })
      return
    case 12:
      world.table(Pose).add(slot, { facing: random.below(1000) / 1000, lean: random.below(200) / 100 - 1 })
      return
    case 13:
      if (random.below(2) === 0) world.table(Frozen).add(slot)
      else world.table(Frozen).remove(slot)
      return
    case 14:
      if (random.below(2) === 0)
        world.table(Debt).add(slot, { amount: random.between(-70_000, 70_000), due: random.below(2) })
      else world.table(Debt).remove(slot)
      return
    default:
      world.table(Secret).add(slot, { value: random.below(9) })
      world.table(Purse).add(slot, { coins: random.below(9) })
  }
}
