import { Random } from '@worldkeep/kernel'
import { type EntityView, MotionTrack } from '@worldkeep/replication'
import { expect, test } from 'vitest'
import { heapGrowthBytes } from '../../../testing/src/heap.ts'
import { Drawing, type Moment } from '../src/drawing.ts'

const tickHz = 20
const msPerTick = 1000 / tickHz

/** Sixty pictures a second. */
const pictureMs = 1000 / 60

interface Spot {
  readonly xCm: number
  readonly zCm: number
  readonly vx: number
  readonly vz: number
}

/** One entity, and what is heard of it. */
function walker(start: Spot) {
  const track = new MotionTrack(tickHz)
  track.push(0, start)
  const entity = { handle: 7, track, changedTick: 0 } as unknown as EntityView
  const drawing = new Drawing({ tickHz })
  const place = { xM: 0, zM: 0 }
  return {
    track,
    /** Place and velocity at the end of a tick. */
    hear(tick: number, spot: Spot): void {
      track.push(tick, spot)
      entity.changedTick = tick
    },
    /** Where it is drawn, metres. */
    draw(nowMs: number, delayTicks: number): { readonly xM: number; readonly zM: number } {
      drawing.placeOf(entity, { nowMs, tick: nowMs / msPerTick, delayTicks }, place)
      return { ...place }
    },
  }
}

const eastwards: Spot = { xCm: 0, zCm: 0, vx: 400, vz: 0 }
const pictureM = (4 * pictureMs) / 1000

test('[CLIENT-73] when the delay of an entity changes, its time runs a tenth faster or slower at most, and nothing jumps', () => {
  const { draw } = walker(eastwards)
  let before = draw(0, 2).xM
  const wanted = (picture: number): number => (picture > 100 && picture < 500 ? 6 : 2)
  for (let picture = 1; picture < 1_000; picture++) {
    const { xM } = draw(picture * pictureMs, wanted(picture))
    expect(xM - before).toBeGreaterThan(pictureM * 0.899)
    expect(xM - before).toBeLessThan(pictureM * 1.101)
    before = xM
    const behindTicks = (picture * pictureMs) / msPerTick - xM / (4 / tickHz)
    // Forty ticks to fall four behind: two seconds.
    if (picture === 100 || picture === 999) expect(behindTicks).toBeCloseTo(2, 6)
    if (picture === 300) expect(behindTicks).toBeCloseTo(6, 6)
  }
})

test('[CLIENT-74] what is heard after its moment has been drawn does not move the picture, and is true within 150 ms', () => {
  const { draw, hear } = walker(eastwards)
  for (let ms = 0; ms < 1_000; ms += pictureMs) draw(ms, 1)
  // It has turned back at tick 10, and we hear at tick 20: 19 drawn ticks have been wrong by 40 cm each.
  const before = draw(1_000, 1)
  hear(10, { xCm: 180, zCm: 0, vx: -400, vz: 0 })
  const after = draw(1_000 + pictureMs, 1)
  const isAt = (ms: number): number => 1.8 - (4 * (ms / msPerTick - 1 - 10)) / tickHz
  const wrongM = before.xM - isAt(1_000)
  expect(wrongM).toBeGreaterThan(3)
  expect(Math.abs(after.xM - before.xM)).toBeLessThan(wrongM * 0.35)
  let last = after.xM
  for (let ms = 1_000 + 2 * pictureMs; ms <= 1_150; ms += pictureMs) {
    const { xM } = draw(ms, 1)
    expect(Math.abs(xM - last)).toBeLessThan(wrongM * 0.35)
    last = xM
  }
  expect(Math.abs(last - isAt(1_133.4))).toBeLessThan(wrongM * 0.1)
})

test('[CLIENT-74] a correction of more than five metres is shown at once', () => {
  const { draw, hear } = walker(eastwards)
  for (let ms = 0; ms <= 1_000; ms += pictureMs) draw(ms, 1)
  hear(10, { xCm: 180, zCm: 600, vx: 0, vz: 0 })
  expect(draw(1_010, 1)).toEqual({ xM: 1.8, zM: 6 })
})

test('[CLIENT-74] a jump that is heard in time is a jump, in the moment it happens', () => {
  const { draw, hear } = walker({ ...eastwards, vx: 0 })
  draw(500, 3)
  hear(10, { xCm: 300, zCm: 0, vx: 0, vz: 0 })
  expect(draw(12.9 * msPerTick, 3).xM).toBe(0)
  expect(draw(13.1 * msPerTick, 3).xM).toBe(3)
})

interface Link {
  readonly lost: number
  readonly lateTicksMax: number
}

/** The longest step from picture to picture, and the longest way from the truth, of somebody who turns all the time. */
function watch(seed: number, link: Link): { readonly stepM: number; readonly awayM: number } {
  const random = new Random(seed)
  const { draw, hear } = walker(eastwards)
  const truth = [eastwards]
  for (let tick = 1; tick <= 400; tick++) {
    const { xCm, zCm, vx, vz } = truth[tick - 1] as Spot
    const turns = random.below(6) === 0
    const next = turns ? { vx: random.between(-400, 400), vz: random.between(-400, 400) } : { vx, vz }
    truth.push({ xCm: xCm + next.vx / tickHz, zCm: zCm + next.vz / tickHz, ...next })
  }
  let heardTick = 0
  let dueTick = 1
  let dueMs = 0
  let before = draw(0, 2)
  const worst = { stepM: 0, awayM: 0 }
  for (let nowMs = pictureMs; nowMs < 380 * msPerTick; nowMs += pictureMs) {
    for (; Math.max(dueMs, dueTick * msPerTick) <= nowMs; dueTick++) {
      // A snapshot has all of the moment it is of; one that is late holds up those behind it.
      const isLost = random.below(100) < link.lost
      if (!isLost && dueTick > heardTick) hear(dueTick, truth[dueTick] as Spot)
      if (!isLost) heardTick = dueTick
      dueMs = (dueTick + 1 + random.below(link.lateTicksMax + 1)) * msPerTick
    }
    const place = draw(nowMs, 2)
    worst.stepM = Math.max(worst.stepM, Math.abs(place.xM - before.xM), Math.abs(place.zM - before.zM))
    before = place
    const at = truth[Math.max(0, Math.round(nowMs / msPerTick - 2))] as Spot
    worst.awayM = Math.max(worst.awayM, Math.abs(place.xM - at.xCm / 100), Math.abs(place.zM - at.zCm / 100))
  }
  return worst
}

test('[CLIENT-75] snapshots in time give the path, late ones no jump, and after missing ones the picture is soon right', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const inTime = watch(seed, { lost: 0, lateTicksMax: 0 })
    expect(inTime.stepM, `seed ${seed}`).toBeLessThan(pictureM * 1.02)
    const late = watch(seed, { lost: 0, lateTicksMax: 5 })
    expect(late.stepM, `seed ${seed}`).toBeLessThan(pictureM + 0.6)
    expect(late.awayM, `seed ${seed}`).toBeLessThan(2)
    const missing = watch(seed, { lost: 20, lateTicksMax: 3 })
    expect(missing.awayM, `seed ${seed}`).toBeLessThan(3)
  }
})

test('[CLIENT-75] an entity that has not been drawn for half a second is drawn anew where it is', () => {
  const { draw, hear } = walker(eastwards)
  draw(0, 1)
  hear(10, { xCm: 0, zCm: 0, vx: 0, vz: 0 })
  expect(draw(1_000, 6).xM).toBe(0)
  hear(30, { xCm: 400, zCm: 0, vx: 400, vz: 0 })
  expect(draw(40 * msPerTick, 6).xM).toBeCloseTo(4.8, 9)
})

test('[CLIENT-76] a picture costs no memory', () => {
  const drawing = new Drawing({ tickHz })
  const entities = Array.from({ length: 200 }, (_, handle) => {
    const track = new MotionTrack(tickHz)
    track.push(0, { xCm: handle, zCm: 0, vx: 100, vz: 100 })
    return { handle, track, changedTick: 0 } as unknown as EntityView
  })
  const place = { xM: 0, zM: 0 }
  const moment: Moment = { nowMs: 0, tick: 0, delayTicks: 2 }
  const grownBytes = heapGrowthBytes(() => {
    moment.nowMs += pictureMs
    moment.tick += pictureMs / msPerTick
    for (const entity of entities) drawing.placeOf(entity, moment, place)
  })
  expect(grownBytes).toBeLessThan(2_000)
}, 60_000)
