import { PerformanceObserver } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { Crowd } from '@worldkeep/server/testing/crowd'

/*
 * A thread like the tick thread, with nothing but ticks on it. Feeding and draining happen between the ticks and allocate
 * nothing, so what the heap grows by is the ticks'.
 */

export interface AllocOptions {
  readonly sessions: number
  readonly entities: number
  readonly ticks: number
  readonly checkpointIntervalTicks: number
}

export interface AllocMeasurement {
  readonly gcCount: number
  readonly gcMs: number
  readonly heapGrownBytes: number
  readonly tickDurationsMs: Float32Array
}

/** Ticks before measuring: the engine compiles, again and again, and what it compiles lies on the same heap. */
const warmUpTicks = 10_000

/** Power of two that holds the durations of all ticks measured. */
const durationsMax = 16_384

async function measure(options: AllocOptions): Promise<AllocMeasurement> {
  const tickDurations = new Float32Array(durationsMax)
  const crowd = new Crowd({ ...options, clock: 'system', tickDurations })
  crowd.join()
  for (let i = 0; i < warmUpTicks; i++) crowd.step()
  const collections: { readonly startTime: number; readonly duration: number }[] = []
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  await setTimeout(10)
  const first = crowd.board.read('ticks')
  const startedMs = performance.now()
  const beforeBytes = process.memoryUsage().heapUsed
  for (let i = 0; i < options.ticks; i++) crowd.step()
  const heapGrownBytes = process.memoryUsage().heapUsed - beforeBytes
  const endedMs = performance.now()
  // The collector's reports come in when the loop turns.
  await setTimeout(50)
  observer.disconnect()
  const inTicks = collections.filter(({ startTime }) => startTime >= startedMs && startTime <= endedMs)
  const at = (tick: number): number => tickDurations[(first + tick) & (durationsMax - 1)] as number
  return {
    gcCount: inTicks.length,
    gcMs: inTicks.reduce((sum, { duration }) => sum + duration, 0),
    heapGrownBytes,
    tickDurationsMs: Float32Array.from({ length: options.ticks }, (_, tick) => at(tick)),
  }
}

parentPort?.postMessage(await measure(workerData as AllocOptions))
