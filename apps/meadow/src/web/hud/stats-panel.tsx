import { useStats, useStatus } from '@worldkeep/react'
import type { ReactNode } from 'react'
import { Sparkline } from './sparkline.tsx'
import { useHistory } from './use-history.ts'

/** Round trips shown: one a second, a minute of them. */
const historyMax = 60

/** Bottom right: what the connection does, once a second. */
export function StatsPanel(): ReactNode {
  const stats = useStats()
  // Without a connection these are the numbers of the last one: shown, but faint.
  const isCurrent = useStatus().phase === 'active'
  const roundTrips = useHistory(stats.serverTick, stats.roundTripMs, historyMax)
  return (
    <section className={isCurrent ? 'panel stats' : 'panel stats stale'} aria-label="Connection numbers">
      <dl>
        <Row name="Tick rate" unit="Hz" testId="tick-rate" value={stats.tickHz.toFixed(1)} />
        <Row name="Round trip" unit="ms" testId="round-trip" value={stats.roundTripMs.toFixed(0)} />
        <Row name="Received" unit="B/s" testId="bytes-per-second" value={stats.bytesPerS.toFixed(0)} />
        <Row name="In view" unit="" testId="entities-in-view" value={stats.entitiesInView.toFixed(0)} />
        <Row name="Drawn behind" unit="ms" testId="interpolation-delay" value={stats.interpolationDelayMs.toFixed(0)} />
      </dl>
      <Sparkline values={roundTrips} label="Round trip over the last minute" />
    </section>
  )
}

function Row(props: {
  readonly name: string
  readonly unit: string
  readonly testId: string
  readonly value: string
}): ReactNode {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>
        <span data-testid={props.testId}>{props.value}</span>
        <span className="unit"> {props.unit}</span>
      </dd>
    </div>
  )
}
