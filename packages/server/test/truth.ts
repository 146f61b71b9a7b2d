import type { World } from '@worldkeep/world'
import { expect } from 'vitest'
import type { SimulatedNode } from '../src/testing/simulated-node.ts'
import { Life, maySee, Purse, Tag } from './hall.ts'
import type { Guest } from './party.ts'

/** Centimetres a place may be off: it is rounded once on its way. */
const toleranceCm = 2

export interface TruthOptions {
  /** `near`: only the cells that come with every snapshot. `shown`: who is seen is there, though others may be as well. */
  readonly part?: 'near' | 'all' | 'shown'
}

/** What a client of the hall sees is what is there: everybody of its block whom it may see, and nobody else. */
export function expectTruth(node: SimulatedNode, { client }: Guest, options: TruthOptions = {}): void {
  const { world } = node.tick
  const view = client.model
  if (view === null || client.joinAck === null) throw new Error('nobody has joined')
  const { nearRadiusCells, blockRadiusCells } = view.geometry
  const radius = options.part === 'near' ? nearRadiusCells : blockRadiusCells
  const viewer = world.slotOf(client.joinAck.entity)
  const truth: { [handle: number]: string } = {}
  const seen: { [handle: number]: string } = {}
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!world.isAlive(slot) || !maySee(world, viewer, slot)) continue
    const zone = world.zoneOfEntity(slot)
    const cell = world.changes.cellOf[slot] as number
    const { cellX, cellZ } = view.middle
    const ring = Math.max(Math.abs(zone.cellX(cell) - cellX), Math.abs(zone.cellZ(cell) - cellZ))
    if (ring > radius || (options.part === 'shown' && !view.entities.has(slot))) continue
    truth[world.handleOf(slot)] = rowsOf(world, slot)
  }
  const place = { xM: 0, zM: 0 }
  for (const entity of view.entities.values()) {
    if (options.part === 'near' && !view.isNear(entity.cell)) continue
    seen[entity.handle] = `${view.row(entity, Tag)?.text} ${view.row(entity, Life)?.current}`
    const slot = world.slotOf(entity.handle)
    if (slot < 0) continue
    entity.track.positionAt(world.tick(), place)
    const xAwayCm = Math.abs(place.xM * 100 - world.motion.xCm(slot))
    const zAwayCm = Math.abs(place.zM * 100 - world.motion.zCm(slot))
    if (Math.max(xAwayCm, zAwayCm) > toleranceCm) seen[entity.handle] += ` is ${xAwayCm} ${zAwayCm} away`
  }
  expect(client.malformed, `at tick ${world.tick()}`).toBe(false)
  expect(seen, `at tick ${world.tick()}`).toEqual(truth)
  expect(view.ownRow(Purse)?.coins).toBe(world.table(Purse).columns.coins.get(viewer))
}

function rowsOf(world: World, slot: number): string {
  return `${world.table(Tag).columns.text.get(slot)} ${world.table(Life).columns.current.get(slot)}`
}
