import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Prediction } from '../src/prediction.ts'
import { type Axes, awayCm, Duel, msPerTick, type SpotCm, tickHz, Walk } from './duel.ts'

const sizeCm = 51_200
const middle: SpotCm = { xCm: 25_600, zCm: 25_600 }
const standing: Axes = { x: 0, z: 0 }

const axisValue = fc.integer({ min: -127, max: 127 }).map((stored) => stored / 127)
const intent: fc.Arbitrary<Axes> = fc.record({ x: axisValue, z: axisValue })
/** What a player does tick by tick: mostly nothing new, sometimes a turn. */
const walk = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: intent }), {
  minLength: 1,
  maxLength: 150,
})
const wild = fc.array(intent, { minLength: 1, maxLength: 150 })
const latencyTicks = fc.integer({ min: 0, max: 60 })
const spot: fc.Arbitrary<SpotCm> = fc.oneof(
  fc.constant(middle),
  // At most a few steps from a corner.
  fc.record({ xCm: fc.integer({ min: 0, max: 150 }), zCm: fc.integer({ min: sizeCm - 150, max: sizeCm - 1 }) }),
)

/** Plays, then lets everything on the way arrive. */
function play(duel: Duel, intents: readonly (Axes | null)[], each: () => void = () => undefined): void {
  for (const next of [...intents, ...new Array<null>(130).fill(null)]) {
    duel.step(next)
    each()
  }
}

test('[CLIENT-20] over a link of constant delay the prediction is where the server will be, within a centimetre', () => {
  const scene = fc.record({
    upTicks: latencyTicks,
    downTicks: latencyTicks,
    start: spot,
    chatty: fc.boolean(),
    intents: fc.oneof(walk, wild),
  })
  fc.assert(
    fc.property(scene, ({ upTicks, downTicks, start, chatty, intents }) => {
      const duel = new Duel({ sizeCm, start, upTicks: () => upTicks, downTicks, chatty })
      const predicted: SpotCm[] = []
      play(duel, intents, () => {
        predicted.push(duel.predicted())
        const then = predicted.length - 1 - upTicks
        if (then >= 0) expect(awayCm(predicted[then] as SpotCm, duel.truth())).toBeLessThanOrEqual(1)
      })
      expect(duel.corrections).toBe(0)
    }),
    { numRuns: 150 },
  )
})

test('[CLIENT-21] inputs that arrive unevenly are corrected, and all agrees once they have arrived', () => {
  const scene = fc.record({
    ups: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }),
    downTicks: fc.integer({ min: 0, max: 20 }),
    intents: walk,
  })
  let corrections = 0
  fc.assert(
    fc.property(scene, ({ ups, downTicks, intents }) => {
      let turn = 0
      const upTicks = (): number => ups[turn++ % ups.length] as number
      const duel = new Duel({ sizeCm, start: middle, upTicks, downTicks })
      play(duel, [...intents, standing])
      expect(awayCm(duel.predicted(), duel.truth())).toBeLessThanOrEqual(1)
      corrections += duel.corrections
    }),
    { numRuns: 150 },
  )
  expect(corrections).toBeGreaterThan(0)
})

test('[CLIENT-22] a correction does not move the picture: it fades, and is gone', () => {
  const client = new Prediction(Walk, { tickHz, zoneSizeCm: sizeCm })
  const place = { xM: 0, zM: 0 }
  const confirm = (xCm: number): void =>
    client.reconcile({ xCm, zCm: 0, vx: 0, vz: 0, inputAck: 0, ackAgeTicks: 255 }, 0)
  confirm(1_000)
  client.fade(1_000)
  confirm(1_400)
  client.placeAt(0, place)
  expect(place.xM).toBeCloseTo(10, 9)
  const seen: number[] = []
  for (let ms = 0; ms < 500; ms += 16) {
    client.fade(16)
    client.placeAt(0, place)
    seen.push(place.xM)
  }
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  expect(seen[5]).toBeGreaterThan(12)
  expect(seen.at(-1)).toBeCloseTo(14, 2)
})

test('[CLIENT-22] more than five metres are shown at once', () => {
  const client = new Prediction(Walk, { tickHz, zoneSizeCm: sizeCm })
  const place = { xM: 0, zM: 0 }
  const confirm = (zCm: number): void =>
    client.reconcile({ xCm: 0, zCm, vx: 0, vz: 0, inputAck: 0, ackAgeTicks: 255 }, 0)
  confirm(1_000)
  client.fade(1_000)
  confirm(1_501)
  client.placeAt(0, place)
  expect(place.zM).toBeCloseTo(15.01, 9)
})

test('[CLIENT-22] a game that puts the body elsewhere is followed, also while inputs are on their way', () => {
  fc.assert(
    fc.property(walk, fc.integer({ min: 0, max: 60 }), latencyTicks, (intents, at, delay) => {
      const duel = new Duel({ sizeCm, start: middle, upTicks: () => delay, downTicks: delay })
      let tick = 0
      play(duel, [...intents, standing], () => {
        if (tick++ === at) duel.place({ xCm: 10_000, zCm: 40_000 })
      })
      expect(awayCm(duel.predicted(), duel.truth())).toBeLessThanOrEqual(1)
    }),
    { numRuns: 50 },
  )
})

test('[CLIENT-23] the body stops at the border as the server will stop it', () => {
  const duel = new Duel({ sizeCm, start: { xCm: sizeCm - 60, zCm: 30 }, upTicks: () => 4, downTicks: 4 })
  play(duel, [{ x: 1, z: -0.5 }])
  expect(duel.predicted().xCm).toBeGreaterThan(sizeCm - 1)
  expect(duel.predicted().xCm).toBeLessThanOrEqual(sizeCm)
  expect(duel.predicted().zCm).toBe(0)
  expect(duel.client.velocity()).toEqual({ xMps: 0, zMps: 0 })
  expect(duel.corrections).toBe(0)
})

test('[CLIENT-24] more unanswered inputs than are remembered do no lasting harm', () => {
  const duel = new Duel({ sizeCm, start: middle, upTicks: () => 200, downTicks: 200 })
  const turns = Array.from({ length: 300 }, (_, index) => ({ x: Math.cos(index), z: Math.sin(index) }))
  play(duel, [...turns, standing])
  for (let i = 0; i < 400; i++) duel.step(null)
  expect(awayCm(duel.predicted(), duel.truth())).toBeLessThanOrEqual(1)
})

test('[CLIENT-25] a frame that confirms none of the inputs remembered leaves all of them in force', () => {
  fc.assert(
    fc.property(wild, fc.integer({ min: 1, max: 255 }), (intents, ackAgeTicks) => {
      const client = new Prediction(Walk, { tickHz, zoneSizeCm: sizeCm })
      const before = { xM: 0, zM: 0 }
      const after = { xM: 0, zM: 0 }
      const born = { ...middle, vx: 0, vz: 0, inputAck: 7, ackAgeTicks }
      client.reconcile(born, 0)
      for (const [index, next] of intents.slice(0, 128).entries()) {
        client.advance({ seq: 8 + index, intent: next }, msPerTick)
        client.fade(1_000)
        client.placeAt(0, before)
        client.reconcile(born, 0)
        client.fade(1_000)
        client.placeAt(0, after)
        expect(after).toEqual(before)
      }
    }),
    { numRuns: 30 },
  )
})

test('[CLIENT-26] after a reset nothing sent before counts any more', () => {
  const client = new Prediction(Walk, { tickHz, zoneSizeCm: sizeCm })
  const place = { xM: 0, zM: 0 }
  client.reconcile({ ...middle, vx: 0, vz: 0, inputAck: 0, ackAgeTicks: 1 }, 0)
  client.advance({ seq: 1, intent: { x: 1, z: 0 } }, msPerTick)
  client.advance(null, msPerTick)
  client.reset()
  client.reconcile({ ...middle, vx: 0, vz: 0, inputAck: 0, ackAgeTicks: 1 }, 0)
  client.fade(1_000)
  client.advance(null, msPerTick)
  client.placeAt(0, place)
  expect(place).toEqual({ xM: 256, zM: 256 })
})
