import { Random } from '@worldkeep/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Arena, type ArenaOptions } from './arena.ts'
import { disturb, disturbSight } from './disturb.ts'
import { Acquaintance, disagreement, leakIn, memoryOf } from './oracle.ts'
import { Viewer } from './viewer.ts'

const pinnedSeeds = [1, 2, 3, 20, 0xcafebabe | 0, -77]

interface WorldOptions extends Partial<ArenaOptions> {
  readonly ticks: number
  readonly entities?: number
  /** Whose sink is full now and then. */
  readonly starved?: boolean
  /** Frames are lost now and then, and the view goes on from an older one. */
  readonly lossy?: boolean
  /** Ticks from one frame to the next, viewer by viewer. */
  readonly everyTicks?: readonly number[]
}

interface Watched {
  readonly viewer: Viewer
  readonly met: Acquaintance
  everyTicks: number
}

/** After every frame each viewer agrees with the server about everything in its view; says the first time it does not. */
function runWorld(seed: number, options: WorldOptions): string | null {
  const random = new Random(seed)
  const arena = new Arena(options)
  const { world } = arena
  const watched: Watched[] = []
  arena.tick(() => {
    for (let i = 0; i < (options.entities ?? 20); i++)
      arena.spawn(random.below(arena.zone.sizeCm), random.below(arena.zone.sizeCm))
    for (const [session, everyTicks] of (options.everyTicks ?? [1, 1, 2, 5, 3]).entries()) {
      watched.push({ viewer: new Viewer(arena, session, session), met: new Acquaintance(), everyTicks })
    }
  })
  for (const { met, viewer } of watched) met.update(arena, viewer.slot)
  const keep = new Set(watched.map(({ viewer }) => viewer.slot))
  for (let n = 0; n < options.ticks; n++) {
    arena.tick(() => {
      for (let i = random.below(12); i > 0; i--) disturb(arena, random, { keep })
      if (options.gated === true) for (let i = random.below(4); i > 0; i--) disturbSight(arena, random)
    })
    for (const one of watched) {
      one.met.update(arena, one.viewer.slot)
      if (world.tick() % one.everyTicks !== 0) continue
      arena.sink.roomBytes = options.starved === true && random.below(3) === 0 ? random.below(6000) : Infinity
      const problem = step(one, random, options)
      if (problem !== null) return `seed ${seed}, tick ${world.tick()}, viewer ${one.viewer.session}: ${problem}`
    }
  }
  if (options.starved !== true) return null
  // Once there is room again, one frame is enough.
  arena.tick()
  arena.sink.roomBytes = Infinity
  for (const { viewer } of watched) {
    if (!viewer.frame()) return `seed ${seed}: viewer ${viewer.session} refused although there is room`
    const problem = disagreement(viewer)
    if (problem !== null) return `seed ${seed}, after recovery, viewer ${viewer.session}: ${problem}`
  }
  return null
}

function step({ viewer, met }: Watched, random: Random, { lossy = false }: WorldOptions): string | null {
  if (random.below(60) === 0) viewer.arena.views.refresh(viewer.session)
  if (lossy && viewer.frames.length > 0) {
    const what = random.below(30)
    if (what === 0) viewer.goBackTo(random.below(viewer.frames.length))
    if (what <= 2) viewer.goBackTo(Math.max(0, viewer.frames.length - 1 - random.below(8)))
    // Lost on the way: the client will ask to go on from what it has.
    if (what === 3) {
      viewer.prepare()
      viewer.arena.emitter.rewind(viewer.session, viewer.frames.at(-1)?.tick ?? -1)
      return null
    }
  }
  const before = memoryOf(viewer)
  if (!viewer.frame()) return null
  const sent = viewer.frames.at(-1)
  return disagreement(viewer, before) ?? (sent === undefined ? null : leakIn(viewer, sent, met))
}

function expectAgreement(options: WorldOptions, runs: number): void {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      expect(runWorld(seed, options)).toBeNull()
    }),
    { numRuns: runs, examples: pinnedSeeds.map((seed) => [seed] as [number]), endOnFailure: true },
  )
}

test('[REPL-1] every viewer agrees with the server after every frame', () => {
  expectAgreement({ ticks: 300 }, 20)
})

test('[REPL-1] also with a wide view, small cells, and a hysteresis wider than a cell', () => {
  expectAgreement({ ticks: 150, radiusCells: 2, cellM: 8, sizeM: 60 }, 10)
  expectAgreement({ ticks: 150, radiusCells: 0 }, 10)
  expectAgreement({ ticks: 150, cellM: 1, sizeM: 20, hysteresisCm: 300 }, 10)
})

test('[REPL-1] also at other tick rates', () => {
  for (const tickHz of [1, 7, 60, 240]) expectAgreement({ ticks: 120, tickHz }, 8)
})

test('[REPL-1] also with a far ring, whose cells have their turn every few snapshots', () => {
  const far = { ticks: 250, cellM: 10, everyTicks: [1, 1, 1] }
  expectAgreement({ ...far, farRadiusCells: 2 }, 12)
  expectAgreement({ ...far, farRadiusCells: 3, farEverySnapshots: 7 }, 10)
  expectAgreement({ ...far, farRadiusCells: 3, ticksPerSnapshot: 2, everyTicks: [2, 4, 6] }, 10)
})

test('[REPL-9] a refused segment costs a viewer one frame, never its agreement', () => {
  expectAgreement({ ticks: 250, starved: true }, 15)
  expectAgreement({ ticks: 250, starved: true, farRadiusCells: 2, cellM: 10, gated: true }, 15)
})

test('[REPL-20] a view that goes on from an older frame agrees after the next one', () => {
  expectAgreement({ ticks: 250, lossy: true }, 15)
  expectAgreement({ ticks: 250, lossy: true, starved: true, farRadiusCells: 2, cellM: 10, everyTicks: [1, 2, 1] }, 15)
  expectAgreement({ ticks: 250, lossy: true, gated: true, farRadiusCells: 3, cellM: 8, everyTicks: [1, 1, 2] }, 15)
})

test('[REPL-24] rooms, gates and crowds: whoever may see sees, and no byte names anybody else', () => {
  const hidden = { ticks: 250, gated: true, entities: 30 }
  expectAgreement(hidden, 15)
  expectAgreement({ ...hidden, farRadiusCells: 2, cellM: 10, everyTicks: [1, 1, 2] }, 15)
  expectAgreement({ ...hidden, cellM: 40, shownPerCellMax: 4, everyTicks: [1, 2, 3] }, 15)
})

test('[REPL-22] also with fewer entities to a view than there are, and to a cell', () => {
  const many = { ticks: 200, entities: 50, gated: true, everyTicks: [1, 1, 3] }
  expectAgreement({ ...many, viewEntitiesMax: 10 }, 12)
  expectAgreement({ ...many, viewEntitiesMax: 16, farRadiusCells: 3, cellM: 8, lossy: true }, 12)
  expectAgreement({ ...many, viewEntitiesMax: 12, shownPerCellMax: 3, cellM: 25, lossy: true, starved: true }, 12)
})
