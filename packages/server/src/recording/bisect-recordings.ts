import type { Clock } from '@worldkeep/kernel'
import type { Game } from '@worldkeep/world'
import type { Replayer } from '../core/replay/replayer.ts'
import { diffWorlds, type StateDifference } from '../core/replay/state-diff.ts'
import { playRecording, restored } from './play-recording.ts'
import type { RecordingEntry } from './recording-entries.ts'
import type { Recording } from './recording-reader.ts'

/** The first tick in which two runs differ, and in what. */
export interface Bisection {
  /** Null: they agree wherever both can be compared. */
  readonly tick: number | null
  /** Leaves of the state hash that differ in that tick. */
  readonly leaves: readonly string[]
  /** Values of the two runs, as of `comparedAtTick`. Empty where only the hashes are known. */
  readonly differences: readonly StateDifference[]
  /** The tick whose states were compared: the first difference's own, or the next checkpoint after it. */
  readonly comparedAtTick: number | null
}

const differencesMax = 20
const agreed: Bisection = { tick: null, leaves: [], differences: [], comparedAtTick: null }

type TickEntry = Extract<RecordingEntry, { kind: 'tick' }>
type CheckpointEntry = Extract<RecordingEntry, { kind: 'checkpoint' }>

/** A recording (first) against the rules of `game` as they are today (second). */
export function bisectWithGame(recording: Recording, game: Game, clock: Clock): Bisection {
  const { divergence, replayer } = playRecording(recording, game, clock)
  if (divergence === null || replayer === null) return agreed
  const found = { tick: divergence.tick, leaves: divergence.leaves }
  const later = goOnToCheckpoint(recording, replayer, divergence.tick)
  if (later === null) return { ...found, differences: [], comparedAtTick: null }
  const recorded = restored(recording, game, clock, later)
  const differences = diffWorlds(recorded.core.world, replayer.core.world, differencesMax)
  return { ...found, differences: sorted(differences, divergence.leaves), comparedAtTick: later.tick }
}

/** Two recordings of one game, by their hashes; the values by playing both again up to the tick that differs. */
export function bisectRecordings(first: Recording, second: Recording, game: Game, clock: Clock): Bisection {
  const found = firstDifferentTick(first, second)
  if (found === null) return agreed
  const [a, b] = [first, second].map(
    (recording) => playRecording(recording, game, clock, { untilTick: found.tick }).replayer,
  )
  if (a === null || a === undefined || b === null || b === undefined)
    return { ...found, differences: [], comparedAtTick: null }
  const differences = diffWorlds(a.core.world, b.core.world, differencesMax)
  return { ...found, differences: sorted(differences, found.leaves), comparedAtTick: found.tick }
}

function firstDifferentTick(
  first: Recording,
  second: Recording,
): { readonly tick: number; readonly leaves: readonly string[] } | null {
  const others = ticksOf(second)
  let other = others.next()
  for (const entry of ticksOf(first)) {
    while (other.done !== true && other.value.tick < entry.tick) other = others.next()
    if (other.done === true) return null
    const { value } = other
    if (value.tick !== entry.tick) continue
    if (value.hashLow === entry.hashLow && value.hashHigh === entry.hashHigh) continue
    const leaves = first.header.leaves.filter((_, index) => value.leaves[index] !== entry.leaves[index])
    return { tick: entry.tick, leaves }
  }
  return null
}

function* ticksOf(recording: Recording): Generator<TickEntry> {
  for (const entry of recording.entries()) if (entry.kind === 'tick') yield entry
}

/** Plays on, whatever the hashes say, up to the next checkpoint after `tick`; null when there is none. */
function goOnToCheckpoint(recording: Recording, replayer: Replayer, tick: number): CheckpointEntry | null {
  for (const entry of recording.entries()) {
    if (entry.kind === 'gap' && entry.tick > tick) return null
    if (entry.kind === 'checkpoint' && entry.tick >= tick) return entry
    if (entry.kind === 'tick' && entry.tick > tick) replayer.replay(entry)
  }
  return null
}

/** What differed first comes first. */
function sorted(differences: readonly StateDifference[], leaves: readonly string[]): readonly StateDifference[] {
  const rank = (difference: StateDifference): number => (leaves.includes(difference.leaf) ? 0 : 1)
  return [...differences].sort((a, b) => rank(a) - rank(b))
}
