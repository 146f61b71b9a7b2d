// A process that records as a node does: the recorder thread fed through a real ring, ready to be killed.
import { Worker } from 'node:worker_threads'
import { Doorbell, RingWriter } from '@worldkeep/kernel'
// By their paths in `dist`, because a process has nobody to compile for it.
import { createBoards, openRecorderBoard } from '../dist/core/counters.js'
import { createMailboxes } from '../dist/core/mailboxes.js'
import { encodeEntry } from '../dist/recording/recording-entries.js'

const { header, target, recordingsDir, chunks, ticks } = JSON.parse(process.argv[2])
const mailboxes = createMailboxes()
const boards = createBoards()
const recorder = Doorbell.create()
const board = openRecorderBoard(boards)
const workerData = { config: header.config, mailboxes, boards, doorbells: { recorder }, header, target, recordingsDir }
const worker = new Worker(new URL('../dist/threads/recorder-thread.js', import.meta.url), { workerData })
const ring = new RingWriter(mailboxes.recording, new Doorbell(recorder))
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)

worker.on('message', (message) => {
  if (message.kind === 'ready') void feed()
  if (message.kind === 'log') say(message)
})
worker.on('exit', () => say({ kind: 'ended', ticksRecorded: board.read('ticksRecorded') }))

/** As fast as the recorder takes it, up to the last tick; on the way says when so many chunks are in files. */
async function feed() {
  await put({ kind: 'checkpoint', tick: 0, bytes: new Uint8Array(1000) })
  let isSaid = false
  for (let tick = 1; tick <= ticks; tick++) {
    const records = [{ kind: 5, bytes: new Uint8Array(50_000).fill(tick) }]
    await put({ kind: 'tick', tick, hashLow: tick, hashHigh: 0, leaves: new Uint32Array(2), records })
    if (tick % 50 === 0) await put({ kind: 'checkpoint', tick, bytes: new Uint8Array(100_000).fill(tick) })
    if (!isSaid && board.read('chunks') >= chunks) {
      isSaid = true
      say({ kind: 'recorded', ticks: board.read('ticksRecorded') })
    }
  }
  worker.postMessage({ kind: 'stop' })
}

async function put(entry) {
  const { kind, body } = encodeEntry(entry)
  do await new Promise((resolve) => setImmediate(resolve))
  while (!ring.push(kind, body))
  ring.publish()
}
