import { measureInWorker } from '../process/measure-in-worker.ts'
import type { Report, Scenario, Workload } from '../scenario.ts'
import { percentile, round } from '../statistics.ts'
import type { AllocMeasurement, AllocOptions } from './alloc-worker.ts'

/** Below this a tick is silent: what is left is now and then a checkpoint of the recorder, or the engine's own. */
const heapBytesPerTickMax = 64

/** As a node does it: every 30 s at 20 Hz. */
const checkpointIntervalTicks = 600

export const alloc: Scenario = {
  summary: 'what a tick leaves on the heap, and whether the collector comes',
  defaults: { entities: 5_000 },
  run: async (workload, { signal, say }) => {
    say(`${workload.sessions} players join; 10,000 ticks of warm-up, then ${workload.ticks} measured`)
    const { sessions, entities, ticks } = workload
    const options: AllocOptions = { sessions, entities, ticks, checkpointIntervalTicks }
    const script = new URL('./alloc-worker.js', import.meta.url)
    return summarize(workload, await measureInWorker<AllocMeasurement>(script, options, signal))
  },
}

function summarize({ sessions, entities, ticks }: Workload, measured: AllocMeasurement): Report {
  const sorted = measured.tickDurationsMs.toSorted()
  const { gcCount } = measured
  const heapBytesPerTick = round(measured.heapGrownBytes / ticks, 1)
  const tickMs = {
    p50: round(percentile(sorted, 50), 3),
    p99: round(percentile(sorted, 99), 3),
    max: round(percentile(sorted, 100), 3),
  }
  return {
    result: { scenario: 'alloc', sessions, entities, ticks, gcCount, heapBytesPerTick, tickMs },
    rows: [
      ['scenario', `alloc: ${sessions} players, ${entities} wanderers, ${ticks} ticks, recorded`],
      ['collector', `${gcCount} times, ${round(measured.gcMs, 2)} ms`],
      ['heap', `${heapBytesPerTick} bytes per tick; under ${heapBytesPerTickMax} is silent`],
      ['tick', `p50 ${tickMs.p50} ms, p99 ${tickMs.p99} ms, max ${tickMs.max} ms`],
    ],
    isGood: gcCount === 0 && heapBytesPerTick < heapBytesPerTickMax,
  }
}
