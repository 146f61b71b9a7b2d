import {
  StoreCorrupt,
  StoreError,
  StoreErrorCode,
  StoreLocationUnusable,
  StoreRefused,
  StoreUnavailable,
} from '../errors.ts'

/** SQLSTATE classes (first two characters) that pass by themselves: the same call may be repeated. */
const transientClasses: ReadonlySet<string> = new Set([
  '08', // connection
  '25', // transaction state: a standby that became read-only, an idle transaction ended by the server
  '28', // authorisation: a password being rotated
  '40', // deadlock, serialisation
  '53', // out of memory, disk or connections
  '55', // lock not available, server starting
  '57', // statement timeout, shutdown, crash
  '58', // I/O
])

/** Meaning of a failure while reading or writing an open store. No SQLSTATE means it came from the socket. */
export function storeErrorOf(cause: unknown, location: string): StoreError {
  if (cause instanceof StoreError) return cause
  const state = sqlStateOf(cause)
  const stateClass = state?.slice(0, 2)
  if (stateClass === undefined || transientClasses.has(stateClass)) {
    return new StoreUnavailable(`PostgreSQL at ${location} cannot serve: ${messageOf(cause)}`, {
      code: StoreErrorCode.Unavailable,
      cause,
    })
  }
  if (stateClass === 'XX') {
    return new StoreCorrupt(`PostgreSQL at ${location} reports damage: ${messageOf(cause)}`, {
      code: StoreErrorCode.DatabaseCorrupt,
      cause,
    })
  }
  const isRowRefused = stateClass === '22' || stateClass === '23'
  return new StoreRefused(
    `PostgreSQL refused a ${isRowRefused ? 'row' : 'statement'}: ${messageOf(cause)} (${state})`,
    {
      code: isRowRefused ? StoreErrorCode.ConstraintFailed : StoreErrorCode.StatementRefused,
      cause,
    },
  )
}

/** Meaning of a failure while opening: wrong credentials or names do not pass by themselves. */
export function openErrorOf(cause: unknown, location: string): StoreError {
  const advice = adviceOf(sqlStateOf(cause))
  if (advice === undefined) return storeErrorOf(cause, location)
  return new StoreLocationUnusable(`PostgreSQL at ${location} refused us: ${messageOf(cause)}. ${advice}`, {
    code: StoreErrorCode.LocationUnusable,
    cause,
  })
}

function adviceOf(state: string | undefined): string | undefined {
  if (state === '28P01' || state === '28000') return 'Check the user and the password in the store URL.'
  if (state === '3D000') return 'Create that database, or name another one in the store URL.'
  if (state === '42501') return 'Give this user the right to create and change tables in the database.'
  if (state === '3F000') return 'Create that schema, or name another one in the store URL.'
  return undefined
}

function sqlStateOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return undefined
  // Socket errors have codes too (ECONNREFUSED, EPIPE); an SQLSTATE is five characters and its errors have a severity.
  return 'severity' in cause && cause.code.length === 5 ? cause.code : undefined
}

function messageOf(cause: unknown): string {
  // A failed connection to a name with several addresses has an empty message and the reasons inside.
  if (cause instanceof AggregateError && cause.message === '') return cause.errors.map(messageOf).join(', ')
  return cause instanceof Error ? cause.message : String(cause)
}
