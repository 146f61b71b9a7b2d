import type { Fields, Row } from '@worldkeep/kernel'
import { Channel, type World } from '@worldkeep/world'
import type { EntityView } from '../src/apply/view-model.ts'
import { seenComponents } from '../src/segment-layout.ts'
import { type Arena, Label, Marked, Sneaking, sneakSeenCm, Team } from './arena.ts'
import { nameOf } from './disturb.ts'
import { decodeSegment } from './segment-decoder.ts'
import type { SentFrame, Viewer } from './viewer.ts'

/** A record is rounded to the centimetre, and a path adds nothing to that but the dust of doubles. */
export const placeErrorCmMax = 0.5 + 1e-6

/** Whether gates and rooms let a viewer see an entity, however many others there are. */
function mayKnow(world: World, viewer: number, slot: number): boolean {
  if (viewer === slot) return true
  const { roomOf } = world.sight
  if (roomOf[slot] !== 0 && roomOf[slot] !== roomOf[viewer]) return false
  const { number } = world.table(Team).columns
  if (world.table(Marked).has(slot) && number.get(slot) !== number.get(viewer)) return false
  if (!world.table(Sneaking).has(slot)) return true
  const { motion } = world
  return Math.hypot(motion.xCm(slot) - motion.xCm(viewer), motion.zCm(slot) - motion.zCm(viewer)) <= sneakSeenCm
}

/** Whether it is shown to the viewer once its cell is: nobody is crowded out either. */
function isShown(world: World, viewer: number, slot: number): boolean {
  if (viewer === slot) return true
  const { channelOf } = world.sight
  return mayKnow(world, viewer, slot) && (channelOf[slot] !== Channel.Private || world.sight.allows(viewer, slot))
}

/** Which cells a viewer's view has, and which of them were told of in this tick. */
function cellsOf({ arena, session }: Viewer): {
  readonly known: ReadonlySet<number>
  readonly given: ReadonlySet<number>
} {
  const { views, world, zone } = arena
  const known = new Set<number>()
  const given = new Set<number>()
  for (let cell = zone.firstCell; cell < zone.firstCell + zone.cellCount(); cell++) {
    const [cx, cz] = [zone.cellX(cell), zone.cellZ(cell)]
    if (!views.isInBlock(session, cx, cz)) continue
    const baseline = views.baselineOf(session, cx, cz)
    if (baseline >= 0) known.add(cell)
    if (baseline === world.tick()) given.add(cell)
  }
  return { known, given }
}

/** Handles by slot of those a viewer has in each cell: what `disagreement` compares a later frame with. */
export function memoryOf(viewer: Viewer): ReadonlyMap<number, EntityView & { readonly cellThen: number }> {
  return new Map([...viewer.model.entities].map(([slot, entity]) => [slot, { ...entity, cellThen: entity.cell }]))
}

/**
 * First way in which a viewer disagrees with the server about this moment, or null. Cells told of in this tick must be
 * exactly right. In the others nobody comes or goes but by what the told ones say; `before` is what it had then.
 */
export function disagreement(viewer: Viewer, before: ReturnType<typeof memoryOf> = memoryOf(viewer)): string | null {
  const { arena, model, slot: own, told } = viewer
  const { world, zone } = arena
  const { known, given } = cellsOf(viewer)
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!world.isAlive(slot) || world.zoneOf[slot] !== zone.index || !isShown(world, own, slot)) continue
    const cell = cellUnder(arena, slot)
    if (!given.has(cell)) continue
    const entity = model.entityOf(world.handleOf(slot))
    if (entity === null) return `${slot} is missing in cell ${cell}`
    if (entity.cell !== cell) return `${slot} is in cell ${entity.cell}, not ${cell}`
    const wrong = wrongIn(arena, entity)
    if (wrong !== null) return wrong
  }
  for (const [slot, { cell, handle }] of model.entities) {
    if (!known.has(cell)) return `${slot} is in cell ${cell}, which is not in view`
    if (given.has(cell)) {
      const isThere = world.slotOf(handle) === slot && cellUnder(arena, slot) === cell && isShown(world, own, slot)
      if (!isThere) return `${slot} should have left cell ${cell}`
    } else if (before.get(slot)?.handle !== handle) return `${slot} came to cell ${cell} without a word`
  }
  for (const [slot, { cellThen, handle }] of before) {
    if (!known.has(cellThen) || given.has(cellThen)) continue
    const now = model.entities.get(slot)
    if (now === undefined) return `${slot} left cell ${cellThen} without a word`
    if (now.handle === handle && now.cell !== cellThen && !given.has(now.cell)) return `${slot} moved on without a word`
  }
  if (model.entityOf(world.handleOf(own)) === null) return 'its own entity is not in its view'
  if (told.size !== model.entities.size) return `told of ${told.size}, not ${model.entities.size}`
  return null
}

function cellUnder({ world, zone }: Arena, slot: number): number {
  return zone.cellAt(world.motion.xCmFloor(slot), world.motion.zCmFloor(slot))
}

/** Distance of a known place from the true one, on the worse axis. */
export function placeErrorCm({ world }: Arena, { slot, track }: EntityView): number {
  const place = { xM: 0, zM: 0 }
  track.positionAt(world.tick(), place)
  const dx = place.xM * 100 - (world.motion.x[slot] as number) / world.tickHz
  const dz = place.zM * 100 - (world.motion.z[slot] as number) / world.tickHz
  return Math.max(Math.abs(dx), Math.abs(dz))
}

function wrongIn(arena: Arena, entity: EntityView): string | null {
  const { world } = arena
  const { slot } = entity
  const errorCm = placeErrorCm(arena, entity)
  if (!(errorCm <= placeErrorCmMax)) return `${slot} is off by ${errorCm} cm`
  const { xMps, zMps } = entity.track.velocity()
  const isVelocityRight =
    Math.round(xMps * 100) === world.motion.vx[slot] && Math.round(zMps * 100) === world.motion.vz[slot]
  if (!isVelocityRight) return `${slot} walks ${xMps}, ${zMps} m/s`
  const seen = seenComponents(world.game)
  for (const [index, component] of world.game.components.entries()) {
    const table = world.table(component)
    const row = seen.includes(component) && table.has(slot) ? table.row(slot) : null
    const known: Row<Fields> | null = entity.rows[index] ?? null
    if (JSON.stringify(known) !== JSON.stringify(row)) {
      return `${component.name} of ${slot}: ${JSON.stringify(known)}, not ${JSON.stringify(row)}`
    }
  }
  return null
}

/** Remembers whom a viewer was ever allowed to know of: a departure may name nobody else. */
export class Acquaintance {
  readonly #slots = new Set<number>()

  /** After every tick. */
  update({ world }: Arena, viewer: number): void {
    for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
      if (world.isAlive(slot) && mayKnow(world, viewer, slot)) this.#slots.add(slot)
    }
  }

  hasMetSlot(slot: number): boolean {
    return this.#slots.has(slot)
  }
}

/** First thing in the bytes of a frame that its viewer must not be told, or null. Decoded without our own decoder. */
export function leakIn({ arena, slot: viewer }: Viewer, frame: SentFrame, met: Acquaintance): string | null {
  const { world } = arena
  const geometry = arena.geometry()
  const bytes = [frame.own.bytes, ...frame.segments]
  for (const [index, part] of bytes.entries()) {
    for (let at = 0; at < part.byteLength; ) {
      const { departures, end, entries } = decodeSegment(part.subarray(at), geometry)
      at += end
      for (const { slot } of departures) if (!met.hasMetSlot(slot)) return `departure of ${slot}, never met`
      for (const { slot } of entries) if (!isShown(world, viewer, slot)) return `${slot} in segment ${index}`
    }
  }
  const all = Buffer.concat(bytes)
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!world.isAlive(slot) || isShown(world, viewer, slot) || !world.table(Label).has(slot)) continue
    if (all.includes(nameOf(world, slot))) return `the name of ${slot}, as raw bytes`
  }
  return null
}
