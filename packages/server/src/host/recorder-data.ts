import { type Game, World } from '@worldkeep/world'
import { keepBytesMax } from '../recording/recording-limits.ts'
import { recordingsFolder, runFolder } from '../recording/run-folders.ts'
import type { GameModule, RecorderThreadData, SharedParts } from '../threads/thread-data.ts'
import type { NodeConfig } from './config.ts'
import { packageVersion } from './version.ts'

/** What the recorder thread needs beyond the parts that all threads share. */
export function recorderDataOf(parts: {
  readonly config: NodeConfig
  readonly game: Game
  readonly gameModule: GameModule
  readonly startedAt: string
}): Omit<RecorderThreadData, keyof SharedParts> {
  const { config, game, gameModule, startedAt } = parts
  const { core, dataDir, recordFile } = config
  const header = {
    game: { name: game.name, module: gameModule.url, options: gameModule.options },
    declarationsHash: game.declarationsHash,
    config: core,
    startedAt,
    worldkeepVersion: packageVersion(),
    leaves: leafNamesOf(game, core),
  }
  if (recordFile !== null) return { header, target: { kind: 'file', path: recordFile }, recordingsDir: null }
  const path = runFolder(dataDir, { startedAt, pid: process.pid })
  const keepTicks = config.recordingKeepS * core.tickHz
  return {
    header,
    target: { kind: 'folder', path, keepTicks, keepBytes: keepBytesMax },
    recordingsDir: recordingsFolder(dataDir),
  }
}

/** They are made with a world, so one is made and thrown away. */
function leafNamesOf(game: Game, options: { readonly tickHz: number; readonly seed: number }): readonly string[] {
  return new World(game, options).stateHash.names
}
