import type { ByteReader, ByteWriter } from '@worldkeep/kernel'
import { checkpointBytesMax, readCheckpoint, type World, writeCheckpoint } from '@worldkeep/world'
import type { DurableLane } from './durable-lane.ts'
import type { SessionTable } from './session-table.ts'

/** Everything that decides what the next tick does, apart from its inputs. */
export interface CoreState {
  readonly world: World
  readonly sessions: SessionTable
  readonly lane: DurableLane
}

/** Between two ticks, and only while the lane holds no batch. */
export function coreCheckpointBytesMax(state: CoreState): number {
  return checkpointBytesMax(state.world) + state.sessions.stateBytesMax() + state.lane.stateBytesMax()
}

export function writeCoreCheckpoint(state: CoreState, writer: ByteWriter): void {
  writeCheckpoint(state.world, writer)
  state.sessions.writeState(writer)
  state.lane.writeState(writer)
}

/** Into a core that has run no tick. False: not a checkpoint of this game, seed and configuration. */
export function readCoreCheckpoint(state: CoreState, reader: ByteReader): boolean {
  if (!readCheckpoint(state.world, reader)) return false
  state.sessions.readState(reader)
  state.lane.readState(reader)
  return !reader.failed && reader.remaining() === 0
}
