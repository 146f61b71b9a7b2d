import { median } from '../statistics.ts'
import type { ContenderName } from './contender.ts'
import type { Contest } from './contest.ts'
import type { WorkloadName } from './workloads.ts'

/** What all contenders did in one round; who was left out is missing. */
export type Round = { readonly [name in ContenderName]?: Contest }

/** What Worldkeep must reach in a workload, and what it wants to. */
export interface Bar {
  readonly label: string
  readonly kind: 'at most' | 'at least'
  readonly limit: number
  readonly aim: number
  /** ratio: how it is written, `1/4` or `1.5 x`; else the unit. */
  readonly unit: 'ratio' | 'ms' | 's' | 'Hz' | 'B' | ''
  /** Null when this round has nothing to say about it. */
  measure(round: Round): number | null
}

export interface Judgement {
  readonly label: string
  readonly kind: Bar['kind']
  readonly unit: Bar['unit']
  readonly limit: number
  readonly aim: number
  /** Median of the rounds; null when not measured. */
  readonly measured: number | null
  /** Null when not measured. */
  readonly holds: boolean | null
  readonly reachesAim: boolean | null
}

/** Ratios are taken within a round, whose contenders met the same machine. */
export function judgeBars(bars: readonly Bar[], rounds: readonly Round[]): readonly Judgement[] {
  return bars.map(({ label, kind, unit, limit, aim, measure }) => {
    const values = rounds.map(measure).filter((value) => value !== null)
    const measured = values.length === 0 ? null : median(values)
    const reaches = (bound: number): boolean | null => {
      if (measured === null) return null
      return kind === 'at most' ? measured <= bound : measured >= bound
    }
    return { label, kind, unit, limit, aim, measured, holds: reaches(limit), reachesAim: reaches(aim) }
  })
}

export const bars: { readonly [name in WorkloadName]: readonly Bar[] } = {
  S: [],
  M: [
    ratio('server CPU by colyseus', { peer: 'colyseus', of: 'cpuMsPerS', limit: 1 / 4, aim: 1 / 6 }),
    ratio('server CPU by floor', { peer: 'floor', of: 'cpuMsPerS', limit: 1.5, aim: 1 }),
    ratio('payload by colyseus', { peer: 'colyseus', of: 'bytesPerClientS', limit: 1 / 10, aim: 1 / 14 }),
  ],
  L: [
    own('ticks per second', {
      kind: 'at least',
      limit: 19.8,
      aim: 19.8,
      unit: 'Hz',
      of: ({ achievedTickHz }) => achievedTickHz,
    }),
    own('tick p99', { kind: 'at most', limit: 10, aim: 5, unit: 'ms', of: ({ tickP99Ms }) => tickP99Ms }),
    ratio('server CPU by hand-rolled', { peer: 'hand-rolled', of: 'cpuMsPerS', limit: 1 / 2.5, aim: 1 / 3.3 }),
  ],
  D: [
    ratio('server CPU by colyseus', { peer: 'colyseus', of: 'cpuMsPerS', limit: 1 / 3, aim: 1 / 4 }),
    ratio('payload by colyseus', { peer: 'colyseus', of: 'bytesPerClientS', limit: 1 / 6, aim: 1 / 10 }),
  ],
  'D-turn': [
    own('bytes per visible entity', {
      kind: 'at most',
      limit: 8,
      aim: 6,
      unit: 'B',
      of: ({ streamBytesPerVisible }) => streamBytesPerVisible,
    }),
  ],
  I: [ratio('server CPU by colyseus', { peer: 'colyseus', of: 'cpuMsPerS', limit: 1 / 2, aim: 1 / 4 })],
  burst: [
    own('all have their view', { kind: 'at most', limit: 5, aim: 2, unit: 's', of: ofBurst((b) => b.tookMs / 1000) }),
    own('refused or dropped', { kind: 'at most', limit: 0, aim: 0, unit: '', of: ofBurst((b) => b.dropped) }),
    own('clamped ticks', { kind: 'at most', limit: 0, aim: 0, unit: '', of: ofBurst((b) => b.clamps) }),
  ],
}

function ratio(
  label: string,
  options: {
    readonly peer: ContenderName
    readonly of: 'cpuMsPerS' | 'bytesPerClientS'
    readonly limit: number
    readonly aim: number
  },
): Bar {
  const { peer, of, limit, aim } = options
  const measure = (round: Round): number | null => {
    const ours = round.worldkeep?.[of]
    const theirs = round[peer]?.[of]
    return ours === undefined || theirs === undefined ? null : ours / theirs
  }
  return { label, kind: 'at most', unit: 'ratio', limit, aim, measure }
}

function own(
  label: string,
  options: Pick<Bar, 'kind' | 'limit' | 'aim' | 'unit'> & { of(contest: Contest): number | null },
): Bar {
  const { of, ...bar } = options
  return { label, ...bar, measure: ({ worldkeep }) => (worldkeep === undefined ? null : of(worldkeep)) }
}

function ofBurst(of: (burst: NonNullable<Contest['burst']>) => number) {
  return ({ burst }: Contest): number | null => (burst === null ? null : of(burst))
}
