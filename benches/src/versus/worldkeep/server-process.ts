import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Host, startHost } from '@worldkeep/server'
import { truthOf } from '../../check/watch-world-client.ts'
import { answer } from '../../process/procedures.ts'
import type { ContenderServer, ServerMeasurement, StartOptions } from '../contender.ts'
import { type Crowd, cellsWideOf } from '../workloads.ts'

/* Worldkeep as anybody starts it: embedded store and flight recorder on, everything else left to its defaults. */

interface Reading {
  readonly atMs: number
  readonly cpuMs: number
  readonly ticks: number
  readonly clamps: number
}

let host: Host | null = null
let folder: string | null = null
let crowd: Crowd | null = null
let started: Reading | null = null

const procedures: ContenderServer = {
  start: async (options: StartOptions) => {
    folder = options.folder
    crowd = options.crowd
    host = await startHost({
      game: new URL('./game.js', import.meta.url).href,
      gameOptions: { ...crowd },
      host: '127.0.0.1',
      port: 0,
      dataDir: join(folder, 'data'),
      seed: options.seed,
      sessionsMax: crowd.clients + crowd.burstClients + 16,
      logLevel: 'warn',
    })
    return { url: `http://127.0.0.1:${host.port}` }
  },
  tick: () => requireHost().board().read('tick'),
  truth: async ({ atTick }) => truthOf(await requireHost().inspect(atTick), cellsWideOf(requireCrowd())),
  measureStart: () => {
    started = read(requireHost())
  },
  measureStop: (): ServerMeasurement => {
    if (started === null) throw new Error('nothing has been started to measure')
    const node = requireHost()
    const now = read(node)
    return {
      elapsedMs: now.atMs - started.atMs,
      cpuMs: now.cpuMs - started.cpuMs,
      ticks: now.ticks - started.ticks,
      tickDurationsMs: node.tickDurationsMs(now.ticks - started.ticks),
      rssBytes: process.memoryUsage.rss(),
      clamps: now.clamps - started.clamps,
      visiblePerClient: null,
    }
  },
}

function read(node: Host): Reading {
  const { user, system } = process.cpuUsage()
  const board = node.board()
  return {
    atMs: performance.now(),
    cpuMs: (user + system) / 1000,
    ticks: board.read('ticks'),
    clamps: board.read('catchUpClamped'),
  }
}

function requireHost(): Host {
  if (host === null) throw new Error('the node has not been started')
  return host
}

function requireCrowd(): Crowd {
  if (crowd === null) throw new Error('the node has not been started')
  return crowd
}

answer({ ...procedures }, async () => {
  await host?.stop()
  // The parent does the same, unless it is what has died.
  if (folder !== null) await rm(folder, { recursive: true, force: true })
})
