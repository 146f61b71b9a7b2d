import { CounterBoard } from '@worldkeep/kernel'
import { type ErrorCode, errorCodes } from '@worldkeep/wire'
import { stages } from '@worldkeep/world'

/** Upper bounds of the tick duration histogram, milliseconds. */
export const tickBucketsMs = [0.25, 0.5, 1, 2, 4, 8, 16, 33, 50, 100, 250, 500] as const

const tickNames = [
  'ticks',
  'tick',
  'tickMsSum',
  'tickMsMax',
  'catchUpTicks',
  'catchUpClamped',
  'actualTickHz',
  'stateHashLow',
  'stateHashHigh',
  'sessions',
  'sessionsInGrace',
  'entities',
  'entitiesRefused',
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
  'entityUpdatesDue',
  'savesQueued',
  'savesDeferred',
  'durableActions',
  'durableBatches',
  'durableRefused',
  'durableAcknowledged',
  'outboxRefused',
  'gcCount',
  'gcMsSum',
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
  'framesUnroutable',
  'bytesOut',
  'segmentBytesCopied',
  'pingsIn',
  'unauthenticatedIn',
  'resumeTokensIssued',
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
  'refusedByStore',
] as const

export type TickCounter = (typeof tickNames)[number]
export type GatewayCounter = (typeof gatewayNames)[number] | `refused_${ErrorCode}`
export type PersistenceCounter = (typeof persistenceNames)[number]

export type TickBoard = CounterBoard<TickCounter>
export type GatewayBoard = CounterBoard<GatewayCounter>
export type PersistenceBoard = CounterBoard<PersistenceCounter>

/** Shared memory of all boards; `openBoards` gives each thread its view. */
export interface BoardMemories {
  readonly tick: SharedArrayBuffer
  readonly gateway: SharedArrayBuffer
  readonly persistence: SharedArrayBuffer
}

export function createBoards(): BoardMemories {
  return {
    tick: CounterBoard.create(tickNames).shared,
    gateway: CounterBoard.create(gatewayNames).shared,
    persistence: CounterBoard.create(persistenceNames).shared,
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
