import { ByteReader, type Clock, RingReader } from '@worldkeep/kernel'
import type { Game } from '@worldkeep/world'
import type { CoreConfig } from '../core-config.ts'
import { createBoards, openTickBoard } from '../counters.ts'
import { connectionsMax } from '../limits.ts'
import { createMailboxes } from '../mailboxes.ts'
import { TickCore } from '../tick/tick-core.ts'
import { TickFault } from '../tick/tick-fault.ts'
import type { RecordedFault, RecordedTick } from './recorded-entry.ts'

/** The first thing that is not as it was. */
export interface Divergence {
  readonly tick: number
  /** State hashes, sixteen hex digits. */
  readonly recorded: string
  readonly computed: string
  /** Leaves of the state hash that differ: `motion.vx`, `health.current` … */
  readonly leaves: readonly string[]
}

/**
 * Lives a recording again: the same cores, the same inputs, no thread and no clock. The recording's first entry is a
 * checkpoint; from it on every tick must come to the recorded hash.
 */
export class Replayer {
  readonly core: TickCore
  readonly #outgoing: readonly RingReader[]

  constructor(game: Game, config: CoreConfig, clock: Clock) {
    const mailboxes = createMailboxes()
    this.core = new TickCore({
      game,
      config,
      mailboxes,
      clock,
      board: openTickBoard(createBoards()),
      connectionsMax,
      doorbells: { gateway: null, persistence: null, host: null },
      startsFrom: 'checkpoint',
    })
    this.#outgoing = [mailboxes.outbound, mailboxes.jobs, mailboxes.events].map((memory) => new RingReader(memory))
  }

  /** False: not a checkpoint of this game, seed and configuration. */
  restore(checkpoint: Uint8Array): boolean {
    return this.core.restore(new ByteReader(checkpoint))
  }

  /** One recorded tick, or null when it came out as recorded. */
  replay(entry: RecordedTick): Divergence | null {
    this.core.replay(entry.records)
    for (const ring of this.#outgoing) discard(ring)
    const { stateHash } = this.core.world
    const { total } = stateHash
    if (total.low() === entry.hashLow && total.high() === entry.hashHigh && this.core.world.tick() === entry.tick)
      return null
    return {
      tick: entry.tick,
      recorded: hex(entry.hashHigh) + hex(entry.hashLow),
      computed: total.hex(),
      leaves: stateHash.names.filter((_, index) => stateHash.leaves[index] !== entry.leaves[index]),
    }
  }

  /** A tick that failed when it was lived: how it fails now, or null when it does not. */
  replayFault(entry: RecordedFault): string | null {
    try {
      this.core.replay(entry.records)
      return null
    } catch (error) {
      if (error instanceof TickFault) return error.message
      throw error
    }
  }
}

function discard(ring: RingReader): void {
  while (ring.next());
  ring.release()
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0')
}
