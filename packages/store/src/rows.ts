import { StoreCorrupt, StoreErrorCode, StoreRefused } from './errors.ts'
import { documentCharsMax, documentDepthMax } from './limits.ts'
import type { ActionRecord, Json, PlayerState } from './port.ts'

/**
 * Between the port's values and a table's columns, for both adapters.
 * What one database would store and the other refuse, or change on the way, is refused here for both (STORE-10).
 */
export interface PlayerRow {
  readonly playerId: string
  readonly name: string
  readonly zone: string
  readonly xCm: number
  readonly zCm: number
  readonly revision: number
  /** JSON text, as the four below. */
  readonly components: string
  readonly inventory: string
  readonly equipment: string
  readonly skills: string
}

export interface ActionRow {
  readonly sessionId: string
  readonly seq: number
  readonly playerId: string
  readonly kind: string
  /** JSON text. */
  readonly payload: string
  readonly resultCode: number
  readonly epoch: number
  readonly tick: number
}

/** A row as it comes back. PostgreSQL gives 64-bit integers as text. */
export type StoredPlayerRow = {
  readonly [column in Exclude<keyof PlayerRow, 'xCm' | 'zCm' | 'revision'>]: string
} & { readonly [column in 'xCm' | 'zCm' | 'revision']: number | string }

/** Throws `StoreRefused`. */
export function encodePlayer(player: PlayerState): PlayerRow {
  const { documents } = player
  return {
    playerId: requireText(player.playerId, 'playerId'),
    name: requireText(player.name, 'name'),
    zone: requireText(player.zone, 'zone'),
    xCm: requireInteger(player.xCm, 'xCm'),
    zCm: requireInteger(player.zCm, 'zCm'),
    revision: requireInteger(player.revision, 'revision'),
    components: encodeJson(player.components, 'components'),
    inventory: encodeJson(documents.inventory, 'inventory'),
    equipment: encodeJson(documents.equipment, 'equipment'),
    skills: encodeJson(documents.skills, 'skills'),
  }
}

/** Throws `StoreRefused`. */
export function encodeAction(action: ActionRecord, epoch: number): ActionRow {
  return {
    sessionId: requireText(action.sessionId, 'sessionId'),
    seq: requireInteger(action.seq, 'seq'),
    playerId: requireText(action.playerId, 'playerId'),
    kind: requireText(action.kind, 'kind'),
    payload: encodeJson(action.payload, 'payload'),
    resultCode: requireInteger(action.resultCode, 'resultCode'),
    epoch,
    tick: requireInteger(action.tick, 'tick'),
  }
}

/** Throws `StoreCorrupt` naming the player and the column (STORE-11). */
export function decodePlayer(row: StoredPlayerRow): PlayerState {
  const { playerId } = row
  return {
    playerId,
    name: row.name,
    zone: row.zone,
    xCm: decodeInteger(row.xCm, { playerId, column: 'x_cm' }),
    zCm: decodeInteger(row.zCm, { playerId, column: 'z_cm' }),
    revision: decodeInteger(row.revision, { playerId, column: 'revision' }),
    components: decodeComponents(row.components, playerId),
    documents: {
      inventory: decodeJson(row.inventory, { playerId, column: 'inventory' }),
      equipment: decodeJson(row.equipment, { playerId, column: 'equipment' }),
      skills: decodeJson(row.skills, { playerId, column: 'skills' }),
    },
  }
}

function encodeJson(value: Json, field: string): string {
  refuseUnstorable(value, field, 0)
  const text = JSON.stringify(value)
  if (text.length > documentCharsMax) {
    throw new StoreRefused(`${field} has ${text.length} characters as JSON, at most ${documentCharsMax} are stored`, {
      code: StoreErrorCode.TooLarge,
    })
  }
  return text
}

/** JSON.stringify turns NaN into null without a word, and JSONB refuses NUL and half surrogate pairs. */
function refuseUnstorable(value: Json, field: string, depth: number): void {
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'string') {
    requireText(value, field)
    return
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw unstorable(field, 'a number that is not finite')
    return
  }
  if (typeof value !== 'object') throw unstorable(field, `a ${typeof value}`)
  if (depth === documentDepthMax) throw unstorable(field, `more than ${documentDepthMax} levels`)
  if (isArray(value)) {
    for (const item of value) refuseUnstorable(item, field, depth + 1)
    return
  }
  for (const [key, item] of Object.entries(value)) {
    requireText(key, field)
    refuseUnstorable(item, field, depth + 1)
  }
}

/** Throws `StoreRefused` for text that PostgreSQL refuses or changes. */
export function requireText(text: string, field: string): string {
  if (!text.isWellFormed()) throw unstorable(field, 'half of a surrogate pair')
  if (text.includes('\0')) throw unstorable(field, 'a NUL character')
  return text
}

function requireInteger(value: number, field: string): number {
  if (!Number.isSafeInteger(value)) throw unstorable(field, `${value}, which is not a whole number`)
  return value
}

function unstorable(field: string, what: string): StoreRefused {
  return new StoreRefused(`${field} holds ${what}, which cannot be stored`, { code: StoreErrorCode.ValueUnstorable })
}

interface Place {
  readonly playerId: string
  readonly column: string
}

function decodeJson(text: string, place: Place): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw corrupt(place, 'is not JSON', cause)
  }
}

function decodeComponents(text: string, playerId: string): PlayerState['components'] {
  const place = { playerId, column: 'components' }
  const components = decodeJson(text, place)
  if (!isRecord(components)) throw corrupt(place, 'is not an object')
  for (const fields of Object.values(components)) {
    if (!isRecord(fields)) throw corrupt(place, 'has a component that is not an object')
    for (const value of Object.values(fields)) {
      if (typeof value !== 'number' && typeof value !== 'string') {
        throw corrupt(place, 'has a field that is neither number nor text')
      }
    }
  }
  return components as PlayerState['components']
}

function decodeInteger(stored: number | string, place: Place): number {
  const value = Number(stored)
  if (!Number.isSafeInteger(value)) throw corrupt(place, 'is not a whole number')
  return value
}

function corrupt(place: Place, what: string, cause?: unknown): StoreCorrupt {
  return new StoreCorrupt(`player ${place.playerId}: stored ${place.column} ${what}`, {
    code: StoreErrorCode.PlayerCorrupt,
    cause,
  })
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !isArray(value)
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
