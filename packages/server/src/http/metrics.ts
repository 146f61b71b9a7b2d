import type { RingMemory } from '@worldkeep/kernel'
import { ringCounters } from '@worldkeep/kernel'
import { stages } from '@worldkeep/world'
import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client'
import { type HistogramName, histogramBounds } from '../core/board-histogram.ts'
import {
  type BoardMemories,
  openGatewayBoard,
  openPersistenceBoard,
  openRecorderBoard,
  openTickBoard,
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
  addBoard(
    registry,
    'tick',
    tick,
    (name) => !/^(tickMs|stageMs|stateHash|actualTickHz|frameEntities|handoverMs)/.test(name),
  )
  addBoard(registry, 'gateway', openGatewayBoard(boards), (name) => !/^(refused_|frameAge|frameBytes)/.test(name))
  addBoard(registry, 'persistence', openPersistenceBoard(boards), () => true)
  addBoard(registry, 'recorder', openRecorderBoard(boards), () => true)
  addRefusals(registry, boards)
  addStages(registry, boards)
  addWatch(registry, watch)
  addMailboxes(registry, mailboxes)
  for (const histogram of histograms(tick, openGatewayBoard(boards))) registry.registerMetric(histogram)
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

function addBoard(registry: Registry, thread: string, board: NamedBoard, wanted: (name: string) => boolean): void {
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

interface Reading {
  /** Values up to each upper bound, and none beyond. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[]
  readonly sum: number
  readonly count: number
}

function histograms(tick: NamedBoard, gateway: NamedBoard): readonly Metric[] {
  const seconds = 1 / 1000
  return [
    histogram('worldkeep_tick_duration_seconds', 'Duration of a tick', () => tickDurations(tick)),
    histogram(
      'worldkeep_frame_age_seconds',
      'Age of a frame when it reaches the socket, from the end of its tick',
      () => readHistogram(gateway, 'frameAgeMs', seconds),
    ),
    histogram('worldkeep_frame_bytes', 'Payload of a frame', () => readHistogram(gateway, 'frameBytes', 1)),
    histogram('worldkeep_frame_entities', 'Entities in view of whom a frame is for', () =>
      readHistogram(tick, 'frameEntities', 1),
    ),
    histogram('worldkeep_handover_latency_seconds', 'From leaving a cell to being handed over to the next', () =>
      readHistogram(tick, 'handoverMs', seconds),
    ),
  ]
}

interface NamedBoard {
  readonly names: readonly string[]
  get(slot: number): number
}

function countOf(board: NamedBoard, name: string): number {
  return board.get(board.names.indexOf(name))
}

/** The tick thread counts a tick in every bucket it fits into. */
function tickDurations(board: NamedBoard): Reading {
  const buckets = tickBucketsMs.map((ms) => ({ upTo: ms / 1000, count: countOf(board, `tickMsBucket_${ms}`) }))
  return { buckets, sum: countOf(board, 'tickMsSum') / 1000, count: countOf(board, 'ticks') }
}

function readHistogram(board: NamedBoard, name: HistogramName, scale: number): Reading {
  let count = 0
  const buckets = histogramBounds[name].map((bound) => {
    count += countOf(board, `${name}Bucket_${bound}`)
    return { upTo: bound * scale, count }
  })
  return { buckets, sum: countOf(board, `${name}Sum`) * scale, count: countOf(board, `${name}Count`) }
}

/** A histogram kept elsewhere: a scrape only reads it. */
function histogram(name: string, help: string, read: () => Reading): Metric {
  const values = (): readonly { readonly metricName: string; readonly labels: object; readonly value: number }[] => {
    const { buckets, sum, count } = read()
    const bucket = (le: number | string, value: number): { metricName: string; labels: object; value: number } => ({
      metricName: `${name}_bucket`,
      labels: { le },
      value,
    })
    return [
      ...buckets.map(({ upTo, count: fitting }) => bucket(upTo, fitting)),
      bucket('+Inf', count),
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ]
  }
  const metric = {
    name,
    reset: () => undefined,
    get: async () => ({ name, help, type: 'histogram', values: values(), aggregator: 'sum' }),
  }
  return metric as unknown as Metric
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
