import { ByteReader, ByteWriter } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { type Slice, slice, sliceDone } from '../src/define/slice.ts'
import { sliceTasksMax } from '../src/limits.ts'
import { checkpointBytesMax, readCheckpoint, writeCheckpoint } from '../src/state/checkpoint.ts'
import { World } from '../src/world.ts'
import { arena, hashOf, runTick } from './arena.ts'

/** What has been worked on, in order: `slice argument cursor`. */
function workshop(sliceUnitsPerTick: number): { readonly done: string[]; readonly world: World; readonly work: Slice } {
  const done: string[] = []
  const work = slice('work', {
    units: 1,
    step: (_world, cursor, steps) => {
      done.push(`work ${steps} ${cursor}`)
      return cursor + 1 < steps ? cursor + 1 : sliceDone
    },
  })
  const big = slice('big', {
    units: Math.min(2, sliceUnitsPerTick),
    step: (_world, cursor) => {
      done.push(`big ${cursor}`)
      return sliceDone
    },
  })
  const game = arena({ slices: [work, big], sliceUnitsPerTick, systems: [] })
  return { done, world: new World(game, { tickHz: 20, seed: 1 }), work }
}

test('[SLICE-1] ten units of work within a budget of three take four ticks, first come first served, counted (C-018)', () => {
  const { done, world, work } = workshop(3)
  runTick(world, () => {
    world.slices.add(work, 6)
    world.slices.add(work, 4)
  })
  const perTick = [done.length]
  for (let i = 0; i < 4; i++) {
    runTick(world)
    perTick.push(done.length)
  }
  expect(perTick).toEqual([3, 6, 9, 10, 10])
  expect(done).toEqual([
    ...[0, 1, 2, 3, 4, 5].map((cursor) => `work 6 ${cursor}`),
    ...[0, 1, 2, 3].map((cursor) => `work 4 ${cursor}`),
  ])
  expect(world.slices.deferredCount).toBe(2 + 1 + 1)
  expect(world.slices.count).toBe(0)
})

test('[SLICE-2] a step that costs more than is left waits for the next tick, and so does whoever is behind it', () => {
  const { done, world, work } = workshop(3)
  const big = world.game.slices?.[1] as Slice
  runTick(world, () => {
    world.slices.add(work, 2)
    world.slices.add(big)
    world.slices.add(work, 1)
  })
  expect(done).toEqual(['work 2 0', 'work 2 1'])
  runTick(world)
  expect(done.slice(2)).toEqual(['big 0', 'work 1 0'])
})

test('[SLICE-3] a full queue refuses the newest, counted; the others are done in order, and there is room again', () => {
  const { done, world, work } = workshop(sliceTasksMax)
  runTick(world, () => {
    for (let i = 0; i < sliceTasksMax; i++) expect(world.slices.add(work, 1)).toBe(true)
    expect(world.slices.add(work, 1)).toBe(false)
    expect(world.slices.add(work, 1)).toBe(false)
  })
  expect(world.slices.refusedCount).toBe(2)
  expect(done).toHaveLength(sliceTasksMax)
  runTick(world, () => expect(world.slices.add(work, 1)).toBe(true))
})

test('[SLICE-4] tasks are part of the state: hashed, and gone on with from a checkpoint', () => {
  const [first, idle] = [workshop(3), workshop(3)]
  runTick(first.world, () => first.world.slices.add(first.work, 8))
  runTick(idle.world)
  expect(hashOf(first.world)).not.toBe(hashOf(idle.world))
  const writer = ByteWriter.ofSize(checkpointBytesMax(first.world))
  writeCheckpoint(first.world, writer)
  const second = workshop(3)
  expect(readCheckpoint(second.world, new ByteReader(writer.copy()))).toBe(true)
  for (let i = 0; i < 3; i++) {
    expect(hashOf(second.world)).toBe(hashOf(first.world))
    runTick(first.world)
    runTick(second.world)
  }
  expect(second.done).toEqual(first.done.slice(3))
})

test('[SLICE-5] a game without slices has the state hash and the checkpoint it would have had without them', () => {
  const world = new World(arena(), { tickHz: 20, seed: 1 })
  expect(world.stateHash.names).not.toContain('slices')
  expect(workshop(3).world.stateHash.names).toContain('slices')
})

test('[SLICE-6] a step that never fits a tick, and a task of another game’s slice, are our own bugs', () => {
  const endless = slice('endless', { units: 5, step: () => sliceDone })
  expect(() => arena({ slices: [endless], sliceUnitsPerTick: 4 })).toThrow('slice endless: a step of 5 units')
  expect(() => slice('free', { units: 0, step: () => sliceDone })).toThrow('at least one unit')
  const { world } = workshop(3)
  expect(() => runTick(world, () => world.slices.add(endless))).toThrow('slice endless is not part of the game')
})
