import { BitWriter, ByteReader, ByteWriter, Random } from '@worldkeep/kernel'
import { Channel, EntityTable, generationMax, slotsMax } from '@worldkeep/world'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ViewModel } from '../src/apply/view-model.ts'
import { noBaseline } from '../src/emit/segment-encoder.ts'
import { Arena, Health, Label } from './arena.ts'
import { disturb } from './disturb.ts'
import { Viewer } from './viewer.ts'

/** Cell, bits as pairs of a value and a width, then rows. 9 is the first cell of the zone, of 7 x 7 cells of 1600 cm. */
function segment(
  cell: number,
  pairs: readonly (readonly [number, number])[],
  rows: readonly number[] = [],
): Uint8Array {
  const writer = ByteWriter.ofSize(256)
  const bits = new BitWriter()
  writer.varint(cell)
  bits.begin(writer)
  for (const [value, width] of pairs) {
    if (width < 0) bits.golomb(value, -width - 1)
    else bits.bits(value, width)
  }
  bits.end()
  for (const byte of rows) writer.u8(byte)
  return writer.copy()
}

/** A Golomb code of an order, as a pair. */
const code = (value: number, order = 0): readonly [number, number] => [value, -order - 1]

const delta = [0, 2] as const
const none = code(0)
/** One entry; gaps of order 0, speeds of 4 bits. */
const one = [code(1), [0, 5], [4, 5]] as const
const turn = [0, 2] as const
const motion = [1, 2] as const
const rows = [2, 2] as const
const whole = [[3, 2], code(1, 3)] as const
const place = [
  [1, 11],
  [2, 11],
] as const
/** 2 and -2 cm/s. */
const velocity = [
  [4, 4],
  [3, 4],
] as const
const atSlot0 = code(0)

const malformed: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array(0)],
  ['no kind', Uint8Array.of(9)],
  ['a cell before the zone', segment(8, [delta, none, none])],
  ['a cell after the zone', segment(9 + 49, [delta, none, none])],
  ['a kind that does not exist', segment(9, [[3, 2], none, none])],
  ['a bit in the padding', segment(9, [delta, none, none, [1, 3]])],
  [
    'a bit behind what is withheld',
    segment(9, [
      [2, 2],
      [1, 1],
    ]),
  ],
  ['departures without an end', segment(9, [delta, code(9), [18, 5]])],
  ['departures of wider slots than there are', segment(9, [delta, code(1), [19, 5], [1, 19], [0, 1], none])],
  ['a departure to a cell outside the zone', segment(9, [delta, code(1), [1, 5], [1, 1], [1, 2], [9 + 49, 20], none])],
  ['a departure over the border', segment(9, [delta, code(1), [1, 5], [1, 1], [3, 2], [0, 4], none])],
  ['a departure in no direction', segment(17, [delta, code(1), [1, 5], [1, 1], [3, 2], [9, 4], none])],
  ['a number without an end', segment(9, [delta, [0, 24], [0, 24]])],
  ['more entries than bits', segment(9, [delta, none, code(9), [0, 5], [4, 5], atSlot0, ...whole])],
  [
    'gaps of an order no slot has',
    segment(9, [delta, none, code(1), [19, 5], [4, 5], code(0, 19), ...whole, ...place]),
  ],
  ['speeds of more than 16 bits', segment(9, [delta, none, code(1), [0, 5], [17, 5], atSlot0, ...whole, ...place])],
  ['an entry that says nothing', segment(9, [delta, none, ...one, atSlot0, rows, [0, 5]])],
  ['rows that are none', segment(9, [delta, none, ...one, atSlot0, turn, ...velocity, none, [1, 1], [0, 5]])],
  ['a turn of somebody unknown', segment(9, [delta, none, ...one, atSlot0, turn, ...velocity, none, [0, 1]])],
  ['a motion of somebody unknown', segment(9, [delta, none, ...one, code(4), motion, ...place, ...velocity, [0, 1]])],
  ['generation 0', segment(9, [delta, none, ...one, atSlot0, [3, 2], code(0, 3), ...place, ...velocity, [0, 5]])],
  [
    'a place outside of its cell',
    segment(9, [delta, none, ...one, atSlot0, ...whole, [1601, 11], [0, 11], ...velocity, [0, 5]]),
  ],
  ['half a row', segment(9, [delta, none, ...one, atSlot0, ...whole, ...place, ...velocity, [1, 5]], [7])],
  [
    'a text that is not UTF-8',
    segment(9, [delta, none, ...one, atSlot0, ...whole, ...place, ...velocity, [2, 5]], [1, 0xff, 0]),
  ],
  [
    'a text longer than declared',
    segment(
      9,
      [delta, none, ...one, atSlot0, ...whole, ...place, ...velocity, [2, 5]],
      [21, ...new Array(22).fill(65)],
    ),
  ],
  [
    'a value that is out of range',
    segment(9, [delta, none, ...one, atSlot0, ...whole, ...place, ...velocity, [16, 5]], [0, 2]),
  ],
  ['an overlong number', Uint8Array.of(0x89, 0x80, 0x80, 0x80, 0x80, 0, 0, 0)],
]

for (const [what, bytes] of malformed) {
  test(`[REPL-18] malformed is refused: ${what}`, () => {
    const events: string[] = []
    const model = new Arena().viewModel({
      entered: () => events.push('entered'),
      left: () => events.push('left'),
      changed: () => events.push('changed'),
    })
    model.beginFrame()
    expect(model.applySegment(new ByteReader(bytes), 1)).toBe(false)
    model.endFrame()
    expect(events).toEqual([])
    expect(model.entities.size).toBe(0)
  })
}

const wellFormed = segment(9, [delta, none, ...one, atSlot0, ...whole, ...place, ...velocity, [2, 5]], [2, 65, 66, 9])

test('[REPL-18] the same bytes without the mistake are taken', () => {
  const model = new Arena().silentModel()
  model.beginFrame()
  expect(model.applySegment(new ByteReader(wellFormed), 3)).toBe(true)
  const entity = model.entities.get(0)
  expect(entity?.track.newest()).toEqual({ tick: 3, xCm: 1, zCm: 2, vx: 2, vz: -2 })
  expect(entity && model.row(entity, Label)).toEqual({ text: 'AB', rank: 9 })
  expect(entity && model.row(entity, Health)).toBeNull()
  const withheld = segment(9, [[2, 2]])
  expect(model.applySegment(new ByteReader(withheld), 3)).toBe(true)
})

test('[REPL-18] slots, generations and ages beyond any world are refused', () => {
  const wholeOf = (slot: number, generation: number): ByteReader =>
    new ByteReader(
      segment(9, [
        delta,
        none,
        code(1),
        [18, 5],
        [4, 5],
        code(slot, 18),
        [3, 2],
        code(generation, 3),
        ...place,
        ...velocity,
        [0, 5],
      ]),
    )
  const model = new Arena().silentModel()
  model.beginFrame()
  expect(model.applySegment(wholeOf(slotsMax, 1), 1)).toBe(false)
  expect(model.applySegment(wholeOf(2 ** 23, 1), 1)).toBe(false)
  expect(model.applySegment(wholeOf(0, generationMax + 1), 1)).toBe(false)
  expect(model.applySegment(wholeOf(slotsMax - 1, generationMax), 1)).toBe(true)
  expect([...model.entities.values()].map(({ handle }) => handle)).toEqual([
    EntityTable.handle(slotsMax - 1, generationMax),
  ])
  const turnOfAge = (age: number): ByteReader =>
    new ByteReader(segment(9, [delta, none, ...one, atSlot0, turn, ...velocity, code(age), [0, 1]]))
  expect(model.applySegment(new ByteReader(wellFormed), 300)).toBe(true)
  expect(model.applySegment(turnOfAge(256), 300)).toBe(false)
  expect(model.applySegment(turnOfAge(255), 300)).toBe(true)
})

test('[REPL-18] a change of somebody who is in another cell belongs to another view', () => {
  const arena = new Arena()
  arena.tick(() => void arena.spawn(100, 100))
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  const moved = [delta, none, ...one, atSlot0, motion, ...place, ...velocity, [0, 1]] as const
  viewer.model.beginFrame()
  expect(viewer.model.applySegment(new ByteReader(segment(10, moved)), 2)).toBe(false)
  expect(viewer.model.applySegment(new ByteReader(segment(9, moved)), 2)).toBe(true)
})

test('[REPL-18] who was announced halfway is neither kept nor told gone', () => {
  const arena = new Arena()
  arena.tick(() => {
    for (let i = 0; i < 5; i++) {
      arena.spawn(100, 100)
      arena.world.table(Label).add(i, { text: 'somebody' })
    }
  })
  const id = arena.encoder.segment(arena.zone, arena.cell(0, 0), noBaseline, Channel.Everybody)
  const bytes = arena.sink.segments.get(id) as Uint8Array
  for (let length = 0; length < bytes.byteLength; length++) {
    const told = new Set<number>()
    const model = arena.viewModel({
      entered: ({ slot }) => told.add(slot),
      left: ({ slot }) => expect(told.delete(slot)).toBe(true),
      changed: () => undefined,
    })
    model.beginFrame()
    expect(model.applySegment(new ByteReader(bytes.slice(0, length)), 1), `${length} bytes`).toBe(false)
    expect([...model.entities.keys()]).toEqual([...told])
    model.beginFrame()
    model.moveView(6, 6)
    model.endFrame()
    expect([model.entities.size, told.size]).toEqual([0, 0])
  }
})

/** Segments of a busy world, of all kinds. */
function realSegments(): readonly Uint8Array[] {
  const arena = new Arena({ entitiesMax: 40, viewEntitiesMax: 12 })
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
      arena.encoder.segment(arena.zone, arena.zone.firstCell + cell, baseline, Channel.Everybody)
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
    if (slot < 0 || slot >= slotsMax) throw new Error(`there is no slot ${slot}`)
    if (EntityTable.slotOf(handle) !== slot || !told.has(slot)) throw new Error(`${slot} has handle ${handle}`)
    if (cell < 9 || cell >= 9 + 49) throw new Error(`${slot} is in cell ${cell}`)
    const { xCm, zCm, vx, vz } = track.newest()
    if (!Number.isFinite(xCm + zCm + vx + vz)) throw new Error(`${slot} is nowhere`)
    if (rows.length !== 11) throw new Error(`${slot} has ${rows.length} rows`)
  }
}

test('[REPL-18] 100,000 mutated segments and as many random bytes never throw, and leave a sound view', () => {
  const segments = realSegments()
  expect(segments.length).toBeGreaterThan(400)
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
    if (random.below(10) === 0) model.beginFrame()
    if (model.applySegment(new ByteReader(bytes), n)) taken++
    model.applySegment(new ByteReader(noise), n)
    model.applyOwner(new ByteReader(bytes), n)
    model.applyOwner(new ByteReader(noise), n)
    if (random.below(20) === 0) model.endFrame()
    if (random.below(40) === 0) model.moveView(random.below(7), random.below(7))
    if (n % 50 === 0) expectSound(model, told)
  }
  return { taken, refused: options.runs - taken }
}
