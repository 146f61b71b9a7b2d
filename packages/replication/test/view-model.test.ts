import { ByteReader, ByteWriter, Random } from '@worldkeep/kernel'
import { EntityTable, generationMax, slotsMax } from '@worldkeep/world'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ViewModel } from '../src/apply/view-model.ts'
import { noBaseline } from '../src/emit/segment-encoder.ts'
import { Arena, disagreement, disturb, Health, Label, Luck, Purse, Viewer } from './arena.ts'

test('[REPL-15] an entity that moves between two visible cells never leaves the view', () => {
  for (const [fromX, toX] of [
    [1400, 1700],
    [1700, 1400],
  ] as const) {
    const arena = new Arena()
    arena.tick(() => {
      arena.spawn(1000, 1000)
      arena.spawn(fromX, 1000)
    })
    const viewer = new Viewer(arena, 0, 0)
    viewer.frame()
    const entity = viewer.model.entityOf(arena.world.handleOf(1))
    arena.tick(() => arena.world.motion.place(1, toX, 1000))
    viewer.frame()
    expect(viewer.events).toEqual(['changed 1'])
    expect(viewer.model.entityOf(arena.world.handleOf(1))).toBe(entity)
    expect(disagreement(viewer)).toBeNull()
  }
})

test('[REPL-15] walking through every cell of a view, forth and back, at any snapshot rate, is no reason to leave', () => {
  for (const everyTicks of [1, 2, 5, 13]) {
    const arena = new Arena({ sizeM: 48 })
    const random = new Random(everyTicks)
    arena.tick(() => {
      arena.spawn(2400, 2400)
      for (let i = 0; i < 10; i++) arena.spawn(random.below(4800), random.below(4800))
    })
    const viewer = new Viewer(arena, 0, 0)
    viewer.frame()
    for (let n = 0; n < 600; n++) {
      arena.tick(() => {
        const slot = 1 + random.below(10)
        arena.world.motion.setVelocity(slot, random.between(-2000, 2000), random.between(-2000, 2000))
      })
      if (n % everyTicks !== 0) continue
      if (random.below(30) === 0) arena.views.refresh(0)
      viewer.frame()
      expect(viewer.events.filter((event) => !event.startsWith('changed'))).toEqual([])
      expect(disagreement(viewer)).toBeNull()
    }
  }
})

test('[REPL-16] a slot used again is another entity: the old one leaves, the new one enters', () => {
  const arena = new Arena({ entitiesMax: 2 })
  const { world } = arena
  arena.tick(() => {
    arena.spawn(100, 100)
    arena.spawn(200, 200)
    world.table(Health).add(1, { current: 5 })
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  const old = world.handleOf(1)
  arena.tick(() => world.despawn(old))
  arena.tick(() => void arena.spawn(300, 300))
  viewer.frame()
  expect(viewer.events).toEqual(['left 1', 'entered 1'])
  expect(viewer.model.entityOf(old)).toBeNull()
  const fresh = viewer.model.entityOf(world.handleOf(1))
  expect(fresh?.rows.every((row) => row === null)).toBe(true)
  expect(disagreement(viewer)).toBeNull()
})

test('[REPL-16] despawned is gone in the next frame, and told once', () => {
  const arena = new Arena()
  arena.tick(() => {
    arena.spawn(100, 100)
    arena.spawn(200, 200)
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  arena.tick(() => arena.world.despawn(arena.world.handleOf(1)))
  viewer.frame()
  expect(viewer.events).toEqual(['left 1'])
  arena.tick()
  viewer.frame()
  expect(viewer.events).toEqual([])
})

test('[REPL-16] a fresh view keeps who is still there', () => {
  const arena = new Arena()
  arena.tick(() => {
    arena.spawn(100, 100)
    arena.spawn(200, 200)
    arena.spawn(300, 300)
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  const entity = viewer.model.entityOf(arena.world.handleOf(1))
  arena.tick(() => arena.world.despawn(arena.world.handleOf(2)))
  arena.views.refresh(0)
  viewer.frame()
  expect(viewer.events).toEqual(['changed 0', 'changed 1', 'left 2'])
  expect(viewer.model.entityOf(arena.world.handleOf(1))).toBe(entity)
})

test('[REPL-17] owner components arrive by themselves, and stay until the next', () => {
  const arena = new Arena()
  const model = arena.silentModel()
  expect(model.ownRow(Purse)).toBeNull()
  const write = (mask: number, fill: (writer: ByteWriter) => void, gone = 0): ByteReader => {
    const writer = ByteWriter.ofSize(64)
    writer.varint(mask)
    writer.varint(gone)
    fill(writer)
    return new ByteReader(writer.copy())
  }
  const both = write(3, (writer) => {
    writer.varint(1000)
    writer.text('mine')
    writer.u8(7)
  })
  expect(model.applyOwner(both)).toBe(true)
  expect([model.ownRow(Purse), model.ownRow(Luck)]).toEqual([{ coins: 1000, note: 'mine' }, { value: 7 }])
  expect(model.applyOwner(write(2, (writer) => writer.u8(8)))).toBe(true)
  expect([model.ownRow(Purse), model.ownRow(Luck)]).toEqual([{ coins: 1000, note: 'mine' }, { value: 8 }])
  expect(model.applyOwner(write(0, () => undefined))).toBe(true)
  for (const malformed of [
    write(4, () => undefined),
    write(3, (writer) => writer.varint(5)),
    write(1, () => undefined),
    write(0, () => undefined, 4),
    write(1, (writer) => writer.varint(5), 1),
  ]) {
    expect(model.applyOwner(malformed)).toBe(false)
  }
  expect(model.applyOwner(new ByteReader(new Uint8Array(0)))).toBe(false)
  expect(model.ownRow(Luck)).toEqual({ value: 8 })
  expect(model.applyOwner(write(0, () => undefined, 2))).toBe(true)
  expect(model.ownRow(Luck)).toBeNull()
})

/** Segments by hand: `cell flags departures … 0 entries … 0`, with 9 the first cell of the zone. */
const malformed: readonly (readonly [string, readonly number[]])[] = [
  ['nothing', []],
  ['no flags', [9]],
  ['no end', [9, 0]],
  ['a cell before the zone', [8, 0, 0]],
  ['a cell after the zone', [9 + 49, 0, 0]],
  ['a flag that does not exist', [9, 4, 0]],
  ['departures without an end', [9, 2, 5]],
  ['an entry without a mask', [9, 0, 1]],
  ['an entry that says nothing', [9, 0, 1, 0, 0]],
  ['a component that does not exist', [9, 0, 1, 0x81, 1, 1, 0, 0, 0, 0, 0, 0, 0]],
  ['a change of somebody unknown', [9, 0, 5, 2, 0, 0, 0, 0, 0, 0]],
  ['generation 0', [9, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
  ['half a motion', [9, 0, 1, 1, 1, 0, 0, 0]],
  ['half a row', [9, 0, 1, 5, 1, 0, 0, 0, 0, 0, 0, 7]],
  ['a text that is not UTF-8', [9, 0, 1, 9, 1, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0]],
  ['a text longer than declared', [9, 0, 1, 9, 1, 0, 0, 0, 0, 0, 0, 21, ...new Array<number>(21).fill(65), 0, 0]],
  ['a value that is out of range', [9, 0, 1, 0x41, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0]],
  ['an overlong number', [0x89, 0x80, 0x80, 0x80, 0x80, 0, 0, 0]],
]

for (const [what, bytes] of malformed) {
  test(`[REPL-18] malformed is refused: ${what}`, () => {
    const events: string[] = []
    const model = new Arena().viewModel({
      entered: () => events.push('entered'),
      left: () => events.push('left'),
      changed: () => events.push('changed'),
    })
    expect(model.applySegment(new ByteReader(Uint8Array.from(bytes)), 1)).toBe(false)
    model.endFrame()
    expect(events).toEqual([])
    expect(model.entities.size).toBe(0)
  })
}

test('[REPL-18] the same bytes without the mistake are taken', () => {
  const model = new Arena().silentModel()
  const whole = [9, 0, 1, 9, 1, 1, 0, 2, 0, 4, 3, 2, 65, 66, 9, 0]
  expect(model.applySegment(new ByteReader(Uint8Array.from(whole)), 3)).toBe(true)
  const entity = model.entities.get(0)
  expect(entity?.track.newest()).toEqual({ tick: 3, xCm: 1, zCm: 2, vx: 2, vz: -2 })
  expect(entity && model.row(entity, Label)).toEqual({ text: 'AB', rank: 9 })
  expect(entity && model.row(entity, Health)).toBeNull()
})

test('[REPL-18] slots and generations beyond any world are refused', () => {
  const segment = (slot: number, generation: number): ByteReader => {
    const writer = ByteWriter.ofSize(64)
    for (const value of [9, 0, slot + 1, 1, generation, 0, 0, 0, 0, 0, 0, 0]) writer.varint(value)
    return new ByteReader(writer.copy())
  }
  const model = new Arena().silentModel()
  expect(model.applySegment(segment(slotsMax, 1), 1)).toBe(false)
  expect(model.applySegment(segment(0xfffffffe, 1), 1)).toBe(false)
  expect(model.applySegment(segment(0, generationMax + 1), 1)).toBe(false)
  expect(model.applySegment(segment(slotsMax - 1, generationMax), 1)).toBe(true)
  expect([...model.entities.values()].map(({ handle }) => handle)).toEqual([
    EntityTable.handle(slotsMax - 1, generationMax),
  ])
})

test('[REPL-18] a change of somebody who is in another cell belongs to another view', () => {
  const arena = new Arena()
  arena.tick(() => void arena.spawn(100, 100))
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  const motion = [2, 0, 0, 0, 0, 0, 0, 0]
  expect(viewer.model.applySegment(new ByteReader(Uint8Array.from([10, 0, 1, ...motion])), 2)).toBe(false)
  expect(viewer.model.applySegment(new ByteReader(Uint8Array.from([9, 0, 1, ...motion])), 2)).toBe(true)
})

test('[REPL-18] who was announced halfway is neither kept nor told gone', () => {
  const arena = new Arena()
  arena.tick(() => {
    for (let i = 0; i < 5; i++) {
      arena.spawn(100, 100)
      arena.world.table(Label).add(i, { text: 'somebody' })
    }
  })
  const id = arena.encoder.segment(arena.zone, arena.cell(0, 0), noBaseline)
  const bytes = arena.sink.segments.get(id) as Uint8Array
  for (let length = 0; length < bytes.byteLength; length++) {
    const told = new Set<number>()
    const model = arena.viewModel({
      entered: ({ slot }) => told.add(slot),
      left: ({ slot }) => expect(told.delete(slot)).toBe(true),
      changed: () => undefined,
    })
    expect(model.applySegment(new ByteReader(bytes.slice(0, length)), 1), `${length} bytes`).toBe(false)
    expect([...model.entities.keys()]).toEqual([...told])
    model.beginReset()
    model.endFrame()
    expect([model.entities.size, told.size]).toEqual([0, 0])
  }
})

/** Segments of a busy world, of all kinds. */
function realSegments(): readonly Uint8Array[] {
  const arena = new Arena({ entitiesMax: 40 })
  const random = new Random(11)
  const segments: Uint8Array[] = []
  arena.tick(() => {
    for (let i = 0; i < 20; i++) arena.spawn(random.below(4000), random.below(4000))
  })
  for (let n = 0; n < 120; n++) {
    arena.tick(() => {
      for (let i = 0; i < 12; i++) disturb(arena, random, { keep: new Set() })
    })
    for (let cell = 0; cell < 49; cell += 1 + random.below(7)) {
      const baseline = random.below(3) === 0 ? noBaseline : arena.world.tick() - 1 - random.below(3)
      arena.encoder.segment(arena.zone, arena.zone.firstCell + cell, baseline)
    }
    segments.push(...arena.sink.segments.values())
  }
  return segments.filter(({ byteLength }) => byteLength > 4)
}

function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice()
  for (let i = random.below(4); i >= 0; i--) copy[random.below(copy.byteLength)] = random.below(256)
  switch (random.below(4)) {
    case 0:
      return copy.slice(0, random.below(copy.byteLength))
    case 1: {
      const at = random.below(copy.byteLength)
      return Uint8Array.from([...copy.subarray(0, at), random.below(256), ...copy.subarray(at)])
    }
    default:
      return copy
  }
}

function expectSound(model: ViewModel, told: ReadonlySet<number>): void {
  if (model.entities.size !== told.size) throw new Error(`${model.entities.size} in view, told of ${told.size}`)
  for (const [slot, { handle, cell, track, rows }] of model.entities) {
    if (EntityTable.slotOf(handle) !== slot || !told.has(slot)) throw new Error(`${slot} has handle ${handle}`)
    if (cell < 9 || cell >= 9 + 49) throw new Error(`${slot} is in cell ${cell}`)
    const { xCm, zCm, vx, vz } = track.newest()
    if (!Number.isFinite(xCm + zCm + vx + vz)) throw new Error(`${slot} is nowhere`)
    if (rows.length !== 8) throw new Error(`${slot} has ${rows.length} rows`)
  }
}

test('[REPL-18] 100,000 mutated segments and as many random bytes never throw, and leave a sound view', () => {
  const segments = realSegments()
  expect(segments.length).toBeGreaterThan(500)
  for (const seed of [1, fc.sample(fc.integer(), 1)[0] as number]) {
    try {
      const { taken, refused } = fuzz(segments, { seed, runs: 50_000 })
      expect(taken).toBeGreaterThan(500)
      expect(refused).toBeGreaterThan(5000)
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
  }
})

function fuzz(segments: readonly Uint8Array[], options: { readonly seed: number; readonly runs: number }) {
  const arena = new Arena()
  const random = new Random(options.seed)
  let told = new Set<number>()
  let model = arena.silentModel()
  let taken = 0
  for (let n = 0; n < options.runs; n++) {
    if (n % 500 === 0) {
      const fresh = new Set<number>()
      told = fresh
      model = arena.viewModel({
        entered: ({ slot }) => fresh.add(slot),
        left: ({ slot }) => fresh.delete(slot),
        changed: () => undefined,
      })
    }
    const bytes = mutate(segments[random.below(segments.length)] as Uint8Array, random)
    const noise = Uint8Array.from({ length: random.below(24) }, () => random.below(256))
    if (model.applySegment(new ByteReader(bytes), n)) taken++
    model.applySegment(new ByteReader(noise), n)
    model.applyOwner(new ByteReader(bytes))
    model.applyOwner(new ByteReader(noise))
    if (random.below(20) === 0) model.endFrame()
    if (n % 50 === 0) expectSound(model, told)
  }
  return { taken, refused: options.runs - taken }
}
