import type { ByteReader, ByteWriter } from '@worldkeep/kernel'
import { playerIdBytesMax } from '@worldkeep/wire'
import type { World } from '@worldkeep/world'
import { eventsReservedBytes } from '../limits.ts'
import { RecordKind } from '../mailboxes.ts'
import type { HostEvents } from './host-events.ts'
import type { Outbound } from './outbound.ts'
import type { SessionTable } from './session-table.ts'

/** The world as it truly is at the end of one tick: what a client's view is compared with. */
export interface Inspection {
  readonly tick: number
  readonly entities: readonly {
    readonly handle: number
    readonly cell: number
    readonly xCm: number
    readonly zCm: number
  }[]
  readonly sessions: readonly {
    readonly playerId: string
    readonly entity: number
    /** Middle cell of the view, and its radius in cells. */
    readonly middleX: number
    readonly middleZ: number
    readonly radiusCells: number
  }[]
}

const entityBytes = 16
const sessionBytesMax = 24 + playerIdBytesMax

/** Answers the host with an inspection, or with a refusal where none will ever fit. False: no room now, try again. */
export function emitInspection(
  events: HostEvents,
  request: number,
  parts: { readonly world: World; readonly sessions: SessionTable; readonly outbound: Outbound },
): boolean {
  const { world, sessions, outbound } = parts
  const { ring } = events
  const bytesMax = 16 + world.entities.count * entityBytes + sessions.count * sessionBytesMax
  // More than fits while the reserve is kept: it would wait for ever.
  if (bytesMax + eventsReservedBytes > ring.recordBytesMax) return events.refuseInspection(request)
  const record = events.hasRoom(bytesMax) ? ring.begin(bytesMax) : null
  if (record === null) return false
  record.u32(request)
  record.u32(world.tick())
  record.u32(world.entities.count)
  for (let slot = 0; slot < world.entities.slotsUsed; slot++)
    if (world.entities.alive[slot] === 1) writeEntity(record, world, slot)
  writeSessions(record, sessions, outbound)
  ring.end(RecordKind.Inspection)
  return true
}

function writeEntity(record: ByteWriter, world: World, slot: number): void {
  record.u32(world.handleOf(slot))
  record.i32(world.changes.cellOf[slot] as number)
  record.i32(world.motion.xCm(slot))
  record.i32(world.motion.zCm(slot))
}

function writeSessions(record: ByteWriter, sessions: SessionTable, outbound: Outbound): void {
  let active = 0
  for (let slot = 0; slot < sessions.max; slot++) if (sessions.at(slot).state === 'active') active++
  record.u32(active)
  for (let slot = 0; slot < sessions.max; slot++) {
    const session = sessions.at(slot)
    if (session.state !== 'active') continue
    record.text(session.playerId)
    record.u32(session.entity)
    record.i32(outbound.views.middleX[slot] as number)
    record.i32(outbound.views.middleZ[slot] as number)
    record.u8(outbound.views.radiusCells)
  }
}

/** Reads what `emitInspection` wrote, after the request number. */
export function readInspection(reader: ByteReader): Inspection {
  const tick = reader.u32()
  const entities = Array.from({ length: reader.u32() }, () => ({
    handle: reader.u32(),
    cell: reader.i32(),
    xCm: reader.i32(),
    zCm: reader.i32(),
  }))
  const sessions = Array.from({ length: reader.u32() }, () => ({
    playerId: reader.text(playerIdBytesMax),
    entity: reader.u32(),
    middleX: reader.i32(),
    middleZ: reader.i32(),
    radiusCells: reader.u8(),
  }))
  return { tick, entities, sessions }
}
