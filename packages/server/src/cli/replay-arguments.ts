import { parseArgs } from 'node:util'
import { ConfigError } from '../host/config.ts'

export const replayHelp = `worldkeep replay RECORDING [options]     play a recording again, and compare every tick
worldkeep bisect A [B] [options]        find the first tick and field in which two runs differ:
                                        two recordings, or one and the rules of today

  RECORDING        a file, or the folder of a run in <data folder>/recordings

Options
  --game FILE      the game to play with (the module that was recorded)
  --until T        play up to tick T
  --inspect ENTITY print an entity's state at the end
  --session PLAYER print a player's session at the end
  --watch FIELD    with --inspect: print a field (health.current, motion.vx) whenever it changes
  --json           one JSON object instead of text
`

export interface ReplayArguments {
  readonly command: 'replay' | 'bisect'
  readonly paths: readonly string[]
  readonly game: string | null
  readonly untilTick: number | null
  readonly inspect: number | null
  readonly session: string | null
  readonly watch: string | null
  readonly json: boolean
}

const options = {
  game: { type: 'string' },
  until: { type: 'string' },
  inspect: { type: 'string' },
  session: { type: 'string' },
  watch: { type: 'string' },
  json: { type: 'boolean' },
} as const

/** Throws `ConfigError` with what to write instead. */
export function parseReplay(command: 'replay' | 'bisect', argv: readonly string[]): ReplayArguments {
  const { values, positionals } = parse(argv)
  const most = command === 'replay' ? 1 : 2
  if (positionals.length < 1 || positionals.length > most) {
    throw new ConfigError(
      command === 'replay' ? 'Which recording? worldkeep replay RECORDING' : 'Which recordings? worldkeep bisect A [B]',
    )
  }
  if (values.watch !== undefined && values.inspect === undefined)
    throw new ConfigError('--watch needs an entity: --inspect ENTITY')
  return {
    command,
    paths: positionals,
    game: values.game ?? null,
    untilTick: wholeNumber('--until', values.until),
    inspect: wholeNumber('--inspect', values.inspect),
    session: values.session ?? null,
    watch: values.watch ?? null,
    json: values.json ?? false,
  }
}

function parse(argv: readonly string[]): {
  values: { game?: string; until?: string; inspect?: string; session?: string; watch?: string; json?: boolean }
  positionals: string[]
} {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new ConfigError(`${(error as Error).message.split('. ')[0]}. Try: worldkeep replay --help`)
  }
}

function wholeNumber(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new ConfigError(`${name}: "${text}" is not a whole number`)
  return value
}
