import { parseArgs } from 'node:util'
import { ConfigError, type NodeOptions } from '../host/config.ts'

export const help = `worldkeep: an authoritative, persistent, realtime world server

Usage
  worldkeep start --game FILE [options]
  worldkeep replay RECORDING [options]     play a recording again; see worldkeep replay --help
  worldkeep bisect A [B] [options]         find where two runs begin to differ

Options
  --game FILE           module that exports createGame(options)
  --game-options JSON   handed to createGame
  --port N              port to listen on (4510)
  --host ADDRESS        address to listen on (127.0.0.1; 0.0.0.0 lets other machines in)
  --data-dir PATH       where the node keeps its world (.worldkeep)
  --store URL           postgres://user@host/database instead of the SQLite file in the data folder
  --web PATH            folder of a web client to serve
  --tick-hz N           simulation steps per second (20)
  --snapshot-hz N       snapshots per second, divides the tick rate (as the tick rate)
  --seed N              seed of all chance in the world
  --record FILE         record everything into this file, instead of the last minutes in the data folder
  --no-record           record nothing
  --log-level LEVEL     debug, info, warn, error or silent (warn on a terminal, else info)
  --version             print the version
  --help                print this

Environment
  WORLDKEEP_PORT          the port, where --port does not say
  WORLDKEEP_TOKEN_SECRET  signs access tokens; without it a secret is kept in the data folder
  NO_COLOR                no colours
`

const options = {
  game: { type: 'string' },
  'game-options': { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  'data-dir': { type: 'string' },
  store: { type: 'string' },
  web: { type: 'string' },
  'tick-hz': { type: 'string' },
  'snapshot-hz': { type: 'string' },
  seed: { type: 'string' },
  record: { type: 'string' },
  'no-record': { type: 'boolean' },
  'log-level': { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

export type CliCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'start'; readonly options: NodeOptions }

/** Throws `ConfigError` with what to write instead. */
export function parseCommandLine(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  onTerminal: boolean,
): CliCommand {
  const { values, positionals } = parse(argv)
  if (values.help === true) return { kind: 'help' }
  if (values.version === true) return { kind: 'version' }
  const [command, ...rest] = positionals
  if (command === undefined) return { kind: 'help' }
  if (command !== 'start' || rest.length > 0)
    throw new ConfigError(`There is no command "${positionals.join(' ')}". Try: worldkeep --help`)
  if (values.game === undefined) throw new ConfigError('Which game? Name its module: worldkeep start --game FILE')
  const numbers = {
    port: values.port ?? environment.WORLDKEEP_PORT,
    tickHz: values['tick-hz'],
    snapshotHz: values['snapshot-hz'],
    seed: values.seed,
  }
  const texts = {
    host: values.host,
    dataDir: values['data-dir'],
    store: values.store,
    web: values.web,
    recordFile: values.record,
    record: values['no-record'] === true ? ('off' as const) : undefined,
    logLevel: (values['log-level'] ?? (onTerminal ? 'warn' : 'info')) as NonNullable<NodeOptions['logLevel']>,
    tokenSecret: environment.WORLDKEEP_TOKEN_SECRET,
  }
  const given = <T extends object>(object: T): object =>
    Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
  const parsedNumbers = Object.fromEntries(
    Object.entries(given(numbers)).map(([name, text]) => [name, numberOf(name, text as string)]),
  )
  const gameOptions = values['game-options'] === undefined ? {} : { gameOptions: jsonOf(values['game-options']) }
  return { kind: 'start', options: { game: values.game, ...given(texts), ...parsedNumbers, ...gameOptions } }
}

function parse(argv: readonly string[]): {
  values: { [K in keyof typeof options]?: (typeof options)[K]['type'] extends 'boolean' ? boolean : string }
  positionals: string[]
} {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
    return { values, positionals }
  } catch (error) {
    throw new ConfigError(`${(error as Error).message.split('. ')[0]}. Try: worldkeep --help`)
  }
}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new ConfigError(`${name}: "${text}" is not a number`)
  return value
}

function jsonOf(text: string): { readonly [name: string]: unknown } {
  try {
    return JSON.parse(text) as { readonly [name: string]: unknown }
  } catch {
    throw new ConfigError(`--game-options: "${text}" is not JSON`)
  }
}
