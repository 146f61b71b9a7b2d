export {
  StoreCorrupt,
  StoreError,
  StoreErrorCode,
  StoreLocationUnusable,
  StoreRefused,
  StoreUnavailable,
} from './errors.ts'
export {
  closeTimeoutMs,
  commitRowsMax,
  documentCharsMax,
  documentDepthMax,
  kindCharsMax,
  nameCharsMax,
  playerIdCharsMax,
  sessionIdCharsMax,
  zoneCharsMax,
} from './limits.ts'
export { schemaVersion } from './migrations.ts'
export { createStore, type StoreSpec } from './open-store.ts'
export type { ActionRecord, Json, PlayerState, TickBatch, WorldStore } from './port.ts'
