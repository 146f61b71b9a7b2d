import { type Pipeline, type Pulse, TickPhase, type World } from '@worldkeep/world'
import type { TickBoard } from '../counters.ts'
import { pollFaultsInRowMax } from '../limits.ts'
import { LogLevel } from '../mailboxes.ts'
import type { HostEvents } from './host-events.ts'
import { TickFault } from './tick-fault.ts'

export interface TickRunnerParts {
  readonly pipeline: Pipeline
  readonly world: World
  readonly pulse: Pulse
  readonly events: HostEvents
  readonly board: TickBoard
  /** Before a fault that ends the world is thrown. */
  onFault(tick: number): void
}

/**
 * The edge of a tick, and the one place where what is thrown inside is caught. A poll that fails has changed nothing: its
 * tick is skipped. Anything else leaves a world that nobody may go on with: its guard closes for good.
 */
export class TickRunner {
  readonly #parts: TickRunnerParts
  readonly #pollFaults: number
  #faultsInRow = 0

  constructor(parts: TickRunnerParts) {
    this.#parts = parts
    this.#pollFaults = parts.board.slot('pollFaults')
  }

  /** The stages of a tick that has begun. False: it was skipped. Throws `TickFault`. */
  run(tick: number): boolean {
    try {
      this.#parts.pipeline.run(tick)
      this.#faultsInRow = 0
      return true
    } catch (error) {
      this.#settle(tick, error)
      return false
    }
  }

  /** A tick that has begun counts, and nothing happens in it. */
  skip(): void {
    const { world, pipeline } = this.#parts
    world.guard.enter(TickPhase.Poll)
    world.skipTick()
    pipeline.abandon()
  }

  #settle(tick: number, cause: unknown): void {
    const { pipeline, world, pulse, events, board } = this.#parts
    const hook = pipeline.current()
    const system = world.game.systems[pulse.system()]?.name ?? null
    const fault = new TickFault({ tick, seed: world.seed, hook, system }, cause)
    this.#faultsInRow++
    if (hook?.stage !== 'poll' || this.#faultsInRow >= pollFaultsInRowMax) {
      world.guard.fail()
      this.#parts.onFault(tick)
      throw fault
    }
    board.add(this.#pollFaults, 1)
    if (this.#faultsInRow === 1) events.log(LogLevel.Error, `TICK_POLL_FAULT: the tick is skipped: ${fault.message}`)
    this.skip()
  }
}
