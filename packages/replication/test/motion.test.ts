import { Random } from '@worldkeep/kernel'
import { gate, system, type World } from '@worldkeep/world'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Arena, type ArenaOptions, Frozen } from './arena.ts'
import { disagreement, placeErrorCm, placeErrorCmMax } from './oracle.ts'
import { Viewer } from './viewer.ts'

/** A watcher at slot 0 and walkers behind it, all in one cell. */
function walkers(count: number, options: Partial<ArenaOptions> = {}): { arena: Arena; viewer: Viewer } {
  const arena = new Arena({ sizeM: 650, cellM: 650, ...options })
  arena.tick(() => {
    for (let slot = 0; slot <= count; slot++) arena.spawn(20_000 + slot * 37, 20_000 - slot * 53)
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  return { arena, viewer }
}

function worstErrorCm({ arena, model }: Viewer): number {
  return Math.max(...[...model.entities.values()].map((entity) => placeErrorCm(arena, entity)))
}

test('[REPL-4] a straight walker costs no bytes until it turns, and then no place', () => {
  const { arena, viewer } = walkers(1)
  arena.tick(() => arena.world.motion.setVelocity(1, 137, -11))
  viewer.frame()
  for (let n = 0; n < 2000; n++) {
    arena.tick()
    viewer.frame()
    expect(viewer.frameBytes).toBe(0)
  }
  expect(disagreement(viewer)).toBeNull()
  arena.tick(() => arena.world.motion.setVelocity(1, 137, -10))
  viewer.frame()
  // Cell 1 byte; kind 2 bits, no departures 1, one entry 3, order 5, speed 5; gap 2, kind 2, speeds 2 x 9, age 1, mask 1.
  expect(viewer.frameBytes).toBe(1 + Math.ceil((16 + 2 + 2 + 18 + 1 + 1) / 8))
  expect(disagreement(viewer)).toBeNull()
  expect(viewer.events).toEqual(['changed 1'])
})

test('[REPL-13] after an hour of turns told without a place, a path is as right as after one', () => {
  const { arena, viewer } = walkers(1)
  const { motion } = arena.world
  const random = new Random(3)
  let worstCm = 0
  let placesTold = 0
  const ticks = 3600 * 20
  for (let n = 0; n < ticks; n++) {
    arena.tick(() => {
      if (n % 7 !== 0) return
      // Homewards near the border: bouncing inside, never stopped by it.
      const away = [motion.xCm(1), motion.zCm(1)].map((cm) =>
        cm < 5000 ? 1 : cm > 60_000 ? -1 : random.below(2) * 2 - 1,
      )
      motion.setVelocity(1, (away[0] as number) * random.between(1, 700), (away[1] as number) * random.between(1, 700))
    })
    viewer.frame()
    const entity = viewer.model.entities.get(1)
    if (entity === undefined) throw new Error('it left')
    if (viewer.frameBytes > 9) placesTold++
    worstCm = Math.max(worstCm, placeErrorCm(arena, entity))
  }
  expect(worstCm).toBeLessThanOrEqual(placeErrorCmMax)
  expect(placesTold).toBe(0)
})

const lateTurns = system('lateTurns', (world: World) => {
  for (let slot = 1; slot < world.entities.slotsUsed; slot++) {
    if (world.tick() % 11 === slot) world.motion.setVelocity(slot, -(world.motion.vx[slot] as number), 50 * slot)
  }
})

const thaw = gate('thawed', (world: World, slot: number) => !world.table(Frozen).has(slot))

test('[REPL-13] whatever walks, stops, jumps, is held or turns late: every place is known to half a centimetre', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), fc.constantFrom(7, 20, 60), (seed, every, tickHz) => {
      const random = new Random(seed)
      // Small, so that borders are met all the time.
      const options = { sizeM: 12, cellM: 12, tickHz, systems: [lateTurns], gates: [thaw], ticksPerSnapshot: every }
      const arena = new Arena({ ...options, farRadiusCells: 2 })
      arena.tick(() => {
        for (let slot = 0; slot <= 5; slot++) arena.spawn(random.below(1200), random.below(1200))
      })
      const viewer = new Viewer(arena, 0, 0)
      for (let n = 0; n < 150; n++) {
        if (random.below(20) === 0) arena.skipTick()
        else
          arena.tick(
            () => walk(arena, random),
            () => walk(arena, random),
          )
        if (arena.world.tick() % every !== 0) continue
        viewer.frame()
        expect(disagreement(viewer)).toBeNull()
        expect(worstErrorCm(viewer)).toBeLessThanOrEqual(placeErrorCmMax)
      }
    }),
    { numRuns: 60, examples: [[1, 1, 20] as [number, number, number], [-77, 4, 60] as [number, number, number]] },
  )
})

/** Several turns in a tick, and turns in ticks nobody is told of. */
function walk({ world }: Arena, random: Random): void {
  const { motion } = world
  for (let i = random.below(4); i > 0; i--) {
    const slot = 1 + random.below(5)
    const what = random.below(8)
    if (what === 0) motion.place(slot, random.below(1200), random.below(1200))
    else if (what === 1) motion.setVelocity(slot, 0, 0)
    else if (what === 2) world.table(Frozen).add(slot)
    else if (what === 3) world.table(Frozen).remove(slot)
    else motion.setVelocity(slot, random.between(-800, 800), random.between(-800, 800))
  }
}

test('[REPL-26] 200 entities of nine cells, each turning in every tick: at most 8 bytes for each of them', () => {
  const arena = new Arena({ sizeM: 192, cellM: 64, entitiesMax: 201 })
  const random = new Random(9)
  arena.tick(() => {
    arena.spawn(9600, 9600)
    for (let i = 0; i < 200; i++) arena.spawn(random.below(19_200), random.below(19_200))
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  let bytes = 0
  for (let n = 0; n < 100; n++) {
    arena.tick(() => {
      for (let slot = 1; slot <= 200; slot++)
        arena.world.motion.setVelocity(slot, random.between(-500, 500), random.between(-500, 500))
    })
    viewer.frame()
    expect(disagreement(viewer)).toBeNull()
    bytes += viewer.frameBytes
  }
  const bytesPerUpdate = bytes / (100 * 200)
  // Measured: 3.81, with the entities that went from one cell to another and everything around them.
  expect(bytesPerUpdate, `${bytesPerUpdate} bytes`).toBeLessThan(4)
})

test('[REPL-26] the same with a jump in every tick, which tells the place as well', () => {
  const arena = new Arena({ sizeM: 192, cellM: 64, entitiesMax: 201 })
  const random = new Random(9)
  arena.tick(() => {
    arena.spawn(9600, 9600)
    for (let i = 0; i < 200; i++) arena.spawn(random.below(19_200), random.below(19_200))
  })
  const { motion, zoneOf } = arena.world
  expect(zoneOf[0]).toBe(1)
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  let bytes = 0
  for (let n = 0; n < 100; n++) {
    arena.tick(() => {
      for (let slot = 1; slot <= 200; slot++) {
        const side = (cm: number): number => Math.floor(cm / 6400) * 6400 + random.below(6400)
        motion.place(slot, side(motion.xCm(slot)), side(motion.zCm(slot)))
        motion.setVelocity(slot, random.between(-500, 500), random.between(-500, 500))
      }
    })
    viewer.frame()
    expect(disagreement(viewer)).toBeNull()
    bytes += viewer.frameBytes
  }
  const bytesPerUpdate = bytes / (100 * 200)
  // Measured: 6.92.
  expect(bytesPerUpdate, `${bytesPerUpdate} bytes`).toBeLessThan(8)
})

test('[REPL-26] walkers who turn about once in three seconds cost less than half a byte in a snapshot', () => {
  const arena = new Arena({ sizeM: 192, cellM: 64, entitiesMax: 201 })
  const random = new Random(4)
  const turn = (slot: number): void => {
    const { motion } = arena.world
    const towards = (cm: number): number => (cm < 3000 ? 1 : cm > 16_000 ? -1 : random.below(2) * 2 - 1)
    const speedX = random.between(50, 350)
    motion.setVelocity(slot, towards(motion.xCm(slot)) * speedX, towards(motion.zCm(slot)) * (400 - speedX))
  }
  arena.tick(() => {
    arena.spawn(9600, 9600)
    for (let i = 0; i < 200; i++) arena.spawn(random.between(3000, 16_000), random.between(3000, 16_000))
  })
  const viewer = new Viewer(arena, 0, 0)
  viewer.frame()
  let bytes = 0
  for (let n = 0; n < 600; n++) {
    arena.tick(() => {
      for (let slot = 1; slot <= 200; slot++) if (random.below(60) === 0) turn(slot)
    })
    viewer.frame()
    if (n >= 100) bytes += viewer.frameBytes
  }
  expect(disagreement(viewer)).toBeNull()
  const bytesPerEntity = bytes / (500 * 200)
  // Measured: 0.15.
  expect(bytesPerEntity, `${bytesPerEntity} bytes`).toBeLessThan(0.5)
})
