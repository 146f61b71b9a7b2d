import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { workerData } from 'node:worker_threads'
import { Doorbell } from '@worldkeep/kernel'
import { openTickBoard } from '../core/counters.ts'
import { connectionsMax } from '../core/limits.ts'
import { LogLevel } from '../core/mailboxes.ts'
import { TickCore } from '../core/tick/tick-core.ts'
import { loadGame } from './load-game.ts'
import { systemClock } from './system-clock.ts'
import { TickCadence } from './tick-cadence.ts'
import type { TickThreadData } from './thread-data.ts'

/*
 * Drives the tick core at its rate. Sleeps without an event loop, and lets the loop turn once a second, which is when
 * the collector's reports come in.
 */

/** How long a stop waits for room in the mailboxes. */
const stopPatienceMs = 5_000

async function main(data: TickThreadData): Promise<void> {
  const game = await loadGame(data.game)
  const board = openTickBoard(data.boards)
  const core = new TickCore({
    game,
    config: data.config,
    mailboxes: data.mailboxes,
    board,
    clock: systemClock,
    connectionsMax,
    doorbells: {
      gateway: new Doorbell(data.doorbells.gateway),
      persistence: new Doorbell(data.doorbells.persistence),
      host: new Doorbell(data.doorbells.host),
    },
  })
  watchCollector(board)
  const { count } = core.world.entities
  core.events.log(LogLevel.Info, `world ready: game ${game.name}, ${count} entities, ${data.config.tickHz} Hz, seed ${data.config.seed}`)
  core.events.ring.publish()
  const cadence = new TickCadence({ tickHz: data.config.tickHz, maxCatchUpTicks: data.maxCatchUpTicks }, systemClock, board)
  while (!core.stopRequested) {
    cadence.waitForTick()
    core.tick()
    if (core.world.tick() % data.config.tickHz === 0) await setImmediate()
  }
  stop(core)
}

function stop(core: TickCore): void {
  const deadlineMs = systemClock.nowMs() + stopPatienceMs
  const nobody = new Int32Array(new SharedArrayBuffer(4))
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

await main(workerData as TickThreadData)
