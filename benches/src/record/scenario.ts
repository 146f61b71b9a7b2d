import { measureInWorker } from '../process/measure-in-worker.ts'
import type { Report, Scenario, Workload } from '../scenario.ts'
import { median, percentile, round } from '../statistics.ts'
import type { RecordMeasurement, RecordOptions } from './record-worker.ts'

/** What recording may make a tick cost. */
const ratioMax = 1.05

/** As a node does it: every 30 s at 20 Hz. Also the length of a round, so that each has one checkpoint. */
const checkpointIntervalTicks = 600

export const record: Scenario = {
  summary: 'what the flight recorder costs a tick',
  defaults: { entities: 5_000 },
  run: async (workload, { signal, say }) => {
    say(`two crowds of ${workload.sessions} players, one of them recorded; ${workload.ticks} ticks of each`)
    const { sessions, entities, ticks } = workload
    const options: RecordOptions = { sessions, entities, ticks, checkpointIntervalTicks }
    const script = new URL('./record-worker.js', import.meta.url)
    return summarize(workload, await measureInWorker<RecordMeasurement>(script, options, signal))
  },
}

/**
 * The median tick of each round, and of those the median: a tick that the machine held up counts for nothing. So that the
 * ticks with a checkpoint do count, their surplus is spread over the ticks between two.
 */
function summarize({ sessions, entities }: Workload, measured: RecordMeasurement): Report {
  const typicalUs = (rounds: readonly Float32Array[]): number =>
    1000 * median(rounds.map((durations) => percentile(durations.toSorted(), 50)))
  const offUs = typicalUs(measured.offMs)
  const plainUs = typicalUs(measured.onMs)
  const checkpointUs = Math.max(0, 1000 * median(measured.checkpointTicksMs) - plainUs)
  const onUs = plainUs + checkpointUs / checkpointIntervalTicks
  const ticks = measured.onMs.length * checkpointIntervalTicks
  const result = {
    scenario: 'record',
    sessions,
    entities,
    ticks,
    tickUsOff: round(offUs, 1),
    tickUsOn: round(onUs, 1),
    ratio: round(onUs / offUs, 4),
    bytesPerTick: Math.round(measured.recordedBytes / ticks),
    checkpointMs: round(checkpointUs / 1000, 2),
  }
  return {
    result,
    rows: [
      ['scenario', `record: ${sessions} players, ${entities} wanderers, ${measured.onMs.length} rounds`],
      ['tick', `${result.tickUsOff} us without recorder, ${result.tickUsOn} us with it`],
      ['ratio', `${result.ratio}; under ${ratioMax} is good`],
      ['recorded', `${result.bytesPerTick} bytes per tick`],
      ['checkpoint', `${result.checkpointMs} ms, every ${checkpointIntervalTicks} ticks`],
    ],
    isGood: result.ratio < ratioMax,
  }
}
