import type { Gate } from '../define/gate.ts'
import type { World } from '../world.ts'
import { TickPhase } from './tick-guard.ts'

/**
 * Who takes part in the running tick: systems ask, and motion stands still for the others. The gates are asked once,
 * between two ticks, so that the set of a running tick never changes; who comes during a tick takes part from the next.
 * Without gates everybody does, at once. Does not allocate.
 */
export class Eligibility {
  readonly #gates: readonly Gate[]
  readonly #eligible: Uint8Array

  constructor(gates: readonly Gate[], capacity: number) {
    this.#gates = gates
    this.#eligible = new Uint8Array(capacity).fill(gates.length === 0 ? 1 : 0)
  }

  has(slot: number): boolean {
    return this.#eligible[slot] === 1
  }

  /** Asks the gates for everybody alive. Between two ticks only. */
  evaluate(world: World): void {
    world.guard.require('Eligibility.evaluate', TickPhase.Closed)
    if (this.#gates.length === 0) return
    const { alive, slotsUsed } = world.entities
    for (let slot = 0; slot < slotsUsed; slot++)
      this.#eligible[slot] = alive[slot] === 1 && this.#allows(world, slot) ? 1 : 0
  }

  /** A slot that has just been taken: what was decided for its last owner does not hold. */
  claimed(slot: number): void {
    this.#eligible[slot] = this.#gates.length === 0 ? 1 : 0
  }

  #allows(world: World, slot: number): boolean {
    for (let i = 0; i < this.#gates.length; i++) if (this.#gates[i]?.allows(world, slot) !== true) return false
    return true
  }
}
