import { viewRadiusCellsMax } from '@worldkeep/replication'
import { slotsMax, tickHzMax, tickHzMin } from '@worldkeep/world'
import { z } from 'zod'
import { type CoreConfig, coreDefaults } from '../core/core-config.ts'
import { connectionsMax } from '../core/limits.ts'

/** Everything a node can be told. Left out: the default. */
export interface NodeOptions extends Partial<CoreConfig> {
  /** URL or path of a module that exports `createGame(options)`. */
  readonly game: string
  readonly gameOptions?: { readonly [name: string]: unknown }
  /** Address to listen on; 127.0.0.1 unless told otherwise. */
  readonly host?: string
  /** 0: any free port. */
  readonly port?: number
  /** Folder of everything this node keeps. */
  readonly dataDir?: string
  /** `postgres://…`; left out: SQLite in the data folder. */
  readonly store?: string
  /** Folder of a web client to serve. */
  readonly web?: string
  readonly maxCatchUpTicks?: number
  /** Without progress for this long, the tick is reported as stalled. */
  readonly watchdogMs?: number
  /** The flight recorder. */
  readonly record?: 'on' | 'off'
  /** Seconds that recordings in the data folder cover. */
  readonly recordingKeepS?: number
  /** Records everything into this one file instead. */
  readonly recordFile?: string
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Signs access tokens; left out: a secret of the data folder. */
  readonly tokenSecret?: string
}

export interface NodeConfig {
  readonly core: CoreConfig
  readonly game: string
  readonly gameOptions: { readonly [name: string]: unknown }
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly store: string | null
  readonly web: string | null
  readonly maxCatchUpTicks: number
  readonly watchdogMs: number
  readonly record: 'on' | 'off'
  readonly recordingKeepS: number
  readonly recordFile: string | null
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly tokenSecret: string | undefined
}

/** A setting is wrong; the message names it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const whole = (min: number, max: number): z.ZodNumber => z.number().int().min(min).max(max)

const shape = {
  game: z.string().min(1),
  gameOptions: z.record(z.string(), z.unknown()).default({}),
  host: z.string().min(1).default('127.0.0.1'),
  port: whole(0, 65_535).default(4510),
  dataDir: z.string().min(1).default('.worldkeep'),
  store: z.string().min(1).nullable().default(null),
  web: z.string().min(1).nullable().default(null),
  maxCatchUpTicks: whole(0, 100).default(3),
  watchdogMs: whole(50, 600_000).default(500),
  record: z.enum(['on', 'off']).default('on'),
  recordingKeepS: whole(10, 86_400).default(600),
  recordFile: z.string().min(1).nullable().default(null),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  tokenSecret: z.string().min(32, 'at least 32 characters').optional(),
  tickHz: whole(tickHzMin, tickHzMax).default(coreDefaults.tickHz),
  snapshotHz: whole(1, tickHzMax).optional(),
  seed: whole(0, 0xffffffff).default(coreDefaults.seed),
  sessionsMax: whole(1, connectionsMax - 1).default(coreDefaults.sessionsMax),
  handshakesPerTickMax: whole(1, 1024).default(coreDefaults.handshakesPerTickMax),
  graceS: z.number().min(0).max(86_400).default(coreDefaults.graceS),
  checkpointIntervalS: z.number().min(1).max(86_400).default(coreDefaults.checkpointIntervalS),
  viewRadiusCells: whole(0, viewRadiusCellsMax).default(coreDefaults.viewRadiusCells),
  farRadiusCells: whole(0, viewRadiusCellsMax).default(coreDefaults.farRadiusCells),
  farHz: z.number().min(0.1).max(tickHzMax).default(coreDefaults.farHz),
  viewEntitiesMax: whole(1, slotsMax).default(coreDefaults.viewEntitiesMax),
  hysteresisM: z.number().min(0).max(100).default(coreDefaults.hysteresisM),
  queuedCommandsMax: whole(1, 65_536).default(coreDefaults.queuedCommandsMax),
  queuedBytesMax: whole(1024, 1 << 24).default(coreDefaults.queuedBytesMax),
  sendBacklogBytesMax: whole(1024, 1 << 28).default(coreDefaults.sendBacklogBytesMax),
  frameAgeMaxMs: whole(1, 60_000).default(coreDefaults.frameAgeMaxMs),
  sendBacklogCloseBytes: whole(1024, 1 << 29).default(coreDefaults.sendBacklogCloseBytes),
  helloTimeoutMs: whole(50, 600_000).default(coreDefaults.helloTimeoutMs),
  idleTimeoutMs: whole(100, 3_600_000).default(coreDefaults.idleTimeoutMs),
  pingIntervalMs: whole(50, 600_000).default(coreDefaults.pingIntervalMs),
  pongTimeoutMs: whole(50, 600_000).default(coreDefaults.pongTimeoutMs),
}

/** Checks everything at once and fills in defaults. Throws `ConfigError` with one line per wrong setting. */
export function parseConfig(options: NodeOptions): NodeConfig {
  const parsed = z.strictObject(shape).safeParse(options)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.') || issue.code}: ${issue.message}`)
    throw new ConfigError(`The configuration is not valid.\n  ${lines.join('\n  ')}`)
  }
  const { game, gameOptions, host, port, dataDir, store, web, maxCatchUpTicks, logLevel, tokenSecret, ...others } =
    parsed.data
  const { record, recordingKeepS, recordFile, watchdogMs, ...rest } = others
  const core: CoreConfig = { ...rest, snapshotHz: rest.snapshotHz ?? rest.tickHz }
  if (core.tickHz % core.snapshotHz !== 0) {
    throw new ConfigError(
      `The configuration is not valid.\n  snapshotHz: ${core.snapshotHz} does not divide tickHz ${core.tickHz}`,
    )
  }
  if (core.sendBacklogCloseBytes < core.sendBacklogBytesMax) {
    throw new ConfigError(
      'The configuration is not valid.\n  sendBacklogCloseBytes: must not be below sendBacklogBytesMax',
    )
  }
  if (recordFile !== null && record === 'off') {
    throw new ConfigError('The configuration is not valid.\n  recordFile: nothing is recorded while record is off')
  }
  const recording = { record, recordingKeepS, recordFile }
  const place = { host, port, dataDir, store, web }
  return { core, game, gameOptions, ...place, ...recording, maxCatchUpTicks, watchdogMs, logLevel, tokenSecret }
}
