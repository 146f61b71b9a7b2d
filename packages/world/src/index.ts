export {
  angle,
  axis,
  entity,
  type Fields,
  flag,
  i8,
  i16,
  i32,
  quantized,
  type Row,
  text,
  u8,
  u16,
  u32,
} from '@worldkeep/kernel'
export { type Acknowledged, type Actor, type ArgsOf, type Command, command } from './define/command.ts'
export { type Audience, type Component, component, type RowOf } from './define/component.ts'
export {
  defineGame,
  type Game,
  type GameHook,
  type GameOptions,
  hook,
  type JoiningPlayer,
  type PlayerRules,
  type System,
  system,
  type ZoneDefinition,
} from './define/game.ts'
export { type Gate, gate } from './define/gate.ts'
export { type Input, type IntentOf, input } from './define/input.ts'
export { type SightGate, sightGate } from './define/sight-gate.ts'
export { type Slice, slice, sliceDone } from './define/slice.ts'
export { TickGuard, TickPhase, TickThreadOnly } from './guard/tick-guard.ts'
export { commandBytesMax, generationMax, slotsMax, tickHzMax, tickHzMin } from './limits.ts'
export {
  type Hook,
  type HookPlace,
  type HookReport,
  Pipeline,
  PipelineMissingHooks,
  reportHooks,
  type Stage,
  stages,
} from './pipeline/pipeline.ts'
export { Pulse } from './pipeline/pulse.ts'
export { Motion, steerTowards } from './space/motion.ts'
export { Channel, type Sight } from './space/sight.ts'
export { cellOfCoordinate, Zone } from './space/zone.ts'
export { checkpointBytesMax, readCheckpoint, writeCheckpoint } from './state/checkpoint.ts'
export type { StateHash } from './state/state-hash.ts'
export type { Column } from './tables/column.ts'
export type { ComponentTable } from './tables/component-table.ts'
export { type EntityHandle, EntityTable } from './tables/entity-table.ts'
export { World } from './world.ts'
