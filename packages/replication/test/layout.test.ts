import { ByteReader, Random } from '@worldkeep/kernel'
import { Channel } from '@worldkeep/world'
import { expect, test } from 'vitest'
import { noBaseline, nothingNew, withheld } from '../src/emit/segment-encoder.ts'
import { Arena, Debt, Health, Label, Pose } from './arena.ts'
import { disturb, disturbSight } from './disturb.ts'
import { decodeSegment } from './segment-decoder.ts'
import { Viewer } from './viewer.ts'

function bytesOf(arena: Arena, cell: number, baseline: number): Uint8Array {
  const id = arena.encoder.segment(arena.zone, cell, baseline, Channel.Everybody)
  expect(id).toBeGreaterThan(0)
  return arena.sink.segments.get(id) as Uint8Array
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').replaceAll(/../g, '$& ').trim()

test('[REPL-12] a segment is laid out as the specification says: the worked example', () => {
  const arena = new Arena()
  const { world } = arena
  arena.tick(() => {
    arena.spawn(1700, 150)
    arena.spawn(1650, 20)
    world.table(Health).add(0, { current: 300, max: 1000 })
    world.table(Label).add(1, { text: 'Fé', rank: 7 })
    world.motion.setVelocity(1, 100, -40)
  })
  const cell = arena.cell(1, 0)
  expect([arena.zone.firstCell, arena.zone.cellsWide, cell]).toEqual([9, 7, 10])
  expect(hex(bytesOf(arena, cell, noBaseline))).toBe(
    '0a 35 40 1f 32 58 02 00 20 7c 6e 20 01 e4 27 01 2c 01 e8 03 03 46 c3 a9 07',
  )
  const tick = world.tick()
  arena.tick(() => {
    world.despawn(world.handleOf(0))
    world.motion.setVelocity(1, 100, 0)
  })
  expect(hex(bytesOf(arena, cell, tick))).toBe('0a 08 50 40 83 0c 10')
  expect(hex(bytesOf(arena, cell, withheld))).toBe('0a 02')
})

test('[REPL-12] a decoder written from the specification alone reads every segment', () => {
  const arena = new Arena()
  const { world } = arena
  arena.tick(() => {
    for (let i = 0; i < 40; i++) arena.spawn(i * 40, 10 + i)
    for (let slot = 0; slot < 40; slot += 3) world.table(Debt).add(slot, { amount: -slot * 99_999, due: slot & 1 })
    for (let slot = 0; slot < 40; slot += 4) world.table(Pose).add(slot, { facing: slot / 40, lean: slot / 40 })
    for (let slot = 0; slot < 40; slot += 5) world.table(Label).add(slot, { text: `é${slot}`, rank: slot })
    for (let slot = 0; slot < 40; slot += 6) world.motion.setVelocity(slot, -slot * 100, slot)
  })
  const cell = arena.cell(0, 0)
  const { departures, entries, end, ...head } = decodeSegment(bytesOf(arena, cell, noBaseline), arena.geometry())
  expect(head).toEqual({ cell, kind: 'keyframe' })
  expect(departures).toEqual([])
  expect(end).toBe(bytesOf(arena, cell, noBaseline).byteLength)
  expect(entries.map(({ slot }) => slot)).toEqual(Array.from({ length: entries.length }, (_, slot) => slot))
  for (const { slot, place, rows, velocity } of entries) {
    expect(place).toEqual({ x: world.motion.xCm(slot), z: world.motion.zCm(slot) })
    expect(velocity).toEqual({ vx: world.motion.vx[slot], vz: world.motion.vz[slot] })
    const expected = [Label, Pose, Debt].filter((component) => world.table(component as typeof Label).has(slot))
    expect(Object.keys(rows)).toEqual(expected.map(({ name }) => name))
    for (const component of expected) {
      expect(rows[component.name]).toEqual(world.table(component as typeof Label).row(slot))
    }
  }
  const model = arena.silentModel()
  model.beginFrame()
  expect(model.applySegment(new ByteReader(bytesOf(arena, cell, noBaseline)), 1)).toBe(true)
  expect(model.entities.size).toBe(entries.length)
})

test('[REPL-12] a departure names the cell somebody is in now: next door, elsewhere, or nowhere', () => {
  const arena = new Arena()
  const { world } = arena
  arena.tick(() => {
    for (let i = 0; i < 6; i++) arena.spawn(4000, 4000)
  })
  const tick = world.tick()
  arena.tick(() => {
    world.motion.place(0, 5000, 5000)
    world.motion.place(1, 9000, 100)
    world.despawn(world.handleOf(2))
    world.motion.place(3, 2000, 2000)
    world.motion.place(4, 9000, 100)
    world.motion.place(5, 9000, 100)
  })
  arena.tick(() => {
    // On to a third cell, back again, and dead: only where they are now counts.
    world.motion.place(3, 800, 4000)
    world.motion.place(4, 4000, 4100)
    world.despawn(world.handleOf(5))
  })
  const { departures, entries } = decodeSegment(bytesOf(arena, arena.cell(2, 2), tick), arena.geometry())
  expect(new Map(departures.map(({ slot, to }) => [slot, to]))).toEqual(
    new Map([
      [0, arena.cell(3, 3)],
      [1, arena.cell(5, 0)],
      [2, null],
      [3, arena.cell(0, 2)],
      [5, null],
    ]),
  )
  expect(entries.map(({ kind, slot }) => [kind, slot])).toEqual([['whole', 4]])
})

test('[REPL-12] whoever went farther than any view of the cell reaches is gone: nobody is told where to', () => {
  const arena = new Arena({ sizeM: 400 })
  const { world } = arena
  arena.tick(() => {
    for (let i = 0; i < 3; i++) arena.spawn(800, 800)
  })
  const tick = world.tick()
  arena.tick(() => {
    world.motion.place(0, 800 + 6 * 1600, 800)
    world.motion.place(1, 800 + 7 * 1600, 800)
    world.motion.place(2, 800, 800 + 20 * 1600)
  })
  const { departures } = decodeSegment(bytesOf(arena, arena.cell(0, 0), tick), arena.geometry())
  expect(departures.toSorted((a, b) => a.slot - b.slot).map(({ to }) => to)).toEqual([arena.cell(6, 0), null, null])
})

test('[REPL-12] an entry says what changed and nothing else: a turn, a motion, rows, both', () => {
  const arena = new Arena()
  const { world } = arena
  arena.tick(() => {
    for (let i = 0; i < 5; i++) {
      arena.spawn(500 + i, 500)
      world.table(Health).add(i, { current: 1 })
    }
  })
  const tick = world.tick()
  arena.tick(() => {
    world.motion.setVelocity(0, 10, -300)
    world.motion.setVelocity(1, 100, 100)
  })
  arena.tick(() => {
    world.motion.setVelocity(1, 0, 3000)
    world.motion.place(2, 600, 700)
    world.table(Health).columns.current.set(3, 2)
    world.motion.setVelocity(4, -3000, 1)
    world.table(Health).columns.current.set(4, 3)
  })
  arena.tick()
  const nothing = { generation: null, place: null, velocity: null, ageTicks: null, rows: {} }
  const health = (current: number) => ({ health: { current, max: 0 } })
  const { entries } = decodeSegment(bytesOf(arena, arena.cell(0, 0), tick), arena.geometry())
  expect(entries).toEqual([
    { ...nothing, slot: 0, kind: 'turn', velocity: { vx: 10, vz: -300 }, ageTicks: 2 },
    { ...nothing, slot: 1, kind: 'motion', place: { x: 506, z: 805 }, velocity: { vx: 0, vz: 3000 } },
    { ...nothing, slot: 2, kind: 'motion', place: { x: 600, z: 700 }, velocity: { vx: 0, vz: 0 } },
    { ...nothing, slot: 3, kind: 'rows', rows: health(2) },
    { ...nothing, slot: 4, kind: 'turn', velocity: { vx: -3000, vz: 1 }, ageTicks: 1, rows: health(3) },
  ])
})

test('[REPL-12] the same state and the same baselines are the same bytes', () => {
  const run = (): string => {
    const arena = new Arena({ gated: true, farRadiusCells: 2 })
    const random = new Random(5)
    const bytes: Uint8Array[] = []
    arena.tick(() => {
      for (let i = 0; i < 20; i++) arena.spawn(random.below(arena.zone.sizeCm), random.below(arena.zone.sizeCm))
    })
    const viewers = [0, 1, 2].map((slot) => new Viewer(arena, slot, slot))
    for (let n = 0; n < 200; n++) {
      arena.tick(() => {
        for (let i = 0; i < 6; i++) disturb(arena, random, { keep: new Set([0, 1, 2]) })
        disturbSight(arena, random)
      })
      for (const viewer of viewers) {
        viewer.frame()
        const sent = viewer.frames.at(-1)
        if (sent !== undefined) bytes.push(sent.own.bytes, ...sent.segments)
      }
    }
    return Buffer.concat(bytes).toString('base64')
  }
  const once = run()
  expect(once.length).toBeGreaterThan(15_000)
  expect(run() === once).toBe(true)
})

test('[REPL-5] every field that changes travels, and nothing beside its row', () => {
  const arena = new Arena()
  const { world } = arena
  arena.tick(() => {
    for (let i = 0; i < 4; i++) {
      arena.spawn(500, 500)
      for (const component of [Health, Label, Pose, Debt]) world.table(component as typeof Label).add(i)
    }
  })
  const changes: readonly (readonly [string, () => void])[] = [
    ['health', () => world.table(Health).columns.current.set(1, 5)],
    ['health', () => world.table(Health).columns.max.set(1, 6)],
    ['label', () => world.table(Label).columns.text.set(1, 'new')],
    ['label', () => world.table(Label).columns.rank.set(1, 7)],
    ['pose', () => world.table(Pose).columns.facing.set(1, 0.5)],
    ['pose', () => world.table(Pose).columns.lean.set(1, 0.5)],
    ['debt', () => world.table(Debt).columns.amount.set(1, -8)],
    ['debt', () => world.table(Debt).columns.due.set(1, 1)],
  ]
  for (const [name, change] of changes) {
    const tick = world.tick()
    arena.tick(change)
    const { departures, entries } = decodeSegment(bytesOf(arena, arena.cell(0, 0), tick), arena.geometry())
    expect([departures, entries.map(({ kind, rows, slot }) => [kind, slot, Object.keys(rows)])]).toEqual([
      [],
      [['rows', 1, [name]]],
    ])
    // The same value again is no change.
    arena.tick(change)
    expect(arena.encoder.segment(arena.zone, arena.cell(0, 0), tick + 1, Channel.Everybody)).toBe(nothingNew)
  }
})
