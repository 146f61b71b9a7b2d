import { setTimeout } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { Doorbell } from '@worldkeep/kernel'
import { createStore, StoreError, type WorldStore } from '@worldkeep/store'
import { openPersistenceBoard } from '../core/counters.ts'
import { PersistenceCore, type StoreEvent } from '../core/persistence/persistence-core.ts'
import { messageOf } from './load-game.ts'
import { osThreadId } from './os-thread-id.ts'
import { systemClock } from './system-clock.ts'
import type { HostMessage, PersistenceThreadData, ThreadMessage } from './thread-data.ts'

/* Drives the persistence core: the tick's jobs on one side, a store on the other. */

/** Longest sleep without a ring of the doorbell; only a safety net. */
const napMs = 1_000

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

function log(level: 'info' | 'warn' | 'error', line: string, fields: { readonly [name: string]: unknown } = {}): void {
  tell({ kind: 'log', level, line, fields })
}

async function main(data: PersistenceThreadData): Promise<void> {
  let store: WorldStore
  let epoch: number
  try {
    store = createStore({ dataDir: data.dataDir, ...(data.storeUrl === null ? {} : { url: data.storeUrl }) })
    epoch = (await store.open()).epoch
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    tell({ kind: 'unusable', reason: 'store', message: error.message })
    return
  }
  const core = new PersistenceCore({
    store,
    epoch,
    mailboxes: data.mailboxes,
    board: openPersistenceBoard(data.boards),
    clock: systemClock,
    pause: (ms) => setTimeout(ms),
    report,
    doorbell: null,
  })
  const doorbell = new Doorbell(data.doorbells.persistence)
  let running = true
  parentPort?.on('message', (message: HostMessage) => {
    if (message.kind === 'stop') {
      running = false
      doorbell.ring()
    } else if (message.kind === 'loadPlayer') void answer(message.id, () => store.loadPlayer(message.playerId))
    else if (message.kind === 'pingStore') void answer(message.id, () => timed(() => store.ping()))
  })
  tell({ kind: 'ready', store: { kind: store.kind, location: store.location, epoch } })
  while (running || !core.isIdle()) {
    const seen = doorbell.seen()
    if ((await core.round()) === 0 && running) await doorbell.waitAsync(seen, napMs)
  }
  await store.close()
  tell({ kind: 'stopped' })
  parentPort?.close()
}

async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    tell({ kind: 'reply', id, value: await work() })
  } catch (error) {
    tell({ kind: 'reply', id, error: messageOf(error) })
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedMs = systemClock.nowMs()
  await work()
  return systemClock.nowMs() - startedMs
}

function report(event: StoreEvent): void {
  if (event.kind === 'recovered') log('info', 'the store is back; everything that waited is saved')
  else if (event.kind === 'unavailable')
    log('warn', 'the store cannot be reached; durable actions are refused until it can', { error: event.error.message })
  else if (event.kind === 'corrupt')
    log('error', 'a saved player cannot be read; it is left as it is', { error: event.error.message })
  else log('error', 'the store refuses a write', { error: event.error.message })
}

tell({ kind: 'started', osThreadId: osThreadId() })
await main(workerData as PersistenceThreadData)
