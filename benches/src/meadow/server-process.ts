import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Host, type Inspection, startHost } from '@worldkeep/server'
import { answer } from '../process/procedures.ts'
import { threadCpuMs } from '../process/thread-cpu.ts'
import type { Workload } from '../scenario.ts'
import { gameOptions } from './game-options.ts'

/* The measured process: a node as anybody starts it, and a few questions it answers about itself. */

export interface ServerMeasurement {
  readonly elapsedMs: number
  readonly cpuMs: number
  /** CPU milliseconds by thread; null where the system does not tell threads apart. */
  readonly threadsMs: {
    readonly main: number
    readonly tick: number
    readonly gateway: number
    readonly persistence: number
  } | null
  readonly ticks: number
  readonly tickDurationsMs: Float32Array
  readonly gcCount: number
  readonly gcMs: number
  readonly rssBytes: number
}

interface Reading {
  readonly atMs: number
  readonly cpuMs: number
  readonly threadsMs: ReadonlyMap<number, number>
  readonly ticks: number
  readonly gcCount: number
  readonly gcMs: number
}

let host: Host | null = null
let folder: string | null = null
let started: Reading | null = null

const procedures = {
  start: async (options: { readonly workload: Workload; readonly folder: string }) => {
    const { workload } = options
    folder = options.folder
    host = await startHost({
      game: new URL('./game.js', import.meta.url).href,
      gameOptions: { ...gameOptions(workload) },
      host: '127.0.0.1',
      port: 0,
      dataDir: join(folder, 'data'),
      seed: workload.seed,
      sessionsMax: workload.clients + 16,
      logLevel: 'warn',
    })
    const { tickHz, snapshotHz } = host.config.core
    return { port: host.port, tickHz, snapshotHz }
  },
  /** Newest tick that is over. */
  tick: () => requireHost().board().read('tick'),
  /** The true world at the end of a tick to come. */
  inspect: ({ atTick }: { readonly atTick: number }): Promise<Inspection> => requireHost().inspect(atTick),
  measureStart: () => {
    started = read(requireHost())
  },
  measureStop: (): ServerMeasurement => {
    if (started === null) throw new Error('nothing has been started to measure')
    return difference(requireHost(), started, read(requireHost()))
  },
}

export type ServerProcedures = typeof procedures

function read(node: Host): Reading {
  const { user, system } = process.cpuUsage()
  const board = node.board()
  return {
    atMs: performance.now(),
    cpuMs: (user + system) / 1000,
    threadsMs: threadCpuMs(),
    ticks: board.read('ticks'),
    gcCount: board.read('gcCount'),
    gcMs: board.read('gcMsSum'),
  }
}

function difference(node: Host, from: Reading, to: Reading): ServerMeasurement {
  const ids = node.threadIds()
  const { tick, gateway, persistence } = ids
  const used = (id: number): number => (to.threadsMs.get(id) ?? 0) - (from.threadsMs.get(id) ?? 0)
  const known = tick !== null && gateway !== null && persistence !== null
  return {
    elapsedMs: to.atMs - from.atMs,
    cpuMs: to.cpuMs - from.cpuMs,
    // The first thread of a process has the process's id.
    threadsMs: known
      ? { main: used(process.pid), tick: used(tick), gateway: used(gateway), persistence: used(persistence) }
      : null,
    ticks: to.ticks - from.ticks,
    tickDurationsMs: node.tickDurationsMs(to.ticks - from.ticks),
    gcCount: to.gcCount - from.gcCount,
    gcMs: to.gcMs - from.gcMs,
    rssBytes: process.memoryUsage.rss(),
  }
}

function requireHost(): Host {
  if (host === null) throw new Error('the node has not been started')
  return host
}

answer(procedures, async () => {
  await host?.stop()
  // The parent does the same, unless it is what has died.
  if (folder !== null) await rm(folder, { recursive: true, force: true })
})
