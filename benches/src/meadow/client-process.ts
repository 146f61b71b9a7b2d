import { setTimeout } from 'node:timers/promises'
import { createClient, memoryStorage, type WorldClient } from '@worldkeep/client'
import { Random } from '@worldkeep/kernel'
import type { Walk } from '@worldkeep/meadow'
import type { Inspection } from '@worldkeep/server'
import type { ViewVerdict } from '../check/truth.ts'
import { ViewCheck } from '../check/view-check.ts'
import { truthOf, watchWorldClient } from '../check/watch-world-client.ts'
import { answer } from '../process/procedures.ts'
import type { Workload } from '../scenario.ts'
import { AckMeter } from './ack-meter.ts'
import { createGame } from './game.ts'
import { gameOptions } from './game-options.ts'
import { Walker } from './walker.ts'

/* The players: real clients over real sockets, which decode everything they get. */

const joinsPerS = 50
const stepIntervalMs = 100
const inputRepeatHz = 10

/** The last clients may take this long to get in. */
const joinPatienceMs = 20_000

const checkPatienceMs = 10_000

export interface ClientMeasurement {
  readonly elapsedMs: number
  readonly bytes: number
  readonly frames: number
  readonly cpuMs: number
  readonly ackP50Ms: number
  readonly ackP99Ms: number
}

interface Reading {
  readonly atMs: number
  readonly bytes: number
  readonly frames: number
  readonly cpuMs: number
}

const clients: WorldClient<typeof Walk>[] = []
const acks = new AckMeter()
let cellsWide = 0
let check: ViewCheck | null = null
let started: Reading | null = null

const procedures = {
  /** Lets all players in, a few at a time, and starts to walk. */
  join: async ({ url, workload }: { readonly url: string; readonly workload: Workload }) => {
    const game = createGame(gameOptions(workload))
    const [zone] = game.zones
    if (zone === undefined) throw new Error('the world has no zone')
    cellsWide = Math.ceil(zone.sizeM / zone.cellM)
    const walkers: Walker[] = []
    setInterval(() => {
      const nowMs = performance.now()
      for (const walker of walkers) walker.step(nowMs)
    }, stepIntervalMs)
    for (let i = 0; i < workload.clients; i++) {
      const client = createClient({ game, url, name: `walker ${i + 1}`, storage: memoryStorage(), inputRepeatHz })
      acks.watch(client)
      clients.push(client)
      walkers.push(new Walker(client, new Random(workload.seed + i)))
      await setTimeout(1000 / joinsPerS)
    }
    const deadlineMs = performance.now() + joinPatienceMs
    while (joined() < clients.length && performance.now() < deadlineMs) await setTimeout(50)
    if (joined() < clients.length) throw new Error(`only ${joined()} of ${clients.length} clients got in: ${reasons()}`)
  },
  joined: () => joined(),
  measureStart: () => {
    started = read()
    acks.open = true
  },
  measureStop: (): ClientMeasurement => {
    if (started === null) throw new Error('nothing has been started to measure')
    acks.open = false
    const now = read()
    return {
      elapsedMs: now.atMs - started.atMs,
      bytes: now.bytes - started.bytes,
      frames: now.frames - started.frames,
      cpuMs: now.cpuMs - started.cpuMs,
      ackP50Ms: acks.percentileMs(50),
      ackP99Ms: acks.percentileMs(99),
    }
  },
  /** Makes ready to look at all views at the end of a tick to come. */
  armCheck: ({ atTick }: { readonly atTick: number }) => {
    check = new ViewCheck(clients.map(watchWorldClient), atTick)
  },
  judge: async (truth: Inspection): Promise<ViewVerdict> => {
    if (check === null) throw new Error('no check is under way')
    return await check.judge(truthOf(truth, cellsWide), checkPatienceMs)
  },
}

export type ClientProcedures = typeof procedures

function joined(): number {
  return clients.filter((client) => client.status().phase === 'active' && client.self() !== null).length
}

function reasons(): string {
  const codes = clients.map((client) => client.status()).filter(({ phase }) => phase !== 'active')
  return [...new Set(codes.map(({ phase, error }) => `${phase} ${error?.code ?? ''}`.trim()))].join(', ')
}

function read(): Reading {
  const { user, system } = process.cpuUsage()
  let bytes = 0
  let frames = 0
  for (const client of clients) {
    const traffic = client.traffic()
    bytes += traffic.bytes
    frames += traffic.frames
  }
  return { atMs: performance.now(), bytes, frames, cpuMs: (user + system) / 1000 }
}

answer(procedures, async () => {
  await Promise.all(clients.map((client) => client.close()))
})
