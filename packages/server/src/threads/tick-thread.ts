import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { Doorbell, RingWriter } from '@worldkeep/kernel'
import type { Game } from '@worldkeep/world'
import { openPulse, openTickBoard, openTickDurations, type TickBoard } from '../core/counters.ts'
import { connectionsMax } from '../core/limits.ts'
import { LogLevel } from '../core/mailboxes.ts'
import { requiredHooks } from '../core/tick/required-hooks.ts'
import { TickCore, type TickCoreParts } from '../core/tick/tick-core.ts'
import { TickSchedule } from '../core/tick/tick-schedule.ts'
import { loadGame, messageOf } from './load-game.ts'
import { osThreadId } from './os-thread-id.ts'
import { systemClock } from './system-clock.ts'
import type { ThreadMessage, TickThreadData } from './thread-data.ts'

/*
 * Drives the tick core at its rate. Sleeps without an event loop, and lets the loop turn once a second, which is when
 * the collector's reports come in.
 */

/** How long a stop waits for room in the mailboxes. */
const stopPatienceMs = 5_000

/**
 * Slept through up to here, spun after. A sleep is late by 0.10 to 0.12 ms one time in two and by less than 0.16 ms three
 * times in four; the rest is late by so much that no spinning helps. So with this a tick begins at most a twentieth of a
 * millisecond late as a rule, and next to nothing is spun.
 */
const spinMs = 0.1

/** Never notified: a wait on it is a sleep. */
const nobody = new Int32Array(new SharedArrayBuffer(4))

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

async function main(data: TickThreadData): Promise<void> {
  const game = await loadGame(data.game)
  const board = openTickBoard(data.boards)
  const core = tryCompose(game, data, board)
  if (core === null) return
  tell({ kind: 'ready', hooks: core.pipeline.hooks.map(({ name, stage, order }) => ({ name, stage, order })) })
  watchCollector(board)
  const { count } = core.world.entities
  core.events.log(
    LogLevel.Info,
    `world ready: game ${game.name}, ${count} entities, ${data.config.tickHz} Hz, seed ${data.config.seed}`,
  )
  core.events.ring.publish()
  const { tickHz } = data.config
  const schedule = new TickSchedule(
    { tickHz, maxCatchUpTicks: data.maxCatchUpTicks, startMs: systemClock.nowMs() },
    board,
  )
  while (!core.requests.stop) {
    sleepUntil(schedule.nextMs(systemClock.nowMs()))
    core.tick()
    if (core.world.tick() % tickHz === 0) await setImmediate()
  }
  stop(core)
}

function recordingOf(data: TickThreadData): Pick<TickCoreParts, 'recording'> {
  if (data.checkpointIntervalTicks === null) return {}
  // No bell: a recorder woken by every tick costs more than what it writes, and it looks often enough by itself.
  const ring = new RingWriter(data.mailboxes.recording)
  return { recording: { ring, checkpointIntervalTicks: data.checkpointIntervalTicks } }
}

/** The world and all around it, before its first tick. Null: it cannot be, and the host has been told. */
function tryCompose(game: Game, data: TickThreadData, board: TickBoard): TickCore | null {
  try {
    const core = new TickCore({
      game,
      config: data.config,
      mailboxes: data.mailboxes,
      board,
      ...recordingOf(data),
      tickDurations: openTickDurations(data.boards),
      pulse: openPulse(data.boards),
      clock: systemClock,
      connectionsMax,
      doorbells: {
        gateway: new Doorbell(data.doorbells.gateway),
        persistence: new Doorbell(data.doorbells.persistence),
        host: new Doorbell(data.doorbells.host),
      },
    })
    core.pipeline.verify(requiredHooks)
    return core
  } catch (error) {
    tell({ kind: 'log', level: 'error', line: 'the world cannot start', fields: { error: (error as Error).stack } })
    tell({ kind: 'unusable', reason: 'game', message: `The world of ${game.name} cannot start: ${messageOf(error)}` })
    return null
  }
}

/** Blocks the thread. Sleeps to shortly before the moment and spins the rest: a sleep alone is late by up to that much. */
function sleepUntil(dueMs: number): void {
  const sleepMs = dueMs - systemClock.nowMs() - spinMs
  if (sleepMs > 0) Atomics.wait(nobody, 0, 0, sleepMs)
  while (systemClock.nowMs() < dueMs);
}

function stop(core: TickCore): void {
  const deadlineMs = systemClock.nowMs() + stopPatienceMs
  let complete = core.tryStop()
  while (!complete && systemClock.nowMs() < deadlineMs) {
    Atomics.wait(nobody, 0, 0, 10)
    complete = core.tryStop()
  }
  core.reportStopped({ complete })
}

function watchCollector(board: ReturnType<typeof openTickBoard>): void {
  const count = board.slot('gcCount')
  const sum = board.slot('gcMsSum')
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      board.add(count, 1)
      board.add(sum, duration)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
}

tell({ kind: 'started', osThreadId: osThreadId() })
await main(workerData as TickThreadData)
