import { assert, type Fields, type Hash64, type Random, type Tick } from '@worldkeep/kernel'
import type { Component } from './define/component.ts'
import type { Game } from './define/game.ts'
import { Eligibility } from './guard/eligibility.ts'
import { mutationPhases, TickGuard, TickPhase } from './guard/tick-guard.ts'
import { shownPerCellMaxDefault, tickHzMax, tickHzMin } from './limits.ts'
import { Pulse } from './pipeline/pulse.ts'
import { TimeSlices } from './pipeline/time-slices.ts'
import { CellLists } from './space/cell-lists.ts'
import { Motion } from './space/motion.ts'
import { Residence } from './space/residence.ts'
import type { Sight } from './space/sight.ts'
import type { Tombstones } from './space/tombstones.ts'
import { Zone } from './space/zone.ts'
import { StateHash } from './state/state-hash.ts'
import { ChangeLog } from './tables/change-log.ts'
import { ComponentTable } from './tables/component-table.ts'
import { type EntityHandle, EntityTable } from './tables/entity-table.ts'

export interface WorldOptions {
  readonly tickHz: number
  readonly seed: number
  /** Entities of one cell that are seen; see `Sight`. */
  readonly shownPerCellMax?: number
  readonly pulse?: Pulse
}

/**
 * The world of one node: entities, components, space. Only the tick thread has one, and it changes only in the phases
 * its guard allows. Everything in it is fixed in size at boot, and a tick does not allocate.
 */
export class World {
  readonly game: Game
  readonly tickHz: number
  readonly seed: number
  readonly entities: EntityTable
  readonly motion: Motion
  readonly zones: readonly Zone[]
  readonly cells: CellLists
  /** Who may see whom, beside being near. */
  readonly sight: Sight
  readonly tombstones: Tombstones
  readonly changes: ChangeLog
  readonly tables: readonly ComponentTable[]
  readonly zoneOf: Uint16Array
  /** Tick in which an entity came to its present cell and channel. */
  readonly enteredTick: Int32Array
  /** Tick in which the set of an entity's components last changed. */
  readonly shapeTick: Int32Array
  /** Ticks in which a motion last changed, in which it last did so before that, and in which its path last broke. */
  readonly motionChangedTick: Int32Array
  readonly motionBeforeTick: Int32Array
  readonly motionPlacedTick: Int32Array
  /** Work that is spread over ticks. */
  readonly slices: TimeSlices
  /** Who takes part in the running tick: systems skip the others. */
  readonly eligibility: Eligibility
  readonly stateHash: StateHash
  readonly guard = new TickGuard()
  readonly #pulse: Pulse
  readonly #dying: Uint8Array
  readonly #dyingSlots: Int32Array
  readonly #residence: Residence
  #dyingCount = 0
  /** Everybody has been moved in this tick: what turns now turns only in the next. */
  #hasStepped = false

  constructor(game: Game, options: WorldOptions) {
    const { tickHz, seed } = options
    assert(
      Number.isInteger(tickHz) && tickHz >= tickHzMin && tickHz <= tickHzMax,
      `tickHz: ${tickHzMin} … ${tickHzMax}`,
    )
    const capacity = game.entitiesMax
    this.game = game
    this.tickHz = tickHz
    this.seed = seed >>> 0
    this.#pulse = options.pulse ?? new Pulse()
    this.zones = layOutZones(game, this.seed)
    const cells = this.zones.reduce((sum, zone) => sum + zone.cellCount(), 0)
    this.changes = new ChangeLog({ entitiesMax: capacity, cells, guard: this.guard })
    this.entities = new EntityTable(capacity)
    this.cells = new CellLists({ cells, entitiesMax: capacity })
    this.zoneOf = new Uint16Array(capacity)
    this.shapeTick = new Int32Array(capacity).fill(-1)
    this.motionChangedTick = new Int32Array(capacity).fill(-1)
    this.motionBeforeTick = new Int32Array(capacity).fill(-1)
    this.motionPlacedTick = new Int32Array(capacity).fill(-1)
    this.motion = new Motion(
      { capacity, tickHz, guard: this.guard },
      { turned: (slot) => this.#turned(slot), placed: (slot) => this.#placed(slot) },
    )
    this.tables = game.components.map(
      (component, index) => new ComponentTable(component, index, capacity, this.changes, this.shapeTick),
    )
    const { shownPerCellMax = shownPerCellMaxDefault } = options
    this.#residence = new Residence(this, { cells, shownPerCellMax })
    this.sight = this.#residence.sight
    this.tombstones = this.#residence.tombstones
    this.enteredTick = this.#residence.enteredTick
    this.slices = new TimeSlices(this)
    this.eligibility = new Eligibility(game.gates ?? [], capacity)
    this.stateHash = new StateHash(this)
    this.#dying = new Uint8Array(capacity)
    this.#dyingSlots = new Int32Array(capacity)
  }

  /** The tick now running, or the last one run. */
  tick(): Tick {
    return this.changes.tick as Tick
  }

  /** Whole ticks of a duration, at least one. */
  ticksOf(seconds: number): number {
    return Math.max(1, Math.round(seconds * this.tickHz))
  }

  /** The rows of a component this game has declared. */
  table<F extends Fields>(component: Component<string, F>): ComponentTable<F> {
    return this.tables[this.game.componentIndex(component)] as unknown as ComponentTable<F>
  }

  zone(name: string): Zone | null {
    return this.zones.find((zone) => zone.name === name) ?? null
  }

  zoneOfEntity(slot: number): Zone {
    return this.zones[this.zoneOf[slot] as number] as Zone
  }

  /** The seeded chance of a zone: the only chance there is in a tick. */
  random(zone: Zone): Random {
    return zone.random
  }

  /** Slot of a live entity, or -1. An entity despawned in this tick is gone already. */
  slotOf(handle: number): number {
    const slot = this.entities.slotOf(handle)
    return slot >= 0 && this.#dying[slot] === 0 ? slot : -1
  }

  isAlive(slot: number): boolean {
    return this.entities.alive[slot] === 1 && this.#dying[slot] === 0
  }

  handleOf(slot: number): EntityHandle {
    return this.entities.handleOf(slot)
  }

  /** A new entity at a place inside the zone, without components; 0 when the world is full (counted). */
  spawn(zone: Zone, xCm: number, zCm: number): EntityHandle {
    this.guard.require('World.spawn', mutationPhases)
    const slot = this.entities.claim()
    if (slot < 0) return 0 as EntityHandle
    const inside = zone.sizeCm - 1
    this.zoneOf[slot] = zone.index
    this.eligibility.claimed(slot)
    this.sight.claimed(slot)
    this.changes.cellOf[slot] = -1
    this.motion.clear(slot)
    this.motion.place(slot, clamp(xCm, inside), clamp(zCm, inside))
    this.#placed(slot)
    this.shapeTick[slot] = this.changes.tick
    return this.entities.handleOf(slot)
  }

  /** Takes an entity out of the world; its place is freed at the end of the tick. Stale handles are ignored. */
  despawn(handle: number): void {
    this.guard.require('World.despawn', mutationPhases)
    const slot = this.slotOf(handle)
    if (slot < 0) return
    this.#dying[slot] = 1
    this.#dyingSlots[this.#dyingCount++] = slot
  }

  /** Before anything else of a tick, so that what its commands spawn is newer than the last extraction. */
  beginTick(): void {
    this.guard.require('World.beginTick', TickPhase.Closed)
    this.eligibility.evaluate(this)
    this.changes.tick++
    this.#hasStepped = false
  }

  /** This tick counts, and nothing moves in it: whoever extrapolates must be told where the moving are. */
  skipTick(): void {
    this.guard.require('World.skipTick', TickPhase.Poll)
    const { alive, slotsUsed } = this.entities
    for (let slot = 0; slot < slotsUsed; slot++) if (alive[slot] === 1) this.#holdStill(slot)
  }

  /** A tick without motion for an entity that has a velocity: whoever extrapolates must be told where it is. */
  #holdStill(slot: number): void {
    if (this.motion.vx[slot] !== 0 || this.motion.vz[slot] !== 0) this.#placed(slot)
  }

  /** The simulate stage: systems in declared order, a tick's worth of slices, then one step of motion for everybody. */
  runSystems(): void {
    this.guard.require('World.runSystems', TickPhase.Simulate)
    const systems = this.game.systems
    for (let i = 0; i < systems.length; i++) {
      this.#pulse.enterSystem(i)
      systems[i]?.run(this)
    }
    this.#pulse.enterSystem(-1)
    this.slices.run()
    const { alive, slotsUsed } = this.entities
    for (let slot = 0; slot < slotsUsed; slot++) {
      if (alive[slot] !== 1) continue
      if (this.eligibility.has(slot)) this.motion.step(slot, (this.zones[this.zoneOf[slot] as number] as Zone).sizeCm)
      else this.#holdStill(slot)
    }
    this.#hasStepped = true
  }

  /** End of a tick: the despawned leave, and everybody else is linked into the cell they stand in. */
  commitSpace(): void {
    this.guard.require('World.commitSpace', TickPhase.Boot | TickPhase.Extract)
    for (let i = 0; i < this.#dyingCount; i++) this.#bury(this.#dyingSlots[i] as number)
    this.#dyingCount = 0
    const { alive, slotsUsed } = this.entities
    const { vx, vz } = this.motion
    const cellOf = this.changes.cellOf
    const tick = this.changes.tick
    const { inUse } = this.sight
    for (let slot = 0; slot < slotsUsed; slot++) {
      if (alive[slot] !== 1) continue
      const resting = vx[slot] === 0 && vz[slot] === 0 && this.motionChangedTick[slot] !== tick
      if (resting && !inUse && (cellOf[slot] as number) >= 0) continue
      this.#settle(slot)
    }
  }

  /** Digest of everything a tick can see or change. */
  hashState(): Hash64 {
    this.stateHash.update()
    return this.stateHash.total
  }

  #settle(slot: number): void {
    const zone = this.zones[this.zoneOf[slot] as number] as Zone
    this.motion.confine(slot, zone.sizeCm)
    this.#residence.settle(slot, zone.cellAt(this.motion.xCmFloor(slot), this.motion.zCmFloor(slot)))
  }

  #bury(slot: number): void {
    this.#residence.leave(slot)
    for (let i = 0; i < this.tables.length; i++) this.tables[i]?.bury(slot)
    this.#dying[slot] = 0
    this.entities.release(slot)
  }

  #turned(slot: number): void {
    this.#stampMotion(slot)
    if (this.#hasStepped) this.motionPlacedTick[slot] = this.changes.tick
  }

  #placed(slot: number): void {
    this.#stampMotion(slot)
    this.motionPlacedTick[slot] = this.changes.tick
  }

  #stampMotion(slot: number): void {
    const { tick } = this.changes
    const changed = this.motionChangedTick[slot] as number
    if (changed !== tick) this.motionBeforeTick[slot] = changed
    this.motionChangedTick[slot] = tick
    this.changes.touchEntity(slot)
  }
}

function layOutZones(game: Game, seed: number): readonly Zone[] {
  let firstCell = 0
  return game.zones.map((definition, index) => {
    const zone = new Zone(definition, { index, firstCell, seed })
    firstCell += zone.cellCount()
    return zone
  })
}

function clamp(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value
}
