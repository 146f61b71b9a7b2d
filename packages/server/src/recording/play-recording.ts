import type { Clock } from '@worldkeep/kernel'
import type { Game } from '@worldkeep/world'
import { type Divergence, Replayer } from '../core/replay/replayer.ts'
import type { RecordingEntry } from './recording-entries.ts'
import type { Recording } from './recording-reader.ts'

export interface PlayOptions {
  /** Last tick to play; left out: all. */
  readonly untilTick?: number
  /** After every tick that came out as recorded. */
  readonly afterTick?: (replayer: Replayer, tick: number) => void
}

export interface PlayReport {
  readonly fromTick: number
  readonly toTick: number
  readonly ticksPlayed: number
  /** Stretches that the recording does not have. */
  readonly gaps: number
  readonly divergence: Divergence | null
  /** The tick in which the recorded node failed, and how it fails when played; `message` null: it does not. */
  readonly fault: { readonly tick: number; readonly message: string | null } | null
  /** The state after the last tick played, or as it was when it diverged; null when there was nothing to play. */
  readonly replayer: Replayer | null
}

/**
 * Plays a recording with a game, and compares every tick. Stops at the first difference: what comes after it follows from
 * it. After a gap it goes on from the next checkpoint.
 */
export function playRecording(recording: Recording, game: Game, clock: Clock, options: PlayOptions = {}): PlayReport {
  const { untilTick = Number.POSITIVE_INFINITY, afterTick } = options
  let replayer: Replayer | null = null
  let fault: PlayReport['fault'] = null
  let [fromTick, toTick, ticksPlayed, gaps] = [-1, -1, 0, 0]
  for (const entry of recording.entries()) {
    if (entry.kind !== 'gap' && entry.tick > untilTick) break
    if (entry.kind === 'gap') {
      gaps++
      replayer = null
    } else if (entry.kind === 'checkpoint') {
      replayer ??= restored(recording, game, clock, entry)
      if (fromTick < 0) fromTick = entry.tick
    } else if (entry.kind === 'fault') {
      if (replayer !== null) fault = { tick: entry.tick, message: replayer.replayFault(entry) }
    } else if (replayer !== null) {
      const divergence = replayer.replay(entry)
      ticksPlayed++
      toTick = entry.tick
      if (divergence !== null) return { fromTick, toTick, ticksPlayed, gaps, divergence, fault, replayer }
      afterTick?.(replayer, entry.tick)
    }
  }
  return { fromTick, toTick, ticksPlayed, gaps, divergence: null, fault, replayer }
}

/** The state of a checkpoint, ready to go on. Throws when the game cannot hold it. */
export function restored(
  recording: Recording,
  game: Game,
  clock: Clock,
  checkpoint: Extract<RecordingEntry, { kind: 'checkpoint' }>,
): Replayer {
  const replayer = new Replayer(game, recording.header.config, clock)
  if (replayer.restore(checkpoint.bytes)) return replayer
  throw new CheckpointRefused(
    `The checkpoint of tick ${checkpoint.tick} does not fit game ${game.name}: its components, zones or capacity are not those that were recorded.`,
  )
}

/** The game at hand is not the one that was recorded; the message says so. */
export class CheckpointRefused extends Error {
  override readonly name = 'CheckpointRefused'
}
