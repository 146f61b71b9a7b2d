/** How much of everything, from the command line. */
export interface Workload {
  readonly clients: number
  readonly entities: number
  readonly sizeM: number
  readonly seconds: number
  readonly seed: number
  /** Where to leave CPU profiles of the server; null for none. */
  readonly profileDir: string | null
}

export const workloadDefaults = { clients: 200, entities: 2_000, sizeM: 1_024, seconds: 15, seed: 1 } as const

/** What a scenario reports; `benches/README.md` says how to read it. */
export interface ScenarioResult {
  readonly scenario: string
  readonly clients: number
  readonly entities: number
  readonly sizeM: number
  readonly tickHz: number
  readonly snapshotHz: number
  readonly seconds: number
  readonly serverCpuMsPerS: number
  /** Of the server, per client and second. */
  readonly cpuMsPerClientS: number
  /** CPU milliseconds per second; null where the system does not tell threads apart. */
  readonly threads: { readonly [thread in 'main' | 'tick' | 'gateway' | 'persistence' | 'other']: number | null }
  readonly tickMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly achievedTickHz: number
  readonly bytesPerClientS: number
  readonly framesPerClientS: number
  readonly ackMs: { readonly p50: number; readonly p99: number }
  readonly rssMb: number
  readonly gc: { readonly tickThreadCount: number; readonly tickThreadMs: number }
  readonly viewsChecked: number
  readonly viewErrors: number
  readonly maxPositionErrorM: number
}

export interface Scenario {
  /** One line for `--help`. */
  readonly summary: string
  /** Rejects with the signal's reason once that is aborted; leaves nothing behind in any case. */
  run(workload: Workload, context: { readonly signal: AbortSignal; say(line: string): void }): Promise<ScenarioResult>
}

/** Somebody pressed Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}
