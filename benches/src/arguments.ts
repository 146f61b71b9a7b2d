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
  entities: [0, 100_000],
  size: [64, 8_192],
  seconds: [1, 3_600],
  seed: [0, 0xffffffff],
} as const

export function parseArguments(args: readonly string[], scenarios: readonly string[]): BenchArguments | 'help' {
  const { values, positionals } = parse(args)
  if (values.help === true) return 'help'
  const [scenario, ...rest] = positionals
  if (scenario === undefined || rest.length > 0)
    throw new ArgumentError('Name one scenario: npm run bench -- meadow. All: --help')
  if (!scenarios.includes(scenario))
    throw new ArgumentError(`There is no scenario ${scenario}. There is: ${scenarios.join(', ')}`)
  const whole = (name: keyof typeof bounds, byDefault: number): number => requireWhole(name, values[name], byDefault)
  return {
    scenario,
    json: values.json === true,
    workload: {
      clients: whole('clients', workloadDefaults.clients),
      entities: whole('entities', workloadDefaults.entities),
      sizeM: whole('size', workloadDefaults.sizeM),
      seconds: whole('seconds', workloadDefaults.seconds),
      seed: whole('seed', workloadDefaults.seed),
      profileDir: values.profile ?? null,
    },
  }
}

export function helpText(scenarios: { readonly [name: string]: Scenario }): string {
  const lines = Object.entries(scenarios).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`)
  const { clients, entities, sizeM, seconds, seed } = workloadDefaults
  return `npm run bench -- <scenario> [options]

Scenarios
${lines.join('\n')}

Options
  --clients N     real clients                        ${clients}
  --entities N    wandering entities beside them      ${entities}
  --size M        width of the world, metres          ${sizeM}
  --seconds S     measured time, after the warm-up    ${seconds}
  --seed N        seed of world and clients           ${seed}
  --json          one line of JSON on standard output
  --help

Exit code: 0 measured and every view right, 1 not so, 2 wrong arguments.`
}

function parse(args: readonly string[]) {
  const number = { type: 'string' } as const
  const options = {
    clients: number,
    entities: number,
    size: number,
    seconds: number,
    seed: number,
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

function requireWhole(name: keyof typeof bounds, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault
  const [min, max] = bounds[name]
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new ArgumentError(`--${name} ${text}: a whole number, ${min} to ${max}, please`)
}
