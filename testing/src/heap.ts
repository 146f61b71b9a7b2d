import { GCProfiler, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Ticks of one measurement, and how many are made: the best counts, because the engine compiles whenever it likes. */
const stepsPerWindow = 2000
const windows = 4

/**
 * Bytes the heap grows by in one `step`, garbage included. Nothing may be collected in between: so much garbage is a
 * failure by itself, reported as Infinity. What measuring costs is measured and taken off.
 */
export function heapGrowthBytes(step: () => void): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let i = 0; i < stepsPerWindow * 2; i++) step()
  windowBytes(idle, collect)
  const measuringBytes = windowBytes(idle, collect)
  let leastBytes = Infinity
  for (let i = 0; i < windows; i++) leastBytes = Math.min(leastBytes, windowBytes(step, collect) - measuringBytes)
  return leastBytes / stepsPerWindow
}

const idle = (): void => undefined

function windowBytes(step: () => void, collect: () => void): number {
  collect()
  const profiler = new GCProfiler()
  profiler.start()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < stepsPerWindow; i++) step()
  const grownBytes = process.memoryUsage().heapUsed - before
  return (profiler.stop()?.statistics.length ?? 0) > 0 ? Infinity : grownBytes
}
