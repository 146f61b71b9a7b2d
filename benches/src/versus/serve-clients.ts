import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { Random } from '@worldkeep/kernel'
import type { Truth, ViewVerdict, Watched } from '../check/truth.ts'
import { ViewCheck } from '../check/view-check.ts'
import { answer } from '../process/procedures.ts'
import type { ClientMeasurement, ContenderClients, JoinOptions, JoinReport } from './contender.ts'
import { Walker } from './walk.ts'
import { inputHz } from './workloads.ts'

/* A process of clients, the same for every contender: how they join, walk, are counted and checked. */

/** The last clients may take this long to get in. */
const joinPatienceMs = 40_000

const checkPatienceMs = 15_000

/** One connected client of some contender. */
export interface VersusClient extends Watched {
  /** It has its view. */
  isIn(): boolean
  /** It was in, or on its way, and lost the connection or was refused. */
  wasDropped(): boolean
  /** Messages got so far. */
  traffic(): { readonly bytes: number; readonly frames: number }
  /** Where its own body is, where it knows. */
  place(): { readonly xM: number; readonly zM: number } | null
  /** Ten times a second, with a direction of length 1. */
  sendInput(x: number, z: number): void
  close(): Promise<void>
}

export type Connect = (options: JoinOptions, index: number) => VersusClient

interface Reading {
  readonly atMs: number
  readonly bytes: number
  readonly streamBytes: number
  readonly frames: number
  readonly cpuMs: number
}

/** Answers the parent for all clients that `connect` makes. */
export function serveClients(connect: Connect): void {
  const clients: VersusClient[] = []
  const sockets: Socket[] = []
  subscribe('net.client.socket', (message) => sockets.push((message as { readonly socket: Socket }).socket))
  let check: ViewCheck | null = null
  let started: Reading | null = null

  const read = (): Reading => {
    const { user, system } = process.cpuUsage()
    const traffic = clients.map((client) => client.traffic())
    return {
      atMs: performance.now(),
      bytes: sum(traffic.map(({ bytes }) => bytes)),
      streamBytes: sum(sockets.map(({ bytesRead }) => bytesRead)),
      frames: sum(traffic.map(({ frames }) => frames)),
      cpuMs: (user + system) / 1000,
    }
  }
  const joined = (): number => clients.filter((client) => client.isIn()).length

  const procedures: ContenderClients = {
    join: async (options: JoinOptions): Promise<JoinReport> => {
      const startMs = performance.now()
      for (let i = 0; i < options.count; i++) {
        // Against the clock, so that a pause that took too long is made up for.
        const dueMs = startMs + (i * 1000) / options.joinsPerS
        while (performance.now() < dueMs) await setTimeout(Math.max(1, dueMs - performance.now()))
        const client = connect(options, options.first + i)
        clients.push(client)
        if (options.crowd.players !== 'still') walk(client, options, i)
      }
      while (joined() < clients.length && performance.now() < startMs + joinPatienceMs) await setTimeout(5)
      const tookMs = performance.now() - startMs
      const outside = clients.filter((client) => !client.isIn())
      if (outside.length > 0)
        throw new Error(`${outside.length} of ${clients.length} did not get in: ${outside[0]?.label()}`)
      return { tookMs, dropped: clients.filter((client) => client.wasDropped()).length }
    },
    joined,
    measureStart: () => {
      started = read()
    },
    measureStop: (): ClientMeasurement => {
      if (started === null) throw new Error('nothing has been started to measure')
      const now = read()
      return {
        elapsedMs: now.atMs - started.atMs,
        bytes: now.bytes - started.bytes,
        streamBytes: now.streamBytes - started.streamBytes,
        frames: now.frames - started.frames,
        cpuMs: now.cpuMs - started.cpuMs,
      }
    },
    armCheck: ({ atTick }) => {
      check = new ViewCheck(clients, atTick)
    },
    judge: async (truth: Truth): Promise<ViewVerdict> => {
      if (check === null) throw new Error('no check is under way')
      return await check.judge(truth, checkPatienceMs)
    },
  }
  answer({ ...procedures }, async () => {
    await Promise.all(clients.map((client) => client.close()))
  })
}

/** From now on: each client at its own moment of the tenth of a second. */
function walk(client: VersusClient, { crowd, seed, first }: JoinOptions, i: number): void {
  const walker = new Walker(new Random(seed + first + i), crowd.sizeM)
  setInterval(() => {
    if (!client.isIn()) return
    walker.step(performance.now(), client.place())
    client.sendInput(walker.x, walker.z)
  }, 1000 / inputHz)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
