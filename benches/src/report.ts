import type { ScenarioResult } from './scenario.ts'

/** The result as a person reads it. */
export function printTable(result: ScenarioResult): void {
  const { threads, tickMs, ackMs, gc } = result
  const threadList = Object.entries(threads).map(([name, ms]) => `${name} ${ms ?? '?'}`)
  const rows: readonly (readonly [string, string])[] = [
    ['scenario', `${result.scenario}: ${result.clients} clients, ${result.entities} entities, ${result.sizeM} m`],
    ['rates', `${result.tickHz} Hz ticks, ${result.snapshotHz} Hz snapshots, ${result.seconds} s measured`],
    ['server CPU', `${result.serverCpuMsPerS} ms/s, ${result.cpuMsPerClientS} ms/s per client`],
    ['by thread', `${threadList.join(', ')} ms/s`],
    ['tick', `p50 ${tickMs.p50} ms, p99 ${tickMs.p99} ms, max ${tickMs.max} ms, ${result.achievedTickHz} Hz achieved`],
    ['a client receives', `${result.bytesPerClientS} B/s in ${result.framesPerClientS} frames/s`],
    ['input acknowledged', `p50 ${ackMs.p50} ms, p99 ${ackMs.p99} ms`],
    ['memory', `${result.rssMb} MB resident`],
    ['collector, tick', `${gc.tickThreadCount} times, ${gc.tickThreadMs} ms`],
    [
      'views',
      `${result.viewsChecked} checked, ${result.viewErrors} errors, positions off by at most ${result.maxPositionErrorM} m`,
    ],
  ]
  for (const [name, value] of rows) console.log(`${name.padEnd(20)}${value}`)
}
