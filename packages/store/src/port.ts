/**
 * The store port: what the persistence thread may ask of a database, and nothing else.
 * Rules `STORE-n` are in `docs/spec/store.md`; every adapter runs the suite in `testing/contract.ts`.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What survives of one player. Positions in whole centimetres so that a change of tick rate keeps them. */
export interface PlayerState {
  /** Opaque, 1 to `playerIdCharsMax` characters. */
  readonly playerId: string
  readonly name: string
  readonly zone: string
  readonly xCm: number
  readonly zCm: number
  /** Owner's save counter. A write with a revision not newer than the stored one is a no-op, so a retry is harmless. */
  readonly revision: number
  /** Saved components by name: field -> value. */
  readonly components: { readonly [component: string]: { readonly [field: string]: number | string } }
  /** Each at most `documentCharsMax` as JSON. Key order is not kept: PostgreSQL sorts the keys. */
  readonly documents: { readonly inventory: Json; readonly equipment: Json; readonly skills: Json }
}

/** One acknowledged durable action; unique per (sessionId, seq). The first one stored stays. */
export interface ActionRecord {
  readonly sessionId: string
  readonly playerId: string
  readonly seq: number
  readonly kind: string
  readonly payload: Json
  readonly resultCode: number
  readonly tick: number
}

/** All durable changes of one tick. Commits whole or not at all. */
export interface TickBatch {
  /** What `open()` returned. Any other is refused as stale. */
  readonly epoch: number
  readonly tick: number
  readonly players: readonly PlayerState[]
  readonly actions: readonly ActionRecord[]
}

/**
 * Every method rejects with a `StoreError` and never with anything else:
 * `StoreUnavailable` (the weather: retry the same call), `StoreRefused` (lost ownership or a bug: do not retry),
 * `StoreCorrupt` (stored bytes that cannot be read), `StoreLocationUnusable` (from `open()` only: a person must act).
 */
export interface WorldStore {
  readonly kind: 'sqlite' | 'postgres'
  /** Where it is, safe to log: never a password. */
  readonly location: string
  /**
   * Connects, migrates forward, and starts a new epoch (strictly greater than every earlier one of this store).
   * From then on the store refuses writes of every earlier epoch. May be called again after it failed.
   */
  open(): Promise<{ readonly epoch: number }>
  /**
   * Null for a player never saved. After `StoreCorrupt` do not save that player: the stored row is the evidence and
   * the only copy, and a revision greater than the stored one would overwrite it.
   */
  loadPlayer(playerId: string): Promise<PlayerState | null>
  /**
   * One transaction for all batches, durable (synced) when the promise resolves. Retrying the same batches changes
   * nothing.
   */
  commit(batches: readonly TickBatch[]): Promise<void>
  /** Checkpoints: newest revision wins; durable when resolved. */
  savePlayers(players: readonly PlayerState[]): Promise<void>
  /** One cheap round trip; rejects when the store cannot serve, or serves a newer epoch than ours. */
  ping(): Promise<void>
  countPlayers(): Promise<number>
  countActions(sessionId: string): Promise<number>
  /** Releases the location. Never rejects, and ends within `closeTimeoutMs`; closing twice is harmless. */
  close(): Promise<void>
}
