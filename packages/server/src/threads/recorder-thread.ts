import { parentPort, workerData } from 'node:worker_threads'
import { Doorbell, RingReader } from '@worldkeep/kernel'
import { openRecorderBoard } from '../core/counters.ts'
import { RecordingIntake } from '../recording/recording-intake.ts'
import { runsKeptMax } from '../recording/recording-limits.ts'
import { type RecordingEvent, RecordingWriter } from '../recording/recording-writer.ts'
import { deleteOldRuns } from '../recording/run-folders.ts'
import { messageOf } from './load-game.ts'
import { osThreadId } from './os-thread-id.ts'
import { systemClock } from './system-clock.ts'
import type { HostMessage, RecorderThreadData, ThreadMessage } from './thread-data.ts'

/* Drives the flight recorder: the tick's mailbox on one side, files on the other. */

/** Entries are written this often: what a killed process loses. */
const flushIntervalMs = 1_000

/** The mailbox is looked at this often. Nobody rings but the end: seconds of ticks fit into it. */
const lookIntervalMs = 250

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

function log(level: 'info' | 'warn', line: string, fields: { readonly [name: string]: unknown }): void {
  tell({ kind: 'log', level, line, fields })
}

async function main(data: RecorderThreadData): Promise<void> {
  const board = openRecorderBoard(data.boards)
  const writer = new RecordingWriter({ target: data.target, header: data.header, board, clock: systemClock, report })
  const intake = new RecordingIntake(new RingReader(data.mailboxes.recording), writer, board)
  const doorbell = new Doorbell(data.doorbells.recorder)
  let running = true
  parentPort?.on('message', (message: HostMessage) => {
    if (message.kind !== 'stop') return
    running = false
    doorbell.ring()
  })
  tell({ kind: 'ready' })
  if (data.recordingsDir !== null) forgetOldRuns(data.recordingsDir)
  let flushAtMs = systemClock.nowMs() + flushIntervalMs
  while (running) {
    const seen = doorbell.seen()
    intake.drain()
    const nowMs = systemClock.nowMs()
    if (nowMs >= flushAtMs) {
      writer.flush()
      flushAtMs = nowMs + flushIntervalMs
    }
    await doorbell.waitAsync(seen, lookIntervalMs)
  }
  // The tick has ended before: what is there now is all there will be.
  intake.drain()
  writer.close()
  tell({ kind: 'stopped' })
  parentPort?.close()
}

/** This run has no folder yet: it makes one more. */
function forgetOldRuns(recordings: string): void {
  try {
    deleteOldRuns(recordings, runsKeptMax - 1)
  } catch (error) {
    log('warn', 'recordings of earlier runs cannot be deleted', { error: messageOf(error) })
  }
}

function report(event: RecordingEvent): void {
  if (event.kind === 'resumed') log('info', 'the flight recorder records again', { path: event.path })
  else
    log('warn', 'the flight recorder cannot write; it goes on with the next checkpoint if it can', {
      error: messageOf(event.error),
    })
}

tell({ kind: 'started', osThreadId: osThreadId() })
await main(workerData as RecorderThreadData)
