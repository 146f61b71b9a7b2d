import { Random } from '@worldkeep/kernel'
import type { Truth } from '../check/truth.ts'
import { directions, hpChangesIn, spinDirection } from './walk.ts'
import { type Crowd, cellM, cellsWideOf, hpShareChangedPerS, speedMps, tickHz, viewRadiusCells } from './workloads.ts'

/** Called for every entity that went from one cell to another in this tick, or came into the world (from -1). */
export type OnCrossing = (id: number, from: number, to: number) => void

/**
 * The crowd as a peer without a world of its own simulates it: arrays of numbers, and who is in which cell. The walkers of
 * the workload; players are told where to walk.
 */
export class Field {
  readonly crowd: Crowd
  readonly cellsWide: number
  /** Metres, and metres per second. */
  readonly x: Float64Array
  readonly z: Float64Array
  readonly vx: Float64Array
  readonly vz: Float64Array
  readonly hp: Uint8Array
  readonly cell: Int32Array
  /** Entities by cell. */
  readonly members: readonly Set<number>[]
  /** Entities whose hp changed in this tick. */
  readonly hurt: number[] = []
  count = 0
  tick = 0
  readonly #random: Random
  readonly #turnTick: Int32Array
  /** 1: nobody's body, walks by itself. */
  readonly #wanders: Uint8Array

  constructor(crowd: Crowd, seed: number) {
    const capacity = crowd.entities + crowd.clients
    this.crowd = crowd
    this.cellsWide = cellsWideOf(crowd)
    this.x = new Float64Array(capacity)
    this.z = new Float64Array(capacity)
    this.vx = new Float64Array(capacity)
    this.vz = new Float64Array(capacity)
    this.hp = new Uint8Array(capacity).fill(100)
    this.cell = new Int32Array(capacity).fill(-1)
    this.members = Array.from({ length: this.cellsWide ** 2 }, () => new Set<number>())
    this.#random = new Random(seed)
    this.#turnTick = new Int32Array(capacity)
    this.#wanders = new Uint8Array(capacity)
    for (let i = 0; i < crowd.entities; i++) {
      const id = this.spawn()
      this.#wanders[id] = 1
      this.#turnTick[id] = this.#random.below(tickHz * 2)
    }
  }

  /** A new entity somewhere; told to nobody. */
  spawn(): number {
    const id = this.count++
    const sizeCm = this.crowd.sizeM * 100
    this.x[id] = this.#random.below(sizeCm) / 100
    this.z[id] = this.#random.below(sizeCm) / 100
    this.#settle(id)
    return id
  }

  /** Where a player walks from now on: a direction of length 1, or 0. */
  steer(id: number, x: number, z: number): void {
    this.vx[id] = x * speedMps
    this.vz[id] = z * speedMps
  }

  step(crossed: OnCrossing): void {
    this.tick++
    this.#hurtSome()
    const edge = this.crowd.sizeM - 0.001
    for (let id = 0; id < this.count; id++) {
      if (this.#wanders[id] === 1) this.#wander(id, edge)
      else if (this.crowd.players === 'spin') this.#spin(id)
      if (this.vx[id] === 0 && this.vz[id] === 0) continue
      this.x[id] = clamp((this.x[id] as number) + (this.vx[id] as number) / tickHz, edge)
      this.z[id] = clamp((this.z[id] as number) + (this.vz[id] as number) / tickHz, edge)
      const from = this.cell[id] as number
      const to = this.#cellAt(id)
      if (from === to) continue
      this.members[from]?.delete(id)
      this.#settle(id)
      crossed(id, from, to)
    }
  }

  /** Cells of the block around a cell, as far as they lie in the world. */
  blockOf(cell: number): readonly number[] {
    const middleX = cell % this.cellsWide
    const middleZ = Math.floor(cell / this.cellsWide)
    const block: number[] = []
    for (let z = middleZ - viewRadiusCells; z <= middleZ + viewRadiusCells; z++)
      for (let x = middleX - viewRadiusCells; x <= middleX + viewRadiusCells; x++)
        if (x >= 0 && z >= 0 && x < this.cellsWide && z < this.cellsWide) block.push(z * this.cellsWide + x)
    return block
  }

  /** What is true now; `players` are the bodies that have a view, and its viewers are named by them. */
  truth(players: Iterable<number>): Truth {
    return {
      tick: this.tick,
      cellsWide: this.cellsWide,
      entities: Array.from({ length: this.count }, (_, id) => {
        return {
          id,
          cell: this.cell[id] as number,
          xCm: (this.x[id] as number) * 100,
          zCm: (this.z[id] as number) * 100,
        }
      }),
      views: Array.from(players, (id) => {
        const cell = this.cell[id] as number
        const middle = { middleX: cell % this.cellsWide, middleZ: Math.floor(cell / this.cellsWide) }
        return { viewer: String(id), ...middle, radiusCells: viewRadiusCells }
      }),
    }
  }

  #settle(id: number): void {
    this.cell[id] = this.#cellAt(id)
    this.members[this.cell[id] as number]?.add(id)
  }

  #cellAt(id: number): number {
    const x = Math.floor((this.x[id] as number) / cellM)
    return Math.floor((this.z[id] as number) / cellM) * this.cellsWide + x
  }

  #hurtSome(): void {
    this.hurt.length = 0
    const changes = hpChangesIn(this.tick, { count: this.count, sharePerS: hpShareChangedPerS, tickHz })
    for (let i = 0; i < changes; i++) {
      const id = this.#random.below(this.count)
      this.hp[id] = this.#random.below(100)
      this.hurt.push(id)
    }
  }

  #wander(id: number, edge: number): void {
    if ((this.#turnTick[id] as number) <= this.tick) {
      this.#turnTick[id] = this.tick + this.#random.between(tickHz, 3 * tickHz)
      const [x, z] = directions[this.#random.below(directions.length)] as readonly [number, number]
      this.steer(id, x / 1000, z / 1000)
    }
    const x = (this.x[id] as number) + (this.vx[id] as number) / tickHz
    const z = (this.z[id] as number) + (this.vz[id] as number) / tickHz
    if (x < 0 || x > edge) this.vx[id] = -(this.vx[id] as number)
    if (z < 0 || z > edge) this.vz[id] = -(this.vz[id] as number)
  }

  #spin(id: number): void {
    const [x, z] = spinDirection(this.tick, id)
    this.steer(id, x / 1000, z / 1000)
  }
}

function clamp(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value
}
