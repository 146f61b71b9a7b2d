import { type EntityView, MotionTrack, type ViewModel } from '@worldkeep/replication'
import { Label, type Move } from '@worldkeep/server/testing'
import { TickPhase } from '@worldkeep/world'
import { afterEach, expect, test } from 'vitest'
import type { WorldClient } from '../src/client.ts'
import { Memory } from '../src/memory.ts'
import { Lab } from './lab.ts'

let lab: Lab | null = null

afterEach(async () => {
  await lab?.close()
  lab = null
})

function entityAt(handle: number, cell: number): EntityView {
  const track = new MotionTrack(20)
  track.push(0, { xCm: handle * 100, zCm: 0, vx: 100, vz: 0 })
  return { handle, cell, track } as unknown as EntityView
}

const viewOf = (...cells: number[]): ViewModel =>
  ({ isShown: (cell: number) => cells.includes(cell) }) as unknown as ViewModel

const handlesOf = (memory: Memory): readonly number[] => [...memory.values()].map(({ entity }) => entity.handle)

/** Puts the body of a client elsewhere, as a game does. It moves a little, so that the tick sees it. */
async function put(client: WorldClient<typeof Move>, xCm: number): Promise<void> {
  const { world } = (lab as Lab).node.tick
  const slot = client.self()?.slot ?? 0
  world.guard.during(TickPhase.Apply, () => {
    world.motion.place(slot, xCm, 25_600)
    world.motion.setVelocity(slot, 1, 0)
  })
  await lab?.steps(4)
}

test('[CLIENT-46] who is only out of view is remembered where they were last; the dead and the hidden are not', () => {
  const memory = new Memory()
  memory.left(entityAt(1, 9), 'outOfView')
  memory.left(entityAt(2, 9), 'gone')
  memory.frameApplied(viewOf(1, 2), 20)
  const [remembered] = [...memory.values()]
  expect(remembered).toMatchObject({ xM: 2, zM: 0 })
  expect(handlesOf(memory)).toEqual([1])
})

test('[CLIENT-46] until they are seen again, or their place is seen without them', () => {
  const memory = new Memory()
  for (const [handle, cell] of [
    [1, 8],
    [2, 9],
    [3, 9],
  ] as const)
    memory.left(entityAt(handle, cell), 'outOfView')
  memory.frameApplied(viewOf(1), 20)
  memory.entered(entityAt(2, 1))
  memory.frameApplied(viewOf(1), 21)
  expect(handlesOf(memory)).toEqual([1, 3])
  memory.frameApplied(viewOf(1, 9), 22)
  expect(handlesOf(memory)).toEqual([1])
})

test('[CLIENT-46] a thousand are remembered; whoever left first is forgotten first', () => {
  const memory = new Memory()
  for (let handle = 1; handle <= 1_003; handle++) memory.left(entityAt(handle, 9), 'outOfView')
  memory.frameApplied(viewOf(), 20)
  const handles = handlesOf(memory)
  expect([handles.length, handles[0], handles.at(-1)]).toEqual([1_000, 4, 1_003])
})

test('[CLIENT-46] a client that asked for it remembers whom it has walked away from, with their rows, until it is back', async () => {
  lab = await Lab.open()
  const [ada, eve] = [await lab.join({ name: 'Ada', keepOnExit: true }), await lab.join({ name: 'Eve' })]
  const { world } = lab.node.tick
  const reasons: string[] = []
  ada.onLeave((_entity, reason) => reasons.push(reason))
  const others = [...ada.entities()].filter(({ handle }) => handle !== ada.self()?.handle)
  await put(ada, 45_000)
  expect(reasons).toEqual(others.map(() => 'outOfView'))
  expect([...ada.remembered()].map(({ entity }) => ada.get(entity, Label)?.text).sort()).toEqual(
    ['dummy 0', 'dummy 1', 'dummy 2', 'dummy 3', 'Eve'].sort(),
  )
  expect([...ada.remembered()].find(({ entity }) => ada.get(entity, Label)?.text === 'dummy 0')).toMatchObject({
    xM: 250,
    zM: 260,
  })
  // One dies unseen: its place is seen again, and it is not there.
  const dead = others[0]?.handle ?? 0
  world.guard.during(TickPhase.Apply, () => world.despawn(dead))
  await put(ada, 25_600)
  expect([...ada.remembered()]).toEqual([])
  expect(ada.entity(dead)).toBeNull()
  expect([...ada.entities()]).toHaveLength(others.length)
  await eve.close()
  await lab.steps(3)
  expect(reasons.at(-1)).toBe('gone')
  expect([...ada.remembered()]).toEqual([])
})

test('[CLIENT-46] a client that did not ask remembers nobody', async () => {
  lab = await Lab.open()
  const ada = await lab.join({ name: 'Ada' })
  await put(ada, 45_000)
  expect([...ada.entities()]).toHaveLength(1)
  expect([...ada.remembered()]).toEqual([])
})
