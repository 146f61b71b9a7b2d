import {
  StoreCorrupt,
  StoreError,
  StoreErrorCode,
  StoreLocationUnusable,
  StoreRefused,
  StoreUnavailable,
} from '../errors.ts'

/** Primary result codes of SQLite, from its documentation. Never renumbered. */
const Sqlite = {
  Busy: 5,
  Locked: 6,
  ReadOnly: 8,
  IoError: 10,
  Corrupt: 11,
  Full: 13,
  CannotOpen: 14,
  TooBig: 18,
  Constraint: 19,
  NotADatabase: 26,
} as const

/** Meaning of a failure while reading or writing an open store. */
export function storeErrorOf(cause: unknown, dataDir: string): StoreError {
  if (cause instanceof StoreError) return cause
  switch (primaryCodeOf(cause)) {
    case Sqlite.Constraint:
    case Sqlite.TooBig:
      return new StoreRefused(`SQLite refused a row: ${messageOf(cause)}`, {
        code: StoreErrorCode.ConstraintFailed,
        cause,
      })
    case Sqlite.Corrupt:
    case Sqlite.NotADatabase:
      return new StoreCorrupt(`The database in ${dataDir} is damaged: ${messageOf(cause)}`, {
        code: StoreErrorCode.DatabaseCorrupt,
        cause,
      })
    case Sqlite.Busy:
    case Sqlite.Locked:
    case Sqlite.ReadOnly:
    case Sqlite.IoError:
    case Sqlite.Full:
    case Sqlite.CannotOpen:
      return new StoreUnavailable(`SQLite in ${dataDir} cannot serve: ${messageOf(cause)}`, {
        code: StoreErrorCode.Unavailable,
        cause,
      })
    default:
      return new StoreRefused(`SQLite refused a statement: ${messageOf(cause)}`, {
        code: StoreErrorCode.StatementRefused,
        cause,
      })
  }
}

/** Meaning of a failure while opening: most of them are about the place, and a person must act. */
export function openErrorOf(cause: unknown, dataDir: string): StoreError {
  if (cause instanceof StoreError) return cause
  const unusable = (message: string) =>
    new StoreLocationUnusable(message, { code: StoreErrorCode.LocationUnusable, cause })
  switch (primaryCodeOf(cause)) {
    case Sqlite.Busy:
    case Sqlite.Locked:
      return new StoreLocationUnusable(
        `The data folder ${dataDir} is in use: another node is using it. Stop that node, or choose another folder.`,
        { code: StoreErrorCode.LocationInUse, cause },
      )
    case Sqlite.NotADatabase:
      return unusable(
        `The file world.db in ${dataDir} is not a SQLite database. Move it away, or choose another folder.`,
      )
    case Sqlite.ReadOnly:
    case Sqlite.CannotOpen:
      return unusable(
        `The file world.db in ${dataDir} cannot be opened for writing. Give this user write access to the folder and ` +
          'the files in it, or choose another folder.',
      )
    case undefined:
      return unusable(
        `The data folder ${dataDir} cannot be used: ${messageOf(cause)}. Choose a folder that this user may write.`,
      )
    default:
      return storeErrorOf(cause, dataDir)
  }
}

/** Extended codes carry the primary one in their low byte. Undefined: the error is not SQLite's. */
function primaryCodeOf(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') return undefined
  return cause.errcode & 0xff
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
