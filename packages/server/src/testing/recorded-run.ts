import { ManualClock, RingReader } from '@worldkeep/kernel'
import type { Game } from '@worldkeep/world'
import { createBoards, openRecorderBoard } from '../core/counters.ts'
import { RecordKind } from '../core/mailboxes.ts'
import { type PlayReport, playRecording } from '../recording/play-recording.ts'
import { RecordingIntake } from '../recording/recording-intake.ts'
import { openRecording } from '../recording/recording-reader.ts'
import { RecordingWriter } from '../recording/recording-writer.ts'
import type { SimulatedNode } from './simulated-node.ts'

export interface RecordedRunParts {
  readonly game: Game
  /** Where `worldkeep replay` finds the game: a URL, or a path from the folder it is called in. */
  readonly module: string
  /** What `createGame` of that module was given. */
  readonly options?: { readonly [name: string]: unknown }
  /** The recording. A file that is there already is set aside as `PATH.old`. */
  readonly path: string
}

/** The recorder of a simulated node that was started with `record`: from its mailbox to a file. */
export class RecordedRun {
  readonly #intake: RecordingIntake
  readonly #writer: RecordingWriter

  constructor(node: SimulatedNode, parts: RecordedRunParts) {
    const { game, module, options = {}, path } = parts
    const board = openRecorderBoard(createBoards())
    const { declarationsHash, name } = game
    // Nothing of this machine or moment: the same run makes the same file.
    const header = {
      game: { name, module, options },
      declarationsHash,
      config: node.config,
      startedAt: '1970-01-01T00:00:00.000Z',
      worldkeepVersion: 'simulated',
      leaves: node.tick.world.stateHash.names,
    }
    const report = ({ kind }: { readonly kind: string }): void => {
      if (kind === 'failed') throw new Error(`${path} cannot be written`)
    }
    this.#writer = new RecordingWriter({ target: { kind: 'file', path }, header, board, clock: node.clock, report })
    this.#intake = new RecordingIntake(new RingReader(node.recording), this.#writer, board)
  }

  /** Takes what has been recorded; the mailbox holds some hundred ticks. */
  drain(): void {
    this.#intake.drain()
  }

  close(): void {
    this.drain()
    this.#writer.close()
  }
}

/** Plays the recording at `path` with `game` up to its end, or up to the first tick that differs. */
export function replayRecording(path: string, game: Game): PlayReport {
  return playRecording(openRecording(path), game, new ManualClock())
}

/** One recorded tick, for who compares runs. */
export interface TickRecord {
  /** State hash after it, sixteen hex digits. */
  readonly hash: string
  /** What it took in: `Handshake`, `Input`, `Command` … */
  readonly inputs: readonly string[]
}

/** All recorded ticks, from tick 1 on. Throws when one is missing. */
export function recordedTicks(path: string): readonly TickRecord[] {
  const ticks: TickRecord[] = []
  for (const entry of openRecording(path).entries()) {
    if (entry.kind !== 'tick') continue
    if (entry.tick !== ticks.length + 1) throw new Error(`${path}: tick ${ticks.length + 1} is missing`)
    const inputs = entry.records.map(({ kind }) => kindNames.get(kind) ?? String(kind))
    ticks.push({ hash: hex(entry.hashHigh) + hex(entry.hashLow), inputs })
  }
  return ticks
}

const kindNames = new Map<number, string>(Object.entries(RecordKind).map(([name, kind]) => [kind, name]))

function hex(word: number): string {
  return word.toString(16).padStart(8, '0')
}
