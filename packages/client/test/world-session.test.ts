import type { EntityView, JoinAck } from '@worldkeep/replication'
import { createArena } from '@worldkeep/server/testing'
import { type Game, TickPhase } from '@worldkeep/world'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { WorldClient } from '../src/client.ts'
import { WorldSession } from '../src/world-session.ts'
import { Lab } from './lab.ts'

let lab: Lab

beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

type Spot = { xM: number; zM: number }
type Client = Pick<WorldClient, 'self' | 'placeOf' | 'entity'>

/** Where a client draws its own body. */
function drawn(client: Client): Spot {
  const place = { xM: 0, zM: 0 }
  const self = client.self()
  if (self !== null) client.placeOf(self, place)
  return place
}

/** Where the server has that body. */
function truth(client: Client): Spot {
  const { motion } = lab.node.tick.world
  const slot = client.self()?.slot ?? 0
  return { xM: motion.xCm(slot) / 100, zM: motion.zCm(slot) / 100 }
}

const awayM = (a: Spot, b: Spot): number => Math.max(Math.abs(a.xM - b.xM), Math.abs(a.zM - b.zM))

test('[CLIENT-27] the own body goes ahead of the server by the way there and back, and stops where the server stops it', async () => {
  const ada = await lab.join({ name: 'Ada' })
  const axis = fc.double({ min: -1, max: 1, noNaN: true })
  const property = fc.asyncProperty(fc.array(fc.tuple(axis, axis, fc.nat(9)), { maxLength: 12 }), async (turns) => {
    for (const [x, z, ticks] of turns) {
      ada.setIntent({ x, z })
      for (let i = 0; i <= ticks; i++) {
        await lab.step()
        // Three ticks of 4 m/s: the way to the server and back, and the one under way.
        expect(awayM(drawn(ada), truth(ada))).toBeLessThanOrEqual(0.6)
      }
    }
    ada.setIntent({ x: 0, z: 0 })
    await lab.steps(12)
    expect(awayM(drawn(ada), truth(ada))).toBeLessThanOrEqual(0.01)
  })
  await fc.assert(property, { numRuns: 25 })
})

test('[CLIENT-28] an intent is rounded as on the wire before it is predicted', async () => {
  const ada = await lab.join({ name: 'Ada' })
  const self = ada.self() as NonNullable<ReturnType<typeof ada.self>>
  for (const x of [0.5, 0.3333, -0.0041, 1.7, Number.NaN]) {
    ada.setIntent({ x, z: 0 })
    lab.passClientTime(50)
    const predicted = ada.velocityOf(self).xMps
    await lab.steps(4)
    expect(predicted * 100).toBe(lab.node.tick.world.motion.vx[self.slot])
  }
})

test('[CLIENT-29] a body that has gone straight for longer than the frame can count is still where the server says', async () => {
  const ada = await lab.join({ name: 'Ada' })
  const slot = ada.self()?.slot ?? 0
  ada.setIntent({ x: 1, z: 0.2 })
  await lab.steps(400)
  const { world } = lab.node.tick
  // Somebody pushes it a little: the frame that says so confirms an input of 400 ticks ago.
  world.guard.during(TickPhase.Apply, () =>
    world.motion.place(slot, world.motion.xCm(slot), world.motion.zCm(slot) + 100),
  )
  for (let i = 0; i < 20; i++) {
    await lab.step()
    expect(awayM(drawn(ada), truth(ada))).toBeLessThan(2)
  }
  await lab.until('the border stops it', () => world.motion.vx[slot] === 0)
  for (let i = 0; i < 20; i++) {
    await lab.step()
    expect(awayM(drawn(ada), truth(ada))).toBeLessThan(1)
  }
})

test('[CLIENT-70] others are drawn a little behind, on the very path they walked', async () => {
  const [ada, eve] = [await lab.join({ name: 'Ada' }), await lab.join({ name: 'Eve' })]
  const seen = ada.entity(eve.self()?.handle ?? 0) as NonNullable<ReturnType<typeof ada.entity>>
  eve.setIntent({ x: 1, z: 0 })
  const path = [truth(eve).xM]
  const place = { xM: 0, zM: 0 }
  let before = 0
  for (let i = 0; i < 100; i++) {
    await lab.step()
    path.push(truth(eve).xM)
    ada.placeOf(seen, place)
    expect(place.xM).toBeLessThanOrEqual(path.at(-1) as number)
    expect(place.xM).toBeGreaterThanOrEqual(path.at(-11) ?? 256)
    expect(place.xM).toBeGreaterThanOrEqual(before)
    before = place.xM
  }
  expect(place.xM).toBeGreaterThan(270)
})

test('[CLIENT-73] who is in the far ring is drawn one beat later, and catches up on the way in', async () => {
  await lab.close()
  lab = await Lab.open({ config: { farRadiusCells: 2, farHz: 4 } })
  const [ada, eve] = [await lab.join({ name: 'Ada' }), await lab.join({ name: 'Eve' })]
  const { world } = lab.node.tick
  world.guard.during(TickPhase.Apply, () => world.motion.place(eve.self()?.slot ?? 0, 40_000, 25_600))
  await lab.steps(10)
  const seen = ada.entity(eve.self()?.handle ?? 0) as NonNullable<ReturnType<typeof ada.entity>>
  eve.setIntent({ x: -1, z: 0 })
  await lab.steps(60)
  const place = { xM: 0, zM: 0 }
  const behindTicks = (): number => {
    ada.placeOf(seen, place)
    return (place.xM - truth(eve).xM) / 0.2
  }
  const far = behindTicks()
  let last = place.xM
  for (let i = 0; i < 100; i++) {
    await lab.step()
    behindTicks()
    expect(last - place.xM).toBeGreaterThan(0.2 * 0.85)
    expect(last - place.xM).toBeLessThan(0.2 * 1.15)
    last = place.xM
  }
  const near = behindTicks()
  expect(far - near).toBeGreaterThan(4.5)
  expect(far - near).toBeLessThan(5.5)
  expect(near * 50).toBeGreaterThan(0)
})

test('[CLIENT-12] with fewer snapshots than ticks others are drawn by as much later', async () => {
  const { session, ack } = openSession()
  const slow = new WorldSession(
    createArena() as unknown as Game,
    { ...ack, snapshotHz: 5 },
    { entered: () => undefined, left: () => undefined, changed: () => undefined },
    { nowMs: 0, keepOnExit: false },
  )
  expect(slow.interpolationDelayMs() - session.interpolationDelayMs()).toBe(150)
})

test('[CLIENT-71] when the server is heard no more, nobody walks on for long: not the own body, not others', async () => {
  const [ada, eve] = [await lab.join({ name: 'Ada' }), await lab.join({ name: 'Eve' })]
  const seen = ada.entity(eve.self()?.handle ?? 0) as NonNullable<ReturnType<typeof ada.entity>>
  for (const client of [ada, eve]) client.setIntent({ x: 1, z: 0 })
  await lab.steps(40)
  await lab.crash()
  const [ownAtLoss, other] = [drawn(ada), { xM: 0, zM: 0 }]
  ada.placeOf(seen, other)
  const otherAtLoss = other.xM
  await lab.until('Ada gives up', () => ada.status().phase === 'unavailable')
  ada.placeOf(seen, other)
  expect(drawn(ada).xM - ownAtLoss.xM).toBeLessThanOrEqual(0.4)
  expect(other.xM - otherAtLoss).toBeGreaterThan(0)
  expect(other.xM - otherAtLoss).toBeLessThanOrEqual(4 * 2.5)
})

test('[CLIENT-71] a body whose time stood still starts over instead of running after it, however long that was', async () => {
  const ada = await lab.join({ name: 'Ada' })
  ada.setIntent({ x: 1, z: 0 })
  for (const chance of [0, 0.1, 0.2, 0.4, 0.6, 0.95]) {
    await lab.steps(10)
    const random = vi.spyOn(Math, 'random').mockReturnValue(chance)
    lab.line.break()
    random.mockRestore()
    await lab.until('Ada is back', () => ada.status().phase === 'active')
    for (let i = 0; i < 10; i++) {
      await lab.step()
      expect(awayM(drawn(ada), truth(ada)), `after a wait of ${chance} s`).toBeLessThanOrEqual(0.65)
    }
  }
})

test('[CLIENT-71] a player who is back has nothing to catch up with: the body stood', () => {
  const { session, ack, xM } = openSession()
  const advance = (nowMs: number): void => session.advance(nowMs, () => undefined)
  session.setIntent({ x: 1, z: 0 })
  for (let ms = 50; ms <= 1_000; ms += 50) advance(ms)
  session.rejoin({ ...ack, tick: 200, inputAck: 1 }, 10_000)
  advance(10_050)
  xM(11_000)
  expect(xM(10_050)).toBeCloseTo(4.2, 6)
})

/** A stay of its own, at the corner of the zone, without a server: ticks of 50 ms from 0 on. */
function openSession(): {
  readonly session: WorldSession
  readonly ack: JoinAck
  readonly xM: (nowMs: number) => number
} {
  const ack: JoinAck = {
    playerId: 'id-Ada',
    entity: 77,
    resumed: 0,
    resumeToken: '',
    zone: 'arena',
    zoneSizeM: 512,
    cellM: 64,
    firstCell: 0,
    nearRadiusCells: 1,
    blockRadiusCells: 1,
    farEveryTicks: 4,
    cellX: 0,
    cellZ: 0,
    tick: 1,
    tickHz: 20,
    snapshotHz: 20,
    inputAck: 0,
    commandAck: 0,
  }
  const nothing = (): void => undefined
  const game = createArena() as unknown as Game
  const session = new WorldSession(
    game,
    ack,
    { entered: nothing, left: nothing, changed: nothing },
    { nowMs: 0, keepOnExit: false },
  )
  const place = { xM: 0, zM: 0 }
  const xM = (nowMs: number): number => {
    session.placeOf({ handle: 77 } as EntityView, nowMs, place)
    return place.xM
  }
  return { session, ack, xM }
}

test('[CLIENT-72] a page that slept walks on to where the server has walked meanwhile; one that slept for long starts over', () => {
  const { session, xM } = openSession()
  const sent: number[] = []
  const advance = (nowMs: number): void => session.advance(nowMs, (_message, seq) => sent.push(seq))
  session.setIntent({ x: 1, z: 0 })
  for (let ms = 50; ms <= 1_000; ms += 50) advance(ms)
  expect(xM(2_000)).toBeGreaterThan(0)
  // Twenty ticks of 20 cm; then three seconds at once.
  expect(xM(2_000) - 0.4).toBeCloseTo(4, 6)
  advance(4_000)
  xM(5_000)
  expect(xM(4_000)).toBeCloseTo(16, 6)
  advance(35_000)
  xM(36_000)
  expect(xM(35_000)).toBeCloseTo(16.2, 6)
  expect(sent).toEqual([1])
})

test('[CLIENT-72] an input that is sent late belongs to the tick of now, not to the ticks that were missed', () => {
  const { session, xM } = openSession()
  const sent: number[] = []
  session.advance(50, () => undefined)
  session.setIntent({ x: 1, z: 0 })
  session.advance(1_000, (_message, seq) => sent.push(seq))
  xM(2_000)
  expect(xM(1_000)).toBeCloseTo(0.2, 6)
  expect(sent).toEqual([1])
})

test('[CLIENT-60] an intent of before the connection is told to every new session', async () => {
  const ada = lab.client({ name: 'Ada' })
  ada.setIntent({ x: 0, z: -1 })
  const walks = (): boolean => lab.node.tick.world.motion.vz[ada.self()?.slot ?? 0] === -400
  await lab.until('the body walks', () => ada.self() !== null && walks())
  await lab.steps(100)
  await lab.crash()
  await lab.restart()
  await lab.until('the body of the new session walks', () => ada.status().phase === 'active' && walks())
})
