/** What the scenario reports; `benches/README.md` says how to read it. */
export type MeadowResult = {
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

export function meadowRows(result: MeadowResult): readonly (readonly [string, string])[] {
  const { threads, tickMs, ackMs, gc } = result
  const threadList = Object.entries(threads).map(([name, ms]) => `${name} ${ms ?? '?'}`)
  return [
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
}
