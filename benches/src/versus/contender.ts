import type { Truth, ViewVerdict } from '../check/truth.ts'
import type { Crowd } from './workloads.ts'

/* What every contender's two programs answer: one is the server, measured; one, or several alike, hold the clients. */

export const contenderNames = [
  'worldkeep',
  'colyseus',
  'colyseus-tuned',
  'hand-rolled',
  'hand-rolled-tuned',
  'floor',
] as const
export type ContenderName = (typeof contenderNames)[number]

/** Those that run unless others are asked for: everybody as their users write them. */
export const usualContenders: readonly ContenderName[] = ['worldkeep', 'colyseus', 'hand-rolled', 'floor']

/** plain: as documentation and habit have it. tuned: with what we have found to make it faster. */
export type Style = 'plain' | 'tuned'

export interface StartOptions {
  readonly crowd: Crowd
  readonly seed: number
  readonly folder: string
}

export interface ServerMeasurement {
  readonly elapsedMs: number
  /** User and system, all threads. */
  readonly cpuMs: number
  readonly ticks: number
  /** Simulating and sending, of each tick. */
  readonly tickDurationsMs: Float32Array
  readonly rssBytes: number
  /** Times that ticks were given up; null where nobody counts. */
  readonly clamps: number | null
  /** Entities a client sees, on average, where no view is checked. */
  readonly visiblePerClient: number | null
}

export interface ClientMeasurement {
  readonly elapsedMs: number
  /** Messages as the clients got them, without headers. */
  readonly bytes: number
  /** The same with WebSocket headers: all that TCP delivered. */
  readonly streamBytes: number
  readonly frames: number
  readonly cpuMs: number
}

export interface JoinOptions {
  readonly url: string
  readonly crowd: Crowd
  readonly seed: number
  /** Which of the clients: from `first` on, `count` of them. */
  readonly first: number
  readonly count: number
  readonly joinsPerS: number
}

/** What came of clients that joined. */
export interface JoinReport {
  /** From the first try to the last one that has its view. */
  readonly tookMs: number
  /** Clients that were refused, or lost their connection. */
  readonly dropped: number
}

export interface ContenderServer {
  start(options: StartOptions): Promise<{ readonly url: string }>
  /** Newest tick that is over. */
  tick(): number
  /** What is true at the end of a tick to come; null when there is nothing to check. */
  truth(options: { readonly atTick: number }): Promise<Truth | null>
  measureStart(): void
  measureStop(): ServerMeasurement
}

export interface ContenderClients {
  join(options: JoinOptions): Promise<JoinReport>
  joined(): number
  measureStart(): void
  measureStop(): ClientMeasurement
  /** Makes ready to look at all views at the end of a tick to come. */
  armCheck(options: { readonly atTick: number }): void
  judge(truth: Truth): Promise<ViewVerdict>
}
