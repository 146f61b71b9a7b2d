/** How much of everything, from the command line; each scenario takes what it needs. */
export interface Workload {
  /** Real clients, over sockets. */
  readonly clients: number
  /** Players of a tick core without clients. */
  readonly sessions: number
  readonly entities: number
  readonly sizeM: number
  readonly seconds: number
  readonly ticks: number
  readonly seed: number
  /** Which of the scenario's named workloads; '' where it has none. */
  readonly variant: string
  /** How often everything is measured; null: as the scenario thinks. */
  readonly rounds: number | null
  /** Parts of the scenario to run; empty: all. */
  readonly only: readonly string[]
  /** Where to leave CPU profiles of the server; null for none. */
  readonly profileDir: string | null
}

export const workloadDefaults = {
  clients: 200,
  sessions: 200,
  entities: 2_000,
  sizeM: 1_024,
  seconds: 15,
  ticks: 10_000,
  seed: 1,
} as const

/** A name and a value, and whether that is as it should be. */
export type Row = readonly [name: string, value: string, tone?: 'good' | 'bad']

/** What was measured. */
export interface Report {
  /** One line of JSON; `benches/README.md` says how to read it. */
  readonly result: { readonly scenario: string; readonly [field: string]: unknown }
  /** The same as a person reads it: names and values. */
  readonly rows: readonly Row[]
  /** False: what was measured is wrong, or worse than promised. */
  readonly isGood: boolean
}

export interface Scenario {
  /** One line for `--help`. */
  readonly summary: string
  /** Where it differs from the usual workload. */
  readonly defaults: Partial<Workload>
  /** Named workloads, of which the second argument chooses one, and parts that `--only` chooses from. */
  readonly variants?: {
    readonly names: readonly string[]
    readonly byDefault: string
    readonly parts: readonly string[]
  }
  /** Rejects with the signal's reason once that is aborted; leaves nothing behind in any case. */
  run(workload: Workload, context: { readonly signal: AbortSignal; say(line: string): void }): Promise<Report>
}

/** Somebody pressed Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}
