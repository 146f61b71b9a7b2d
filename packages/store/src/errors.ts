/** The weather and the walls of a store, as types. `code` is stable and goes to logs and metrics. */
export const StoreErrorCode = {
  /** Retry the same call later; nothing is known about whether it was applied, and a retry is harmless. */
  Unavailable: 'store_unavailable',
  /** Used before `open()` or after `close()`. */
  NotOpen: 'store_not_open',
  /** One player's row cannot be read. */
  PlayerCorrupt: 'store_player_corrupt',
  /** The database itself reports damage. */
  DatabaseCorrupt: 'store_database_corrupt',
  /** The database refused a row. */
  ConstraintFailed: 'store_constraint_failed',
  /** A newer owner has opened this store. */
  EpochStale: 'store_epoch_stale',
  /** A value that cannot survive a round trip: NaN, a NUL character, half a surrogate pair, nested too deep. */
  ValueUnstorable: 'store_value_unstorable',
  /** More rows or characters than `limits.ts` allows. */
  TooLarge: 'store_too_large',
  /** Any other statement the database refused. */
  StatementRefused: 'store_statement_refused',
  /** A folder, file or database that cannot be used. */
  LocationUnusable: 'store_location_unusable',
  /** Another process holds it. */
  LocationInUse: 'store_location_in_use',
  /** Written by a newer program than this one. */
  SchemaTooNew: 'store_schema_too_new',
} as const
export type StoreErrorCode = (typeof StoreErrorCode)[keyof typeof StoreErrorCode]

export abstract class StoreError extends Error {
  readonly code: StoreErrorCode
  /** True when repeating the same call may succeed without anybody changing anything. */
  abstract readonly retryable: boolean

  constructor(message: string, options: { readonly code: StoreErrorCode; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code
  }
}

/** The database cannot be reached or cannot serve now. */
export class StoreUnavailable extends StoreError {
  override readonly name = 'StoreUnavailable'
  readonly retryable = true
}

/** Stored bytes that cannot be read back. The read changed nothing. */
export class StoreCorrupt extends StoreError {
  override readonly name = 'StoreCorrupt'
  readonly retryable = false
}

/** The write was not applied, no row of it, and never will be. */
export class StoreRefused extends StoreError {
  override readonly name = 'StoreRefused'
  readonly retryable = false
}

/** A person must act; the message is one sentence on what is wrong and one on what to do. */
export class StoreLocationUnusable extends StoreError {
  override readonly name = 'StoreLocationUnusable'
  readonly retryable = false
}
