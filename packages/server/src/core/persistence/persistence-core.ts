import type { Clock } from '@worldkeep/kernel'
import { ByteWriter, type Doorbell, RingReader, RingWriter } from '@worldkeep/kernel'
import {
  type ActionRecord,
  commitRowsMax,
  type PlayerState,
  StoreCorrupt,
  StoreError,
  type TickBatch,
  type WorldStore,
} from '@worldkeep/store'
import type { PersistenceBoard, PersistenceCounter } from '../counters.ts'
import { documentsBytesMax } from '../limits.ts'
import { LoadStatus, type Mailboxes, RecordKind } from '../mailboxes.ts'
import { type PlayerRecord, readNamedValues, readPlayerRecord, writePlainPlayerRecord } from '../player-record.ts'

/** Jobs taken at once: several ticks of a busy node go into one commit when the store is behind. */
const jobsPerRoundMax = 512

/** `bytes`: what it took in the mailbox. */
type Write =
  | { readonly kind: 'batch'; readonly batch: Omit<TickBatch, 'epoch'>; readonly bytes: number }
  | { readonly kind: 'save'; readonly player: PlayerState; readonly bytes: number }
type Job =
  | Write
  | { readonly kind: 'load'; readonly request: number; readonly playerId: string; readonly bytes: number }

export interface PersistenceParts {
  readonly store: WorldStore
  readonly epoch: number
  readonly mailboxes: Mailboxes
  readonly board: PersistenceBoard
  readonly clock: Clock
  /** Waits before a failed write is tried again. */
  readonly pause: (ms: number) => Promise<void>
  /** For the log: what went wrong with the store, and when it is over. */
  readonly report: (event: StoreEvent) => void
  readonly doorbell: Doorbell | null
}

export type StoreEvent =
  | { readonly kind: 'unavailable' | 'refused' | 'corrupt'; readonly error: StoreError }
  | { readonly kind: 'recovered' }

/** Jobs read ahead while the store is away, so that the joins among them can be refused. More wait in their mailbox. */
const queuedJobsMax = 2_048

/** Bytes of one round, and of what is read ahead: the largest batch and more. */
const jobsBytesPerRoundMax = 16 * 1024 * 1024
const queuedJobsBytesMax = 32 * 1024 * 1024

/** First and longest pause between two tries, milliseconds; doubled in between. */
const retryPauseMs = { first: 100, most: 5_000 } as const

/** The store has refused a write for good: lost ownership, or a bug. The node must not go on as if it had been saved. */
class DurabilityLost extends Error {
  override readonly name = 'DurabilityLost'
}

/**
 * The persistence thread without its thread: jobs in order, several ticks in one commit, failed writes tried again until
 * they succeed. Nothing handed over is ever dropped.
 */
export class PersistenceCore {
  readonly #parts: PersistenceParts
  readonly #jobs: RingReader
  readonly #results: RingWriter
  readonly #plain = ByteWriter.ofSize(1 << 18)
  #available = true
  /** Jobs taken out of the mailbox and not begun. */
  #queue: Job[] = []

  constructor(parts: PersistenceParts) {
    this.#parts = parts
    this.#jobs = new RingReader(parts.mailboxes.jobs)
    this.#results = new RingWriter(parts.mailboxes.results, parts.doorbell)
    parts.board.set(parts.board.slot('available'), 1)
  }

  isIdle(): boolean {
    return this.#jobs.isEmpty() && this.#queue.length === 0
  }

  /** Works off what waits, at most one round. How many jobs were done. Throws `DurabilityLost`. */
  async round(): Promise<number> {
    this.#queue.push(...this.#takeJobs())
    const count = this.#queue.length
    this.#parts.board.set(this.#parts.board.slot('queuedJobs'), count)
    while (this.#queue.length > 0) {
      const writes = this.#takeWrites()
      if (writes.length > 0) await this.#write(writes)
      const job = this.#queue.shift()
      if (job?.kind === 'load') await this.#load(job.request, job.playerId)
      else if (job !== undefined) this.#queue.unshift(job)
    }
    this.#parts.board.set(this.#parts.board.slot('queuedJobs'), 0)
    return count
  }

  /**
   * The writes at the front, as many as one commit takes, up to the first load: a player is loaded only after what was to
   * be saved of them.
   */
  #takeWrites(): readonly Write[] {
    const writes: Write[] = []
    let rows = 0
    for (let job = this.#queue[0]; job !== undefined && job.kind !== 'load'; job = this.#queue[0]) {
      rows += rowsOf(job)
      if (rows > commitRowsMax && writes.length > 0) break
      writes.push(job)
      this.#queue.shift()
    }
    return writes
  }

  #takeJobs(): readonly Job[] {
    const jobs: Job[] = []
    let taken = 0
    while (jobs.length < jobsPerRoundMax && taken < jobsBytesPerRoundMax && this.#jobs.next()) {
      const { body, kind } = this.#jobs
      const bytes = body.remaining()
      taken += bytes
      if (kind === RecordKind.Load) jobs.push({ kind: 'load', request: body.u32(), playerId: body.text(256), bytes })
      else if (kind === RecordKind.Save) jobs.push({ kind: 'save', player: stateOf(readPlayerRecord(body)), bytes })
      else if (kind === RecordKind.DurableBatch) jobs.push({ kind: 'batch', batch: this.#readBatch(), bytes })
    }
    this.#jobs.release()
    return jobs
  }

  #readBatch(): Omit<TickBatch, 'epoch'> {
    const { body } = this.#jobs
    const tick = body.u32()
    const players = Array.from({ length: body.varint() }, () => stateOf(readPlayerRecord(body)))
    const actions: ActionRecord[] = Array.from({ length: body.varint() }, () => {
      const sessionId = body.text(256)
      const playerId = body.text(256)
      const seq = body.u32()
      const kind = body.text(64)
      return { sessionId, playerId, seq, kind, payload: readNamedValues(body), resultCode: 0, tick }
    })
    return { tick, players, actions }
  }

  /** Batches and checkpoints, in order. Tried until they are in: a retry under the same tick changes nothing. */
  async #write(writes: readonly Write[]): Promise<void> {
    const { store, epoch, board, clock } = this.#parts
    const batches = writes.flatMap((job) => (job.kind === 'batch' ? [{ epoch, ...job.batch }] : []))
    const saves = newestOf(writes)
    const startedMs = clock.nowMs()
    if (batches.length > 0) await this.#untilDone(() => store.commit(batches))
    if (saves.length > 0) await this.#untilDone(() => store.savePlayers(saves))
    this.#add('savesWritten', saves.length)
    this.#add('savesCoalesced', writes.filter(({ kind }) => kind === 'save').length - saves.length)
    const last = batches.at(-1)
    if (last === undefined) return
    const tookMs = clock.nowMs() - startedMs
    this.#add('commits', 1)
    this.#add('commitMsSum', tookMs)
    board.set(board.slot('commitMsLast'), tookMs)
    board.set(board.slot('committedTick'), last.tick)
    for (const batch of batches) {
      this.#add('committedActions', batch.actions.length)
      this.#add('committedPlayers', batch.players.length)
    }
    await this.#tell(RecordKind.Committed, 4, (record) => record.u32(last.tick))
  }

  async #untilDone(write: () => Promise<void>): Promise<void> {
    for (let pauseMs: number = retryPauseMs.first; ; pauseMs = Math.min(pauseMs * 2, retryPauseMs.most)) {
      try {
        await write()
        await this.#setAvailable(true)
        return
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        if (!error.retryable) {
          this.#add('refusedByStore', 1)
          this.#parts.report({ kind: 'refused', error })
          throw new DurabilityLost(`the store refuses what was to be saved: ${error.message}`, { cause: error })
        }
        if (this.#available) this.#parts.report({ kind: 'unavailable', error })
        await this.#setAvailable(false)
        this.#add('retries', 1)
        await this.#refuseLoads()
        await this.#parts.pause(pauseMs)
      }
    }
  }

  /** Nobody can be loaded while the store is away: who is waiting to join is told at once, and can try again. */
  async #refuseLoads(): Promise<void> {
    const queuedBytes = this.#queue.reduce((sum, { bytes }) => sum + bytes, 0)
    if (this.#queue.length < queuedJobsMax && queuedBytes < queuedJobsBytesMax) this.#queue.push(...this.#takeJobs())
    this.#parts.board.set(this.#parts.board.slot('queuedJobs'), this.#queue.length)
    const loads = this.#queue.filter((job) => job.kind === 'load')
    this.#queue = this.#queue.filter((job) => job.kind !== 'load')
    for (const { request } of loads) {
      this.#add('loads', 1)
      this.#add('loadsFailed', 1)
      await this.#answerLoad(request, LoadStatus.Unavailable)
    }
  }

  async #load(request: number, playerId: string): Promise<void> {
    const { store } = this.#parts
    this.#add('loads', 1)
    let status: number = LoadStatus.Unavailable
    let state: PlayerState | null = null
    try {
      state = await store.loadPlayer(playerId)
      status = state === null ? LoadStatus.Unknown : LoadStatus.Found
      if (state === null) this.#add('loadsUnknown', 1)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      status = error instanceof StoreCorrupt ? LoadStatus.Corrupt : LoadStatus.Unavailable
      this.#add(status === LoadStatus.Corrupt ? 'loadsCorrupt' : 'loadsFailed', 1)
      this.#parts.report({ kind: status === LoadStatus.Corrupt ? 'corrupt' : 'unavailable', error })
    }
    this.#plain.reset()
    if (state !== null) {
      const record = recordOf(state)
      writePlainPlayerRecord(this.#plain, record)
      // Too large to travel is too large to be played with: as unreadable as a broken document, and as safe.
      if (this.#plain.overflowed || record.documents.length > documentsBytesMax) {
        status = LoadStatus.Corrupt
        this.#plain.reset()
      }
    }
    await this.#answerLoad(request, status)
  }

  /** With the player in `#plain`, if there is one. */
  async #answerLoad(request: number, status: number): Promise<void> {
    const { bytes } = this.#plain
    const position = status === LoadStatus.Found ? this.#plain.position : 0
    await this.#tell(RecordKind.Loaded, 5 + position, (record) => {
      record.u32(request)
      record.u8(status)
      record.raw(bytes, 0, position)
    })
  }

  async #setAvailable(available: boolean): Promise<void> {
    if (this.#available === available) return
    this.#available = available
    this.#parts.board.set(this.#parts.board.slot('available'), available ? 1 : 0)
    if (available) this.#parts.report({ kind: 'recovered' })
    await this.#tell(RecordKind.StoreState, 1, (record) => record.u8(available ? 1 : 0))
  }

  /** A result must arrive: a lost one would lose an acknowledgement. A full mailbox is waited for. */
  async #tell(kind: number, bytesMax: number, write: (record: ByteWriter) => void): Promise<void> {
    let record = this.#results.begin(bytesMax)
    while (record === null) {
      this.#results.publish()
      await this.#parts.pause(5)
      record = this.#results.begin(bytesMax)
    }
    write(record)
    this.#results.end(kind)
    this.#results.publish()
  }

  #add(name: PersistenceCounter, amount: number): void {
    this.#parts.board.add(this.#parts.board.slot(name), amount)
  }
}

function rowsOf(write: Write): number {
  return write.kind === 'save' ? 1 : write.batch.players.length + write.batch.actions.length
}

const emptyDocuments = { inventory: {}, equipment: {}, skills: {} } as const

function stateOf(record: PlayerRecord): PlayerState {
  const documents =
    record.documents === '' ? emptyDocuments : (JSON.parse(record.documents) as PlayerState['documents'])
  return { ...record, documents }
}

function recordOf(state: PlayerState): PlayerRecord {
  return { ...state, documents: JSON.stringify(state.documents) }
}

/** The newest checkpoint of each player; an older one that waited with it need not be written. */
function newestOf(writes: readonly Write[]): readonly PlayerState[] {
  const newest = new Map<string, PlayerState>()
  for (const job of writes) if (job.kind === 'save') newest.set(job.player.playerId, job.player)
  return [...newest.values()]
}
