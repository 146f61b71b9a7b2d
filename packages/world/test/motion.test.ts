import { ByteReader, ByteWriter } from '@worldkeep/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { speedCmPerSMax } from '../src/limits.ts'
import { Motion, steerTowards } from '../src/space/motion.ts'
import { Walk } from './arena.ts'

const sizeCm = 6_553_600

function motionAt(tickHz: number, capacity = 1): { readonly motion: Motion; changes: () => number } {
  let changes = 0
  const motion = new Motion({ capacity, tickHz }, { turned: () => changes++, placed: () => changes++ })
  return { motion, changes: () => changes }
}

for (const tickHz of [1, 10, 20, 60, 240]) {
  test(`[WORLD-14] an hour of diagonal walking at ${tickHz} Hz ends exactly at start + v * n * dt`, () => {
    const { motion, changes } = motionAt(tickHz, 3)
    const walkers = [
      { x: 123_457, z: 3_000_001, vx: 354, vz: 353 },
      { x: 3_276_800, z: 3_276_799, vx: -353, vz: 354 },
      { x: 2_000_003, z: 2_000_007, vx: 1, vz: -1 },
    ]
    for (const [slot, { x, z, vx, vz }] of walkers.entries()) {
      motion.place(slot, x, z)
      motion.setVelocity(slot, vx, vz)
    }
    const changesBefore = changes()
    const ticks = 3600 * tickHz
    let worstCm = 0
    let worstRelative = 0
    for (let n = 1; n <= ticks; n++) {
      for (const [slot, { x, vx }] of walkers.entries()) {
        motion.step(slot, sizeCm)
        if (motion.x[slot] !== x * tickHz + vx * n) throw new Error(`tick ${n}: ${motion.x[slot]}`)
        const trueCm = x + vx * n * (1 / tickHz)
        worstCm = Math.max(worstCm, Math.abs(motion.xCm(slot) - trueCm))
        worstRelative = Math.max(worstRelative, Math.abs((motion.x[slot] as number) / tickHz - trueCm) / trueCm)
      }
    }
    for (const [slot, { z, vz }] of walkers.entries()) expect(motion.z[slot]).toBe(z * tickHz + vz * ticks)
    expect(worstRelative).toBeLessThan(1e-9)
    expect(worstCm).toBeLessThanOrEqual(0.5 + 1e-6)
    expect(changes()).toBe(changesBefore)
  })
}

test('[WORLD-14] the same walk ends at the same centimetre at every tick rate', () => {
  const ends = [10, 20, 60, 240].map((tickHz) => {
    const { motion } = motionAt(tickHz)
    motion.place(0, 1000, 2000)
    motion.setVelocity(0, 354, -3)
    for (let n = 0; n < 60 * tickHz; n++) motion.step(0, sizeCm)
    return [motion.xCm(0), motion.zCm(0)]
  })
  for (const end of ends) expect(end).toEqual([1000 + 354 * 60, 2000 - 3 * 60])
})

test('[WORLD-15] what reaches the border stops there, on that axis, and it is one change', () => {
  const { motion, changes } = motionAt(20)
  motion.place(0, 900, 500)
  motion.setVelocity(0, 500, 100)
  const before = changes()
  for (let n = 0; n < 40; n++) motion.step(0, 1000)
  expect([motion.vx[0], motion.vz[0]]).toEqual([0, 100])
  expect(motion.x[0]).toBe(1000 * 20 - 1)
  expect(motion.z[0]).toBe(500 * 20 + 100 * 40)
  expect(motion.xCmFloor(0)).toBe(999)
  expect(changes()).toBe(before + 1)
  motion.setVelocity(0, -700, -700)
  for (let n = 0; n < 200; n++) motion.step(0, 1000)
  expect([motion.x[0], motion.z[0], motion.vx[0], motion.vz[0]]).toEqual([0, 0, 0, 0])
})

test('[WORLD-15] nobody leaves the square, whatever the speed', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 240 }),
      fc.integer({ min: -speedCmPerSMax, max: speedCmPerSMax }),
      fc.integer({ min: -speedCmPerSMax, max: speedCmPerSMax }),
      fc.nat(999),
      (tickHz, vx, vz, start) => {
        const { motion } = motionAt(tickHz)
        motion.place(0, start, 999 - start)
        motion.setVelocity(0, vx, vz)
        for (let n = 0; n < 50; n++) {
          motion.step(0, 1000)
          for (const cm of [motion.xCmFloor(0), motion.zCmFloor(0)]) if (cm < 0 || cm >= 1000) return false
        }
        return true
      },
    ),
  )
})

test('[WORLD-15] what was placed outside is brought back to the border', () => {
  const { motion, changes } = motionAt(20)
  motion.place(0, -5, 1000)
  motion.confine(0, 1000)
  expect([motion.x[0], motion.z[0]]).toEqual([0, 1000 * 20 - 1])
  const before = changes()
  motion.confine(0, 1000)
  expect(changes()).toBe(before)
})

test('[WORLD-16] a motion changes when its velocity or its place changes, and at no other time', () => {
  const { motion, changes } = motionAt(20)
  motion.setVelocity(0, 0, 0)
  motion.place(0, 0, 0)
  expect(changes()).toBe(0)
  motion.setVelocity(0, 100.4, -0.3)
  motion.setVelocity(0, 99.6, 0.4)
  expect(changes()).toBe(1)
  for (let n = 0; n < 100; n++) motion.step(0, sizeCm)
  expect(changes()).toBe(1)
  motion.place(0, motion.xCm(0), motion.zCm(0))
  expect(changes()).toBe(1)
  motion.place(0, 7, 7)
  expect(changes()).toBe(2)
})

test('[WORLD-16] a velocity or a place that is none is our bug', () => {
  const { motion } = motionAt(240)
  expect(() => motion.setVelocity(0, Number.NaN, 0)).toThrow('setVelocity')
  expect(() => motion.setVelocity(0, 0, speedCmPerSMax + 1)).toThrow('setVelocity')
  expect(() => motion.place(0, Number.NaN, 0)).toThrow('place')
  expect(() => motion.place(0, 0, 1e9)).toThrow('place')
  expect([motion.x[0], motion.z[0], motion.vx[0], motion.vz[0]]).toEqual([0, 0, 0, 0])
})

test('[WORLD-17] walking diagonally is not faster', () => {
  const { motion } = motionAt(20)
  fc.assert(
    fc.property(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 2000 }),
      (x, z, speedCmPerS) => {
        steerTowards(motion, 0, { x, z }, speedCmPerS)
        const speed = Math.hypot(motion.vx[0] as number, motion.vz[0] as number)
        const length = Math.min(1, Math.hypot(x, z))
        return speed <= speedCmPerS + 1 && Math.abs(speed - length * speedCmPerS) <= 1
      },
    ),
    {
      examples: [
        [1, 1, 500],
        [-1, 1, 500],
        [1, 0, 500],
        [0, 0, 500],
        [0.5, 0.5, 500],
      ],
      numRuns: 1000,
    },
  )
  steerTowards(motion, 0, { x: 1, z: 1 }, 500)
  expect([motion.vx[0], motion.vz[0]]).toEqual([354, 354])
  steerTowards(motion, 0, { x: 0.5, z: 0 }, 500)
  expect([motion.vx[0], motion.vz[0]]).toEqual([250, 0])
})

test('[WORLD-17] no intent that arrives can make a velocity that is none', () => {
  const { motion } = motionAt(20)
  const intent = Walk.codec.empty()
  fc.assert(
    fc.property(fc.double(), fc.double(), (x, z) => {
      const writer = ByteWriter.ofSize(8)
      Walk.codec.write(writer, { x, z })
      Walk.codec.read(new ByteReader(writer.copy()), intent)
      Walk.steer(motion, 0, intent)
      return Math.hypot(motion.vx[0] as number, motion.vz[0] as number) <= 501
    }),
    {
      examples: [
        [Number.NaN, Number.NaN],
        [Infinity, -Infinity],
        [Number.NaN, 1],
      ],
    },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4 }), (bytes) => {
      const reader = new ByteReader(bytes)
      Walk.codec.read(reader, intent)
      if (!reader.failed) Walk.steer(motion, 0, intent)
      return Math.hypot(motion.vx[0] as number, motion.vz[0] as number) <= 501
    }),
    { numRuns: 2000 },
  )
})
