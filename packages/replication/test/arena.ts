import { ByteWriter } from '@worldkeep/kernel'
import {
  angle,
  axis,
  component,
  defineGame,
  type EntityHandle,
  flag,
  type Gate,
  i32,
  input,
  quantized,
  type System,
  sightGate,
  TickPhase,
  text,
  u8,
  u16,
  u32,
  World,
  type Zone,
} from '@worldkeep/world'
import type { ViewGeometry } from '../src/apply/view-geometry.ts'
import { type ViewListener, ViewModel } from '../src/apply/view-model.ts'
import { SegmentEncoder, type SegmentSink } from '../src/emit/segment-encoder.ts'
import { ViewEmitter } from '../src/emit/view-emitter.ts'
import { ViewTable } from '../src/emit/view-table.ts'

/** A world, the emitting half, and room for what it sends. */

export const Health = component('health', { audience: 'nearby', fields: { current: u16, max: u16 } })
export const Label = component('label', { audience: 'nearby', fields: { text: text(20), rank: u8 } })
export const Secret = component('secret', { audience: 'server', fields: { value: u32 } })
export const Pose = component('pose', { audience: 'motion', fields: { facing: angle, lean: quantized(-1, 1, 0.01) } })
export const Purse = component('purse', { audience: 'owner', fields: { coins: u32, note: text(8) } })
export const Frozen = component('frozen', { audience: 'nearby', fields: {} })
export const Debt = component('debt', { audience: 'nearby', fields: { amount: i32, due: flag } })
export const Luck = component('luck', { audience: 'owner', fields: { value: u8 } })
/** Whoever is marked is seen by its team, and who sneaks by who stands within `sneakSeenCm`. */
export const Team = component('team', { audience: 'server', fields: { number: u8 } })
export const Marked = component('marked', { audience: 'server', fields: {} })
export const Sneaking = component('sneaking', { audience: 'server', fields: {} })

export const sneakSeenCm = 500

const teamSight = sightGate('team', Marked, (world, viewer, slot) => {
  const { number } = world.table(Team).columns
  return number.get(viewer) === number.get(slot)
})

const sneakSight = sightGate('sneak', Sneaking, ({ motion }, viewer, slot) => {
  const dx = motion.xCm(viewer) - motion.xCm(slot)
  const dz = motion.zCm(viewer) - motion.zCm(slot)
  return dx * dx + dz * dz <= sneakSeenCm * sneakSeenCm
})

const noInput = input({ fields: { x: axis, z: axis }, steer: () => undefined })

export interface ArenaOptions {
  readonly sizeM: number
  readonly cellM: number
  readonly entitiesMax: number
  readonly radiusCells: number
  readonly farRadiusCells: number
  readonly farEverySnapshots: number
  readonly ticksPerSnapshot: number
  readonly sessionsMax: number
  readonly hysteresisCm: number
  readonly tickHz: number
  readonly viewEntitiesMax: number
  readonly shownPerCellMax: number
  /** The game has gates of sight. */
  readonly gated: boolean
  readonly systems: readonly System[]
  readonly gates: readonly Gate[]
}

const arenaDefaults: ArenaOptions = {
  sizeM: 100,
  cellM: 16,
  entitiesMax: 64,
  radiusCells: 1,
  farRadiusCells: 0,
  farEverySnapshots: 4,
  ticksPerSnapshot: 1,
  sessionsMax: 8,
  hysteresisCm: 200,
  tickHz: 20,
  viewEntitiesMax: 1000,
  shownPerCellMax: 1000,
  gated: false,
  systems: [],
  gates: [],
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
      components: [Health, Label, Secret, Pose, Purse, Frozen, Debt, Luck, Team, Marked, Sneaking],
      input: noInput,
      commands: [],
      systems: options.systems,
      gates: options.gates,
      sight: options.gated ? [teamSight, sneakSight] : [],
      player: { birthplace: () => ({ zone: 'field', xM: 0, zM: 0 }), join: () => undefined },
    })
    const { tickHz, shownPerCellMax } = options
    this.world = new World(game, { tickHz, seed: 1, shownPerCellMax })
    this.zone = this.world.zone('field') as Zone
    this.views = new ViewTable(options)
    this.encoder = new SegmentEncoder(this.world, this.sink)
    this.emitter = new ViewEmitter(
      { world: this.world, views: this.views, encoder: this.encoder },
      { sessionsMax: options.sessionsMax, entitiesMax: options.viewEntitiesMax },
    )
  }

  /** One whole tick up to extraction; then `frame` may be asked for every viewer. `late` runs after the step of motion. */
  tick(apply: () => void = () => undefined, late: () => void = () => undefined): void {
    const { world } = this
    world.beginTick()
    world.guard.enter(TickPhase.Apply)
    apply()
    world.guard.enter(TickPhase.Simulate)
    world.runSystems()
    late()
    world.guard.enter(TickPhase.Extract)
    world.commitSpace()
    world.guard.leave()
    this.sink.beginTick()
    this.encoder.begin(world.tick())
  }

  /** A tick that counts, and in which nothing happens. */
  skipTick(): void {
    const { world } = this
    world.beginTick()
    world.guard.enter(TickPhase.Poll)
    world.skipTick()
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

  geometry(): ViewGeometry {
    const { views, world, zone } = this
    return {
      tickHz: world.tickHz,
      firstCell: zone.firstCell,
      cellsWide: zone.cellsWide,
      cellCm: zone.cellCm,
      nearRadiusCells: views.radiusCells,
      blockRadiusCells: views.blockRadiusCells,
      farEveryTicks: views.farEverySnapshots * views.ticksPerSnapshot,
    }
  }

  viewModel(listener: ViewListener): ViewModel {
    return new ViewModel(this.world.game, this.geometry(), listener)
  }

  /** For tests that do not listen. */
  silentModel(): ViewModel {
    return this.viewModel({ entered: () => undefined, left: () => undefined, changed: () => undefined })
  }
}
