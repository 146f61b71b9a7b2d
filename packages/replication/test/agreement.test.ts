import { Random } from '@worldkeep/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Arena, type ArenaOptions, disagreement, disturb, Viewer } from './arena.ts'

const pinnedSeeds = [1, 2, 3, 20, 0xcafebabe | 0, -77]

/** After every tick each viewer agrees with the server about everything in its block; says the first time it does not. */
function runWorld(
  seed: number,
  options: Partial<ArenaOptions> & { readonly ticks: number; readonly starved?: boolean },
): string | null {
  const random = new Random(seed)
  const arena = new Arena(options)
  const { world } = arena
  const viewers: Viewer[] = []
  const everyTicks = [1, 1, 2, 5, 3]
  arena.tick(() => {
    for (let i = 0; i < 20; i++) arena.spawn(random.below(arena.zone.sizeCm), random.below(arena.zone.sizeCm))
    for (let session = 0; session < everyTicks.length; session++) viewers.push(new Viewer(arena, session, session))
  })
  const keep = new Set(viewers.map(({ slot }) => slot))
  for (let n = 0; n < options.ticks; n++) {
    arena.tick(() => {
      for (let i = random.below(12); i > 0; i--) disturb(arena, random, { keep })
    })
    arena.sink.roomBytes = options.starved === true && random.below(3) === 0 ? random.below(6000) : Infinity
    for (const viewer of viewers) {
      if (world.tick() % (everyTicks[viewer.session] as number) !== 0) continue
      if (random.below(60) === 0) arena.views.refresh(viewer.session)
      if (!viewer.frame()) continue
      const problem = disagreement(viewer)
      if (problem !== null) return `seed ${seed}, tick ${world.tick()}, viewer ${viewer.session}: ${problem}`
    }
  }
  if (options.starved !== true) return null
  // Once there is room again, one frame is enough.
  arena.tick()
  arena.sink.roomBytes = Infinity
  for (const viewer of viewers) {
    if (!viewer.frame()) return `seed ${seed}: viewer ${viewer.session} refused although there is room`
    const problem = disagreement(viewer)
    if (problem !== null) return `seed ${seed}, after recovery, viewer ${viewer.session}: ${problem}`
  }
  return null
}

function expectAgreement(
  options: Partial<ArenaOptions> & { readonly ticks: number; readonly starved?: boolean },
  runs: number,
): void {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      expect(runWorld(seed, options)).toBeNull()
    }),
    { numRuns: runs, examples: pinnedSeeds.map((seed) => [seed] as [number]), endOnFailure: true },
  )
}

test('[REPL-1] every viewer agrees with the server after every frame', () => {
  expectAgreement({ ticks: 300 }, 30)
})

test('[REPL-1] also with a wide view, small cells, and a hysteresis wider than a cell', () => {
  expectAgreement({ ticks: 200, radiusCells: 2, cellM: 8, sizeM: 60 }, 15)
  expectAgreement({ ticks: 200, radiusCells: 0 }, 15)
  expectAgreement({ ticks: 200, cellM: 1, sizeM: 20, hysteresisCm: 300 }, 15)
})

test('[REPL-1] also at other tick rates', () => {
  for (const tickHz of [1, 7, 60, 240]) expectAgreement({ ticks: 120, tickHz }, 10)
})

test('[REPL-9] a refused segment costs a viewer one frame and a fresh view, never its agreement', () => {
  expectAgreement({ ticks: 300, starved: true }, 25)
})
