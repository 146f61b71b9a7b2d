import { assert, CounterBoard, isPowerOfTwo } from '@worldkeep/kernel'
import { type ErrorCode, errorCodes } from '@worldkeep/wire'
import { Pulse, stages } from '@worldkeep/world'
import { histogramCounters } from './board-histogram.ts'

/** Tick durations kept one by one: over a minute at 240 Hz, a power of two so that a slot is `ticks & (max - 1)`. */
export const tickDurationsMax = 16_384
assert(isPowerOfTwo(tickDurationsMax), 'a slot of the ring is a mask away')

/** Upper bounds of the tick duration histogram, milliseconds. */
export const tickBucketsMs = [0.25, 0.5, 1, 2, 4, 8, 16, 33, 50, 100, 250, 500] as const

const tickNames = [
  'ticks',
  'tick',
  'tickMsSum',
  'tickMsMin',
  'tickMsMax',
  'overruns',
  'pollFaults',
  'catchUpTicks',
  'catchUpClamped',
  'actualTickHz',
  'stateHashLow',
  'stateHashHigh',
  'sessions',
  'sessionsInGrace',
  'entities',
  'entitiesRefused',
  'lifecycleApplied',
  'disconnectsApplied',
  'recordsFrozen',
  'freezesDeferred',
  'commandsHandled',
  'commandsRefused',
  'inputsApplied',
  'inputsLate',
  'recordsStale',
  'handshakesAccepted',
  'handshakesRefused',
  'handshakesDeferred',
  'framesBuilt',
  'framesEmpty',
  'framesRefused',
  'segmentsEncoded',
  'segmentsReused',
  'viewsRefreshed',
  'viewsRewound',
  'cellsWithheld',
  'privateRefused',
  'savesQueued',
  'savesDeferred',
  'durableActions',
  'durableBatches',
  'durableRefused',
  'durableAcknowledged',
  'outboxRefused',
  'outboxBypassed',
  'tombstonesForgotten',
  'logLinesLost',
  'slicesDeferred',
  'slicesRefused',
  'gcCount',
  'gcMsSum',
  ...histogramCounters('frameEntities'),
  ...histogramCounters('handoverMs'),
  ...stages.map((stage) => `stageMsSum_${stage}` as const),
  ...tickBucketsMs.map((bucket) => `tickMsBucket_${bucket}` as const),
] as const

const gatewayNames = [
  'connections',
  'connectionsOpened',
  'connectionsClosed',
  'messagesIn',
  'bytesIn',
  'messagesOut',
  'framesOut',
  'framesLeftOut',
  'framesStale',
  'framesUnroutable',
  'bytesOut',
  'segmentBytesCopied',
  'pingsIn',
  'pingsRefused',
  'unauthenticatedIn',
  'resumeTokensIssued',
  ...histogramCounters('frameAgeMs'),
  ...histogramCounters('frameBytes'),
  ...errorCodes().map((code) => `refused_${code}` as const),
] as const

const persistenceNames = [
  'loads',
  'loadsUnknown',
  'loadsFailed',
  'loadsCorrupt',
  'commits',
  'committedActions',
  'committedPlayers',
  'committedTick',
  'commitMsSum',
  'commitMsLast',
  'retries',
  'available',
  'savesWritten',
  'savesCoalesced',
  'refusedByStore',
  'queuedJobs',
] as const

const recorderNames = [
  'ticksRecorded',
  'chunks',
  'bytesWritten',
  'gaps',
  'checkpointsLost',
  'writeErrors',
  'segmentsDeleted',
  'deaths',
] as const

export type TickCounter = (typeof tickNames)[number]
export type GatewayCounter = (typeof gatewayNames)[number] | `refused_${ErrorCode}`
export type PersistenceCounter = (typeof persistenceNames)[number]
export type RecorderCounter = (typeof recorderNames)[number]

export type TickBoard = CounterBoard<TickCounter>
export type GatewayBoard = CounterBoard<GatewayCounter>
export type PersistenceBoard = CounterBoard<PersistenceCounter>
export type RecorderBoard = CounterBoard<RecorderCounter>

/** Shared memory of all boards; `openBoards` gives each thread its view. */
export interface BoardMemories {
  readonly tick: SharedArrayBuffer
  readonly gateway: SharedArrayBuffer
  readonly persistence: SharedArrayBuffer
  readonly recorder: SharedArrayBuffer
  /** What the tick is at, and each hook's proof of life: a `Pulse`. */
  readonly pulse: SharedArrayBuffer
  /** How long each of the last ticks took, f32 milliseconds, at index `ticks` of the tick board. */
  readonly tickDurations: SharedArrayBuffer
}

export function createBoards(): BoardMemories {
  return {
    tick: CounterBoard.create(tickNames).shared,
    gateway: CounterBoard.create(gatewayNames).shared,
    persistence: CounterBoard.create(persistenceNames).shared,
    recorder: CounterBoard.create(recorderNames).shared,
    pulse: Pulse.create(),
    tickDurations: new SharedArrayBuffer(tickDurationsMax * 4),
  }
}

export function openTickBoard(memories: BoardMemories): TickBoard {
  return new CounterBoard(tickNames, { shared: memories.tick })
}

export function openGatewayBoard(memories: BoardMemories): GatewayBoard {
  return new CounterBoard(gatewayNames as readonly GatewayCounter[], { shared: memories.gateway })
}

export function openPersistenceBoard(memories: BoardMemories): PersistenceBoard {
  return new CounterBoard(persistenceNames, { shared: memories.persistence })
}

export function openRecorderBoard(memories: BoardMemories): RecorderBoard {
  return new CounterBoard(recorderNames, { shared: memories.recorder })
}

export function openPulse(memories: BoardMemories): Pulse {
  return new Pulse(memories.pulse)
}

export function openTickDurations(memories: BoardMemories): Float32Array {
  return new Float32Array(memories.tickDurations)
}
