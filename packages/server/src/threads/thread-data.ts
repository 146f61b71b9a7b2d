import type { HookPlace } from '@worldkeep/world'
import type { CoreConfig } from '../core/core-config.ts'
import type { BoardMemories } from '../core/counters.ts'
import type { Mailboxes } from '../core/mailboxes.ts'
import type { RecordingHeader } from '../recording/recording-header.ts'
import type { RecordingTarget } from '../recording/recording-writer.ts'

/** Everything the threads of one node share. Posted to each as its worker data. */
export interface SharedParts {
  readonly config: CoreConfig
  readonly mailboxes: Mailboxes
  readonly boards: BoardMemories
  readonly doorbells: {
    readonly gateway: SharedArrayBuffer
    readonly persistence: SharedArrayBuffer
    readonly host: SharedArrayBuffer
    readonly recorder: SharedArrayBuffer
  }
  readonly game: GameModule
}

/** Where the game comes from: a module that exports `createGame(options)`. */
export interface GameModule {
  readonly url: string
  readonly options: { readonly [name: string]: unknown }
}

export interface TickThreadData extends SharedParts {
  readonly maxCatchUpTicks: number
  /** Ticks between two checkpoints of the flight recorder; null: nothing is recorded. */
  readonly checkpointIntervalTicks: number | null
}

export interface GatewayThreadData extends SharedParts {
  readonly host: string
  readonly port: number
  /** Where the host answers HTTP: a socket path, or a named pipe. */
  readonly hostSocketPath: string
  readonly tokenSecret: Uint8Array
}

export interface PersistenceThreadData extends SharedParts {
  readonly storeUrl: string | null
  readonly dataDir: string
}

export interface RecorderThreadData extends SharedParts {
  readonly header: RecordingHeader
  readonly target: RecordingTarget
  /** Where the runs of this node are, the oldest of which are deleted; null for a single file elsewhere. */
  readonly recordingsDir: string | null
}

/** What a thread tells the host. */
export type ThreadMessage =
  | { readonly kind: 'started'; readonly osThreadId: number | null }
  | {
      readonly kind: 'ready'
      readonly port?: number
      readonly store?: StoreInfo
      readonly hooks?: readonly HookPlace[]
    }
  | { readonly kind: 'unusable'; readonly reason: UnusableReason; readonly message: string }
  | {
      readonly kind: 'log'
      readonly level: 'info' | 'warn' | 'error'
      readonly line: string
      readonly fields: { readonly [name: string]: unknown }
    }
  | { readonly kind: 'reply'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly kind: 'stopped' }

/** Why a node cannot start with what it was given. */
export type UnusableReason = 'port' | 'store' | 'game'

export interface StoreInfo {
  readonly kind: string
  readonly location: string
  readonly epoch: number
}

/** What the host tells such a thread. */
export type HostMessage =
  | { readonly kind: 'refuseNew' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'loadPlayer'; readonly id: number; readonly playerId: string }
  | { readonly kind: 'pingStore'; readonly id: number }
