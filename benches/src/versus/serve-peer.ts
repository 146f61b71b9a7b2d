import type { Truth } from '../check/truth.ts'
import { answer } from '../process/procedures.ts'
import type { ContenderServer, ServerMeasurement, StartOptions } from './contender.ts'
import { tickHz } from './workloads.ts'

/* The server process of every contender but Worldkeep: one thread, its ticks timed, its truth told when asked. */

/** Durations kept: more than an hour at 20 Hz. */
const durationsMax = 1 << 17

/** What a peer tells about its ticks. */
export interface TickLog {
  /** Whether the truth of this tick has been asked for: then every client must be able to tell it from others. */
  isChecked(tick: number): boolean
  /** A tick is over, sending included. */
  ticked(tick: number, durationMs: number): void
}

export interface Peer {
  readonly port: number
  truth(): Truth | null
  readonly visiblePerClient: number | null
}

interface Reading {
  readonly atMs: number
  readonly cpuMs: number
  readonly ticks: number
}

export function servePeer(start: (options: StartOptions, log: TickLog) => Promise<Peer>): void {
  const durations = new Float32Array(durationsMax)
  const questions = new Map<number, (truth: Truth | null) => void>()
  let peer: Peer | null = null
  let ticks = 0
  let newest = 0
  let started: Reading | null = null

  const requirePeer = (): Peer => {
    if (peer === null) throw new Error('the peer has not been started')
    return peer
  }
  const read = (): Reading => {
    const { user, system } = process.cpuUsage()
    return { atMs: performance.now(), cpuMs: (user + system) / 1000, ticks }
  }
  const log: TickLog = {
    isChecked: (tick) => questions.has(tick),
    ticked: (tick, durationMs) => {
      durations[ticks++ % durationsMax] = durationMs
      newest = tick
      questions.get(tick)?.(requirePeer().truth())
      questions.delete(tick)
    },
  }

  const procedures: ContenderServer = {
    start: async (options) => {
      peer = await start(options, log)
      return { url: `http://127.0.0.1:${peer.port}` }
    },
    tick: () => newest,
    truth: ({ atTick }) => {
      if (atTick <= newest) throw new Error(`tick ${atTick} has passed`)
      return new Promise((resolve) => questions.set(atTick, resolve))
    },
    measureStart: () => {
      started = read()
    },
    measureStop: (): ServerMeasurement => {
      if (started === null) throw new Error('nothing has been started to measure')
      const now = read()
      return {
        elapsedMs: now.atMs - started.atMs,
        cpuMs: now.cpuMs - started.cpuMs,
        ticks: now.ticks - started.ticks,
        tickDurationsMs: durations.slice(started.ticks, now.ticks),
        rssBytes: process.memoryUsage.rss(),
        clamps: null,
        visiblePerClient: requirePeer().visiblePerClient,
      }
    },
  }
  answer({ ...procedures }, async () => undefined)
}

/** Calls `run` at 20 Hz for ever; a late one does not delay the next. After a pause it does not catch up. */
export function everyTick(run: () => void): void {
  const intervalMs = 1000 / tickHz
  let dueMs = performance.now() + intervalMs
  const wake = (): void => {
    run()
    dueMs += intervalMs
    const nowMs = performance.now()
    if (dueMs < nowMs - intervalMs) dueMs = nowMs
    setTimeout(wake, Math.max(0, dueMs - nowMs))
  }
  setTimeout(wake, intervalMs)
}
