import { ByteReader, ByteWriter, Random } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { Arena, Health, Luck, Purse } from './arena.ts'
import { disagreement } from './oracle.ts'
import { Viewer } from './viewer.ts'

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

test('[REPL-17] owner components arrive by themselves with their versions, and stay until the next', () => {
  const arena = new Arena()
  const model = arena.silentModel()
  const [purse, luck] = [Purse, Luck].map((component) => arena.world.game.componentIndex(component)) as [number, number]
  const versions = (): readonly unknown[] => [model.ownVersions[purse], model.ownVersions[luck]]
  expect([model.ownRow(Purse), ...versions()]).toEqual([null, -1, -1])
  const write = (mask: number, fill: (writer: ByteWriter) => void, gone = 0): ByteReader => {
    const writer = ByteWriter.ofSize(64)
    writer.varint(mask)
    writer.varint(gone)
    fill(writer)
    return new ByteReader(writer.copy())
  }
  const both = write(3, (writer) => {
    writer.varint(40)
    writer.varint(1000)
    writer.text('mine')
    writer.varint(0)
    writer.u8(7)
  })
  expect(model.applyOwner(both, 100)).toBe(true)
  expect([model.ownRow(Purse), model.ownRow(Luck)]).toEqual([{ coins: 1000, note: 'mine' }, { value: 7 }])
  expect(versions()).toEqual([60, 100])
  const luckOfAge = (ageTicks: number, value: number): ByteReader =>
    write(2, (writer) => {
      writer.varint(ageTicks)
      writer.u8(value)
    })
  expect(model.applyOwner(luckOfAge(1, 8), 120)).toBe(true)
  expect([model.ownRow(Purse), model.ownRow(Luck)]).toEqual([{ coins: 1000, note: 'mine' }, { value: 8 }])
  expect(versions()).toEqual([60, 119])
  expect(
    model.applyOwner(
      write(0, () => undefined),
      121,
    ),
  ).toBe(true)
  const malformed = [
    write(4, () => undefined),
    write(3, (writer) => writer.varint(5)),
    write(1, () => undefined),
    write(1, (writer) => writer.varint(5)),
    luckOfAge(124, 8),
    write(0, () => undefined, 4),
    write(0, () => undefined, 2),
    write(1, (writer) => writer.varint(5), 1),
    new ByteReader(new Uint8Array(0)),
  ]
  for (const bytes of malformed) expect(model.applyOwner(bytes, 122)).toBe(false)
  expect([model.ownRow(Luck), ...versions()]).toEqual([{ value: 8 }, 60, 119])
  const gone = write(0, (writer) => writer.varint(3), 2)
  expect(model.applyOwner(gone, 123)).toBe(true)
  expect([model.ownRow(Luck), ...versions()]).toEqual([null, 60, 120])
})
