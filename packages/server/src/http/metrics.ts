import type { RingMemory } from '@worldkeep/kernel'
import { ringCounters } from '@worldkeep/kernel'
import { stages } from '@worldkeep/world'
import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
import {
  type BoardMemories,
  frameAgeBucketsMs,
  type GatewayCounter,
  openGatewayBoard,
  openPersistenceBoard,
  openRecorderBoard,
  openTickBoard,
  type TickCounter,
  tickBucketsMs,
} from '../core/counters.ts'
import type { Mailboxes } from '../core/mailboxes.ts'
import type { TickWatch } from '../host/tick-watch.ts'

/**
 * The delay of the host's event loop is sampled this often. Every sample wakes the thread; at the library's 10 ms that
 * is most of what a quiet host does, and a delay that anybody notices is longer than this.
 */
const loopDelaySampleMs = 250

/** Everything the threads count, in Prometheus' words: seconds and bytes, read from the boards at each scrape. */
export function createMetrics(boards: BoardMemories, mailboxes: Mailboxes, watch: TickWatch): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: loopDelaySampleMs })
  const tick = openTickBoard(boards)
  addBoard(registry, 'tick', tick, (name) => !/^(tickMs|stageMs|stateHash|actualTickHz)/.test(name))
  addBoard(registry, 'gateway', openGatewayBoard(boards), (name) => !/^(refused_|frameAge)/.test(name))
  addBoard(registry, 'persistence', openPersistenceBoard(boards), () => true)
  addBoard(registry, 'recorder', openRecorderBoard(boards), () => true)
  addRefusals(registry, boards)
  addStages(registry, boards)
  addWatch(registry, watch)
  addMailboxes(registry, mailboxes)
  const tickRead = (name: string): number => tick.read(name as TickCounter)
  const gateway = openGatewayBoard(boards)
  const gatewayRead = (name: string): number => gateway.read(name as GatewayCounter)
  registry.registerMetric(
    histogram(
      { name: 'worldkeep_tick_duration_seconds', help: 'Duration of a tick', bucketsMs: tickBucketsMs },
      { bucket: 'tickMsBucket', sum: 'tickMsSum', count: 'ticks', read: tickRead },
    ),
  )
  registry.registerMetric(
    histogram(
      {
        name: 'worldkeep_frame_age_seconds',
        help: 'Age of a frame when it reaches the socket, from the end of its tick',
        bucketsMs: frameAgeBucketsMs,
      },
      { bucket: 'frameAgeMsBucket', sum: 'frameAgeMsSum', count: 'framesOut', read: gatewayRead },
    ),
  )
  return registry
}

/** Names whose value can go down. */
const gauges = new Set([
  'tick',
  'sessions',
  'sessionsInGrace',
  'entities',
  'connections',
  'committedTick',
  'commitMsLast',
  'available',
  'queuedJobs',
])

interface Board {
  readonly names: readonly string[]
  get(slot: number): number
}

function addBoard(registry: Registry, thread: string, board: Board, wanted: (name: string) => boolean): void {
  for (const [slot, name] of board.names.entries()) {
    if (!wanted(name)) continue
    const isMs = name.includes('Ms')
    const base = `worldkeep_${thread}_${snakeCase(name.replace(/Ms(Sum|Last)?/, (_, kind) => (kind === 'Last' ? 'Last' : '')))}`
    const options = { help: `${name} of the ${thread} thread`, registers: [registry] }
    const value = (): number => (isMs ? board.get(slot) / 1000 : board.get(slot))
    if (gauges.has(name)) {
      new Gauge({
        ...options,
        name: isMs ? `${base}_seconds` : base,
        collect() {
          this.set(value())
        },
      })
    } else {
      new Counter({
        ...options,
        name: isMs ? `${base}_seconds_total` : `${base}_total`,
        collect() {
          this.reset()
          this.inc(value())
        },
      })
    }
  }
}

function addRefusals(registry: Registry, boards: BoardMemories): void {
  const board = openGatewayBoard(boards)
  const codes = board.names.filter((name) => name.startsWith('refused_'))
  new Counter({
    name: 'worldkeep_refusals_total',
    help: 'What the gateway has refused, by code of the error catalogue',
    labelNames: ['code'],
    registers: [registry],
    collect() {
      this.reset()
      for (const name of codes) this.inc({ code: name.slice('refused_'.length) }, board.read(name))
    },
  })
}

function addStages(registry: Registry, boards: BoardMemories): void {
  const board = openTickBoard(boards)
  new Counter({
    name: 'worldkeep_stage_duration_seconds_total',
    help: 'Time spent in each stage of the tick',
    labelNames: ['stage'],
    registers: [registry],
    collect() {
      this.reset()
      for (const stage of stages) this.inc({ stage }, board.read(`stageMsSum_${stage}`) / 1000)
    },
  })
}

/** What the host sees of the tick, also when that gets no further. */
function addWatch(registry: Registry, watch: TickWatch): void {
  const registers = [registry]
  new Gauge({
    name: 'worldkeep_tick_actual_tick_hz',
    help: 'Ticks per second, smoothed',
    registers,
    collect() {
      this.set(watch.tickHz())
    },
  })
  new Counter({
    name: 'worldkeep_tick_stalls_total',
    help: 'Times the tick got no further for longer than the watchdog waits',
    registers,
    collect() {
      this.reset()
      this.inc(watch.stalls)
    },
  })
  new Counter({
    name: 'worldkeep_hook_runs_total',
    help: 'Runs of each hook of the tick',
    labelNames: ['hook'],
    registers,
    collect() {
      this.reset()
      for (const { name, runs } of watch.hooks()) this.inc({ hook: name }, runs)
    },
  })
  new Gauge({
    name: 'worldkeep_hook_stale',
    help: '1 for a hook that has not run for five ticks',
    labelNames: ['hook'],
    registers,
    collect() {
      for (const { name, stale } of watch.hooks()) this.set({ hook: name }, stale ? 1 : 0)
    },
  })
}

function addMailboxes(registry: Registry, mailboxes: Mailboxes): void {
  const each = Object.entries(mailboxes) as [string, RingMemory][]
  const add = (name: string, help: string, read: (memory: RingMemory) => number): void => {
    new Gauge({
      name: `worldkeep_mailbox_${name}`,
      help,
      labelNames: ['mailbox'],
      registers: [registry],
      collect() {
        for (const [mailbox, memory] of each) this.set({ mailbox }, read(memory))
      },
    })
  }
  add('records_in', 'Records written so far', (memory) => ringCounters(memory).recordsIn)
  add('records_out', 'Records read so far', (memory) => ringCounters(memory).recordsOut)
  add('refused_by_count', 'Records refused because too many waited', (memory) => ringCounters(memory).refusedCount)
  add(
    'refused_by_bytes',
    'Records refused because too many bytes waited',
    (memory) => ringCounters(memory).refusedBytes,
  )
  add('unread_bytes', 'Bytes waiting now', (memory) => ringCounters(memory).unreadBytes)
  add('unread_bytes_high', 'Most bytes that ever waited', (memory) => ringCounters(memory).unreadBytesHigh)
}

/** The threads keep the buckets themselves, each with all below it: a scrape only reads them. */
function histogram(
  { name, help, bucketsMs }: { readonly name: string; readonly help: string; readonly bucketsMs: readonly number[] },
  from: {
    readonly bucket: string
    readonly sum: string
    readonly count: string
    read(counter: string): number
  },
): Metric {
  const read = (): { readonly metricName: string; readonly labels: object; readonly value: number }[] => [
    ...bucketsMs.map((ms) => ({
      metricName: `${name}_bucket`,
      labels: { le: ms / 1000 },
      value: from.read(`${from.bucket}_${ms}`),
    })),
    { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: from.read(from.count) },
    { metricName: `${name}_sum`, labels: {}, value: from.read(from.sum) / 1000 },
    { metricName: `${name}_count`, labels: {}, value: from.read(from.count) },
  ]
  const metric = {
    name,
    reset: () => undefined,
    get: async () => ({ name, help, type: 'histogram', values: read(), aggregator: 'sum' }),
  }
  return metric as unknown as Metric
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
