import { Motion } from '@worldkeep/world'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { playerSpeedCmPerS, Walk } from '../../src/game/walk.ts'
import { courseTo, standing } from '../../src/web/controls/course.ts'
import type { Direction } from '../../src/web/controls/keyboard.ts'
import type { Spot } from '../../src/web/scene/camera.ts'

const tickHz = 20
const sizeCm = 51_200

const at = fc.integer({ min: 0, max: sizeCm / 100 })
const anySpot: fc.Arbitrary<Spot> = fc.record({ xM: at, zM: at })
const nearby = fc.integer({ min: -300, max: 300 }).map((cm) => cm / 100)

interface WalkReport {
  readonly ticks: number
  readonly turns: number
  readonly spot: Spot
}

/** Walks by the game's own steering until the course says that it has arrived. */
function walkTo(goal: Spot, from: Spot, ticksMax: number): WalkReport {
  const motion = new Motion({ capacity: 1, tickHz }, { turned: () => undefined, placed: () => undefined })
  motion.place(0, from.xM * 100, from.zM * 100)
  const spot = { ...from }
  let intent: Direction = standing
  let turns = 0
  for (let ticks = 0; ticks <= ticksMax; ticks++) {
    const next = courseTo(goal, spot, intent)
    if (next !== intent) turns++
    intent = next
    if (intent === standing) return { ticks, turns, spot }
    Walk.steer(motion, 0, intent)
    motion.step(0, sizeCm)
    spot.xM = (motion.x[0] as number) / tickHz / 100
    spot.zM = (motion.z[0] as number) / tickHz / 100
  }
  throw new Error(`not there after ${ticksMax} ticks: at ${spot.xM} ${spot.zM}`)
}

test('[MEADOW-40] a click is walked to, straight and at full pace, and the walk ends there', () => {
  fc.assert(
    fc.property(anySpot, anySpot, (from, goal) => {
      const awayM = Math.hypot(goal.xM - from.xM, goal.zM - from.zM)
      const straightTicks = (awayM * 100 * tickHz) / playerSpeedCmPerS
      const { spot, turns } = walkTo(goal, from, straightTicks * 1.02 + 10)
      expect(Math.hypot(goal.xM - spot.xM, goal.zM - spot.zM)).toBeLessThan(0.3)
      // Every turn is sent to everybody near.
      expect(turns).toBeLessThanOrEqual(8)
    }),
  )
})

test('[MEADOW-40] a click next to the player does not make it run around the spot', () => {
  fc.assert(
    fc.property(nearby, nearby, (xM, zM) => {
      const { spot } = walkTo({ xM: 200 + xM, zM: 200 + zM }, { xM: 200, zM: 200 }, 30)
      expect(Math.hypot(200 + xM - spot.xM, 200 + zM - spot.zM)).toBeLessThan(0.3)
    }),
  )
})

test('[MEADOW-40] the last steps are slower: a tick of walking must not carry past the goal', () => {
  const pace = (awayM: number): number => {
    const { x, z } = courseTo({ xM: 10 + awayM, zM: 10 }, { xM: 10, zM: 10 }, { x: 1, z: 0 })
    return Math.hypot(x, z)
  }
  expect([pace(5), pace(1)]).toEqual([1, 1])
  expect(pace(0.7)).toBeLessThan(0.5)
  expect(pace(0.35)).toBeLessThan(0.5)
})

test('[MEADOW-40] who is there stands', () => {
  expect(courseTo({ xM: 5, zM: 5 }, { xM: 5.1, zM: 4.9 }, { x: 1, z: 0 })).toBe(standing)
})

test('[MEADOW-41] a course that still leads there is kept as it is; one that does not is on the grid of the wire', () => {
  const goal = { xM: 50, zM: 20 }
  const first = courseTo(goal, { xM: 10, zM: 10 }, standing)
  expect([first.x * 127, first.z * 127].map((steps) => Math.abs(steps - Math.round(steps)) < 1e-9)).toEqual([
    true,
    true,
  ])
  expect(Math.hypot(first.x, first.z)).toBeCloseTo(1, 1)
  expect(courseTo(goal, { xM: 10.5, zM: 10.1 }, first)).toBe(first)
  expect(courseTo(goal, { xM: 10, zM: 15 }, first)).not.toBe(first)
  // Right behind: the same line, the other way.
  expect(courseTo({ xM: -30, zM: 0 }, { xM: 10, zM: 10 }, first).x).toBeLessThan(0)
})
