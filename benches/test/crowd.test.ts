import { Random } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { Field } from '../src/versus/field.ts'
import { decodeInput, encodeInput } from '../src/versus/input.ts'
import { directions, hpChangesIn, Walker } from '../src/versus/walk.ts'
import { type Crowd, crowds, hpShareChangedPerS, inputHz, speedMps, tickHz } from '../src/versus/workloads.ts'

const crowd: Crowd = { ...crowds.S, clients: 1, entities: 200, sizeM: 128 }
const seconds = 60

test('[BENCH-6] the crowd of the peers walks at 3 m/s, turns every two seconds, stays inside and in its cells', () => {
  const field = new Field(crowd, 7)
  const before = new Float64Array(field.count)
  let turns = 0
  for (let tick = 1; tick <= seconds * tickHz; tick++) {
    field.step((id, from, to) => {
      expect(from).not.toBe(to)
      expect(field.members[from]?.has(id)).toBe(false)
      expect(field.members[to]?.has(id)).toBe(true)
    })
    for (let id = 0; id < field.count; id++) {
      const course = Math.atan2(field.vz[id] as number, field.vx[id] as number)
      if (course !== before[id]) turns++
      before[id] = course
    }
    expect(Math.min(...field.x, ...field.z)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...field.x, ...field.z)).toBeLessThan(crowd.sizeM)
  }
  // One turn in sixteen keeps the direction, and the border adds some.
  const turnsPerS = turns / field.count / seconds
  expect(turnsPerS).toBeGreaterThan(0.4)
  expect(turnsPerS).toBeLessThan(0.7)
  const speeds = Array.from(field.vx, (vx, id) => Math.hypot(vx, field.vz[id] as number)).slice(0, crowd.entities)
  for (const speed of speeds) expect(speed).toBeCloseTo(speedMps, 2)
})

test('[BENCH-6] one in a hundred changes its hp each second, evenly', () => {
  const options = { count: 2_200, sharePerS: hpShareChangedPerS, tickHz }
  const changes = Array.from({ length: tickHz * 10 }, (_, tick) => hpChangesIn(tick + 1, options))
  expect(changes.reduce((sum, each) => sum + each, 0)).toBe(220)
  expect(Math.max(...changes)).toBe(2)
})

test('[BENCH-6] players walk straight, turn every two seconds on average, and away from the border', () => {
  const walker = new Walker(new Random(1), 100)
  let turns = 0
  for (let step = 0; step < 100 * inputHz; step++) {
    const { x, z } = walker
    walker.step(step * 100, { xM: 2, zM: 99 })
    if (walker.x !== x || walker.z !== z) turns++
    expect(walker.x).toBeGreaterThanOrEqual(0)
    expect(walker.z).toBeLessThanOrEqual(0)
    expect(Math.hypot(walker.x, walker.z)).toBeCloseTo(1, 2)
  }
  expect(turns).toBeGreaterThan(30)
  expect(turns).toBeLessThan(70)
})

test('[BENCH-6] an input arrives as it was sent, to a hundredth', () => {
  for (const [x, z] of directions) {
    const [readX, readZ] = decodeInput(encodeInput(x / 1000, z / 1000))
    expect(Math.abs(readX - x / 1000)).toBeLessThan(0.0051)
    expect(Math.abs(readZ - z / 1000)).toBeLessThan(0.0051)
  }
})
