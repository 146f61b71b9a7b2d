import { parseArgs } from 'node:util'
import { type Scenario, type Workload, workloadDefaults } from './scenario.ts'

/** The command line is wrong; the message says how. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError'
}

export interface BenchArguments {
  readonly scenario: string
  readonly json: boolean
  readonly workload: Workload
}

/** Smallest and largest value of each number. */
const bounds = {
  clients: [1, 5_000],
  sessions: [1, 5_000],
  entities: [0, 100_000],
  size: [64, 8_192],
  seconds: [1, 3_600],
  ticks: [100, 16_000],
  seed: [0, 0xffffffff],
  rounds: [1, 100],
} as const

export function parseArguments(
  args: readonly string[],
  scenarios: { readonly [name: string]: Scenario },
): BenchArguments | 'help' {
  const { values, positionals } = parse(args)
  if (values.help === true) return 'help'
  const [scenario, variant, ...rest] = positionals
  if (scenario === undefined || rest.length > 0)
    throw new ArgumentError('Name one scenario: npm run bench -- meadow. All: --help')
  if (!Object.hasOwn(scenarios, scenario))
    throw new ArgumentError(`There is no scenario ${scenario}. There is: ${Object.keys(scenarios).join(', ')}`)
  const { variants } = scenarios[scenario] as Scenario
  const defaults = { ...workloadDefaults, ...scenarios[scenario]?.defaults }
  const whole = (name: keyof typeof bounds, byDefault: number): number => requireWhole(name, values[name], byDefault)
  return {
    scenario,
    json: values.json === true,
    workload: {
      sessions: whole('sessions', defaults.sessions),
      ticks: whole('ticks', defaults.ticks),
      clients: whole('clients', defaults.clients),
      entities: whole('entities', defaults.entities),
      sizeM: whole('size', defaults.sizeM),
      seconds: whole('seconds', defaults.seconds),
      seed: whole('seed', defaults.seed),
      variant: requireVariant(scenario, variants, variant),
      rounds: values.rounds === undefined ? null : whole('rounds', 1),
      only: requireParts(scenario, variants, values.only),
      profileDir: values.profile ?? null,
    },
  }
}

export function helpText(scenarios: { readonly [name: string]: Scenario }): string {
  const lines = Object.entries(scenarios).map(([name, { summary, variants }]) => {
    const names = variants === undefined ? '' : `: ${variants.names.join(', ')} (${variants.byDefault})`
    return `  ${name.padEnd(12)}${summary}${names}`
  })
  const { clients, sessions, entities, sizeM, seconds, ticks, seed } = workloadDefaults
  return `npm run bench -- <scenario> [workload] [options]

Scenarios
${lines.join('\n')}

Options
  --clients N     real clients                        ${clients}
  --sessions N    players without clients             ${sessions}
  --entities N    wandering entities beside them      ${entities}, 5000 without clients
  --size M        width of the world, metres          ${sizeM}
  --seconds S     measured time, after the warm-up    ${seconds}
  --ticks N       measured ticks, after the warm-up   ${ticks}
  --seed N        seed of world and clients           ${seed}
  --rounds N      how often versus measures everybody 5 of M, else 3
  --only A,B      whom versus measures                everybody
  --json          one line of JSON on standard output
  --help

Exit code: 0 measured and good, 1 not so, 2 wrong arguments.`
}

function parse(args: readonly string[]) {
  const number = { type: 'string' } as const
  const options = {
    clients: number,
    sessions: number,
    ticks: number,
    entities: number,
    size: number,
    seconds: number,
    seed: number,
    rounds: number,
    only: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
    // For developers: CPU profiles of the server's threads are left in this folder.
    profile: { type: 'string' },
  } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error))
  }
}

function requireVariant(scenario: string, variants: Scenario['variants'], name: string | undefined): string {
  if (variants === undefined && name !== undefined)
    throw new ArgumentError(`${scenario} ${name}: ${scenario} has no workloads to choose from`)
  if (variants === undefined) return ''
  if (name === undefined) return variants.byDefault
  if (variants.names.includes(name)) return name
  throw new ArgumentError(`${scenario} ${name}: there is no such workload. There is: ${variants.names.join(', ')}`)
}

function requireParts(scenario: string, variants: Scenario['variants'], text: string | undefined): readonly string[] {
  if (text === undefined) return []
  const known = variants?.parts ?? []
  const parts = text.split(',')
  const unknown = parts.find((part) => !known.includes(part))
  if (unknown === undefined) return parts
  throw new ArgumentError(`--only ${text}: ${scenario} knows ${known.length === 0 ? 'no parts' : known.join(', ')}`)
}

function requireWhole(name: keyof typeof bounds, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault
  const [min, max] = bounds[name]
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new ArgumentError(`--${name} ${text}: a whole number, ${min} to ${max}, please`)
}
