import type { ByteReader, ByteWriter } from '@worldkeep/kernel'
import { TickPhase } from '../guard/tick-guard.ts'
import type { World } from '../world.ts'
import { readColumn, writeColumn } from './column-bytes.ts'
import { hasSlices } from './state-hash.ts'

/*
 * A whole world between two ticks, for recordings: what the state hash covers, as it lies in the columns. What only
 * replication needs (when something changed, who left which cell) is not in it: a restored world counts as all new.
 *
 *     tick, seed │ entities │ zoneOf │ x z vx vz │ roomOf │ tables │ zones' chance │ tasks in slices, if the game has any
 */

/** Most bytes a checkpoint of this world can take. */
export function checkpointBytesMax(world: World): number {
  const { capacity } = world.entities
  const tables = world.tables.reduce((sum, table) => sum + table.stateBytesMax(), 0)
  return (
    64 +
    world.entities.stateBytesMax() +
    capacity * 20 +
    tables +
    world.zones.length * 16 +
    world.slices.stateBytesMax()
  )
}

/** Between two ticks only. */
export function writeCheckpoint(world: World, writer: ByteWriter): void {
  const { slotsUsed } = world.entities
  writer.u32(world.tick())
  writer.u32(world.seed)
  world.entities.writeState(writer)
  writeColumn(writer, world.zoneOf, slotsUsed)
  for (const column of [world.motion.x, world.motion.z, world.motion.vx, world.motion.vz])
    writeColumn(writer, column, slotsUsed)
  writeColumn(writer, world.sight.roomOf, slotsUsed)
  for (const table of world.tables) table.writeState(writer, slotsUsed)
  for (const zone of world.zones) writeColumn(writer, zone.random.state, zone.random.state.length)
  if (hasSlices(world)) world.slices.writeState(writer)
}

/** Into a world of the same game that has run no tick. False: not a checkpoint of this game and seed. */
export function readCheckpoint(world: World, reader: ByteReader): boolean {
  return world.guard.during(TickPhase.Boot, () => readWorld(world, reader))
}

function readWorld(world: World, reader: ByteReader): boolean {
  const tick = reader.u32()
  if (reader.u32() !== world.seed || !world.entities.readState(reader)) return false
  const { slotsUsed } = world.entities
  world.changes.tick = tick
  readColumn(reader, world.zoneOf, slotsUsed)
  for (const column of [world.motion.x, world.motion.z, world.motion.vx, world.motion.vz])
    readColumn(reader, column, slotsUsed)
  readColumn(reader, world.sight.roomOf, slotsUsed)
  for (const table of world.tables) table.readState(reader, slotsUsed)
  for (const zone of world.zones) readColumn(reader, zone.random.state, zone.random.state.length)
  if (hasSlices(world)) world.slices.readState(reader)
  if (reader.failed) return false
  if (world.sight.roomOf.some((room) => room !== 0)) world.sight.inUse = true
  world.commitSpace()
  return true
}
