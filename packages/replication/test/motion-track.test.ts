import { Random } from '@worldkeep/kernel'
import { Motion } from '@worldkeep/world'
import { expect, test } from 'vitest'
import { MotionTrack } from '../src/apply/motion-track.ts'
import { motionRecordsMax } from '../src/limits.ts'

function at(track: MotionTrack, tick: number): readonly [number, number] {
  const place = { xM: Number.NaN, zM: Number.NaN }
  track.positionAt(tick, place)
  return [place.xM * 100, place.zM * 100]
}

test('[REPL-13] between two turns the path is a straight line through the record', () => {
  const track = new MotionTrack(20)
  track.push(100, { xCm: 1000, zCm: 2000, vx: 200, vz: -100 })
  expect(at(track, 100)).toEqual([1000, 2000])
  expect(at(track, 110)[0]).toBeCloseTo(1100, 9)
  expect(at(track, 110)[1]).toBeCloseTo(1950, 9)
  expect(at(track, 100.5)[0]).toBeCloseTo(1005, 9)
  expect(track.velocity()).toEqual({ xMps: 2, zMps: -1 })
  expect(track.newest()).toEqual({ tick: 100, xCm: 1000, zCm: 2000, vx: 200, vz: -100 })
})

test('[REPL-13] before the first record the line is walked backwards', () => {
  const track = new MotionTrack(20)
  track.push(100, { xCm: 1000, zCm: 2000, vx: 200, vz: 0 })
  expect(at(track, 98)[0]).toBeCloseTo(980, 9)
})

test('[REPL-13] a turn is in force from the end of the tick before it: the path has no gap', () => {
  const motion = new Motion({ capacity: 1, tickHz: 20 }, { turned: () => undefined, placed: () => undefined })
  const track = new MotionTrack(20)
  const random = new Random(7)
  motion.place(0, 50_000, 50_000)
  track.push(0, { xCm: 50_000, zCm: 50_000, vx: 0, vz: 0 })
  let turns = 0
  for (let tick = 1; tick <= 400; tick++) {
    const turned = random.below(5) === 0
    const before = at(track, tick - 1)
    if (turned) motion.setVelocity(0, random.between(-500, 500), random.between(-500, 500))
    motion.step(0, 100_000)
    if (turned) {
      turns++
      track.push(tick, {
        xCm: motion.xCm(0),
        zCm: motion.zCm(0),
        vx: motion.vx[0] as number,
        vz: motion.vz[0] as number,
      })
    }
    for (const [axis, units] of [motion.x[0] as number, motion.z[0] as number].entries()) {
      const path = [0, 0.25, 0.5, 0.75, 1].map((part) => at(track, tick - 1 + part)[axis] as number)
      // Half a centimetre at each end of the step, and rounding of the record twice.
      expect(Math.abs((path[4] as number) - units / 20)).toBeLessThanOrEqual(0.5 + 1e-9)
      expect(Math.abs((path[0] as number) - (before[axis] as number))).toBeLessThanOrEqual(1 + 1e-9)
      const stepCm = Math.abs((axis === 0 ? motion.vx[0] : motion.vz[0]) as number) / 80
      for (let i = 1; i < 5; i++) {
        expect(Math.abs((path[i] as number) - (path[i - 1] as number))).toBeLessThanOrEqual(stepCm + 1 + 1e-9)
      }
    }
  }
  expect(turns).toBeGreaterThan(50)
})

test('[REPL-14] a jump is in force from its own tick: nobody slides across the world', () => {
  const track = new MotionTrack(20)
  track.push(10, { xCm: 1000, zCm: 1000, vx: 100, vz: 0 })
  track.push(20, { xCm: 90_000, zCm: 1000, vx: 0, vz: 0 })
  expect(at(track, 19.9)[0]).toBeCloseTo(1000 + 100 * (9.9 / 20), 9)
  expect(at(track, 20)).toEqual([90_000, 1000])
  expect(at(track, 25)).toEqual([90_000, 1000])
})

test('[REPL-14] what meets the old path within three centimetres is a turn, anything more is a jump', () => {
  for (const [offCm, fromTick] of [
    [0, 19],
    [3, 19],
    [-3, 19],
    [4, 20],
    [-4, 20],
  ] as const) {
    const track = new MotionTrack(20)
    track.push(10, { xCm: 1000, zCm: 1000, vx: 100, vz: 0 })
    track.push(20, { xCm: 1045 + offCm, zCm: 1010, vx: 0, vz: 200 })
    const justBefore = at(track, fromTick - 0.01)
    const justAfter = at(track, fromTick)
    expect(justBefore[0]).toBeCloseTo(1000 + 5 * (fromTick - 10.01), 6)
    expect(justAfter[0]).toBeCloseTo(1045 + offCm, 6)
  }
})

test('[REPL-13] the last turns are remembered, and older moments follow the oldest of them', () => {
  const track = new MotionTrack(10)
  const turns = motionRecordsMax + 4
  let xCm = 0
  for (let turn = 0; turn < turns; turn++) {
    const vx = turn % 2 === 0 ? 100 : 50
    xCm += vx
    track.push(turn * 10 + 10, { xCm, zCm: 0, vx, vz: 0 })
  }
  const newestTick = turns * 10
  expect(at(track, newestTick)[0]).toBeCloseTo(xCm, 9)
  expect(at(track, newestTick - 10)[0]).toBeCloseTo(xCm - 50, 6)
  const oldestTurn = turns - motionRecordsMax
  const oldest = at(track, (oldestTurn + 1) * 10)[0]
  const before = at(track, (oldestTurn + 1) * 10 - 20)[0]
  expect(oldest - before).toBeCloseTo((oldestTurn % 2 === 0 ? 100 : 50) * 2, 6)
})

test('[REPL-13] a track without a record stands still at the corner', () => {
  const track = new MotionTrack(20)
  expect(at(track, 5)).toEqual([0, 0])
  expect(track.velocity()).toEqual({ xMps: 0, zMps: 0 })
  expect(track.newest()).toEqual({ tick: 0, xCm: 0, zCm: 0, vx: 0, vz: 0 })
})

test('[REPL-13] a turn goes on from where the path has led, and told again it is the same turn', () => {
  const track = new MotionTrack(20)
  track.push(100, { xCm: 1000, zCm: 2000, vx: 200, vz: 0 })
  track.turn(111, { vx: 0, vz: 100 })
  const places = (): readonly (readonly [number, number])[] => [100, 105, 110, 120].map((tick) => at(track, tick))
  const expected = [
    [1000, 2000],
    [1050, 2000],
    [1100, 2000],
    [1100, 2050],
  ]
  expect(places()).toEqual(expected)
  track.turn(111, { vx: 0, vz: 100 })
  track.turn(111, { vx: 0, vz: 100 })
  expect(places()).toEqual(expected)
  expect(track.newest()).toEqual({ tick: 110, xCm: 1100, zCm: 2000, vx: 0, vz: 100 })
})

test('[REPL-13] a turn right after the first record leaves the moments before it as they were', () => {
  const track = new MotionTrack(20)
  track.push(100, { xCm: 1000, zCm: 0, vx: 200, vz: 0 })
  track.turn(101, { vx: -200, vz: 0 })
  expect([at(track, 98)[0], at(track, 100)[0], at(track, 102)[0]].map((cm) => Math.round(cm as number))).toEqual([
    980, 1000, 980,
  ])
})

test('[REPL-13] a turn that the path already has does not put it back', () => {
  const track = new MotionTrack(20)
  track.push(100, { xCm: 1000, zCm: 0, vx: 100, vz: 0 })
  // Two turns in one snapshot, told as a place: in tick 103 and, the one told again later, in tick 106.
  track.push(110, { xCm: 1040, zCm: 7, vx: 0, vz: 300 })
  const before = [103, 110, 112].map((tick) => at(track, tick))
  track.turn(106, { vx: 0, vz: 300 })
  expect([103, 110, 112].map((tick) => at(track, tick))).toEqual(before)
})

test('[REPL-13] more turns than are remembered, each told twice, keep the newest ones', () => {
  const track = new MotionTrack(10)
  track.push(0, { xCm: 0, zCm: 0, vx: 10, vz: 0 })
  for (let turn = 1; turn <= motionRecordsMax * 3; turn++) {
    for (let again = 0; again < 2; again++) track.turn(turn * 10, { vx: 10 + turn, vz: -turn })
    const { tick, vx, vz } = track.newest()
    expect([tick, vx, vz]).toEqual([turn * 10 - 1, 10 + turn, -turn])
    // The path is one line without a gap, as far back as it is remembered.
    const oldest = Math.max(1, (turn - motionRecordsMax + 2) * 10)
    for (let moment = oldest; moment <= turn * 10; moment++) {
      const stepCm = (at(track, moment)[0] as number) - (at(track, moment - 1)[0] as number)
      expect(stepCm).toBeCloseTo((10 + Math.floor(moment / 10)) / 10, 6)
    }
  }
})
