import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Camera } from '../../src/web/scene/camera.ts'

const metres = fc.double({ min: -600, max: 600, noNaN: true })
const pixels = fc.double({ min: 0, max: 4_000, noNaN: true })

function openCamera(): Camera {
  const camera = new Camera()
  camera.resize(900, 600)
  camera.follow({ xM: 100, zM: 200 }, 0.016)
  return camera
}

test('[MEADOW-42] what is seen at a pixel is what a click there means', () => {
  fc.assert(
    fc.property(
      pixels,
      pixels,
      metres,
      metres,
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (x, y, xM, zM, zoom) => {
        const camera = openCamera()
        camera.follow({ xM, zM }, 10)
        camera.zoomBy(zoom)
        camera.step(0.05)
        const spot = { xM: 0, zM: 0 }
        const point = { x: 0, y: 0 }
        camera.toWorld(x, y, spot)
        camera.toScreen(spot.xM, spot.zM, point)
        expect(point.x).toBeCloseTo(x, 6)
        expect(point.y).toBeCloseTo(y, 6)
      },
    ),
  )
})

test('[MEADOW-42] whom the camera follows is in the middle, x to the right, z down', () => {
  const camera = openCamera()
  const point = { x: 0, y: 0 }
  camera.toScreen(100, 200, point)
  expect(point).toEqual({ x: 450, y: 300 })
  camera.toScreen(101, 202, point)
  expect(point).toEqual({ x: 464, y: 328 })
})

test('[MEADOW-43] the camera is at once where it starts and where it is far from, and glides to what is near', () => {
  const camera = openCamera()
  expect([camera.xM, camera.zM]).toEqual([100, 200])
  camera.follow({ xM: 110, zM: 200 }, 0.016)
  expect(camera.xM).toBeGreaterThan(100)
  expect(camera.xM).toBeLessThan(103)
  for (let i = 0; i < 120; i++) camera.follow({ xM: 110, zM: 200 }, 0.016)
  expect(camera.xM).toBeCloseTo(110, 3)
  camera.follow({ xM: 151, zM: 200 }, 0.016)
  expect(camera.xM).toBe(151)
})

test('[MEADOW-43] it glides as far in many short frames as in few long ones', () => {
  const [smooth, rough] = [openCamera(), openCamera()]
  const goal = { xM: 120, zM: 190 }
  for (let i = 0; i < 100; i++) smooth.follow(goal, 0.002)
  for (let i = 0; i < 4; i++) rough.follow(goal, 0.05)
  expect(smooth.xM).toBeCloseTo(rough.xM, 6)
  expect(smooth.zM).toBeCloseTo(rough.zM, 6)
})

test('[MEADOW-44] zoom stays between 4 and 40 pixels to a metre, whatever the wheel does', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.01, max: 100, noNaN: true })), (factors) => {
      const camera = openCamera()
      for (const factor of factors) {
        camera.zoomBy(factor)
        camera.step(0.1)
        expect(camera.pxPerM).toBeGreaterThanOrEqual(4)
        expect(camera.pxPerM).toBeLessThanOrEqual(40)
      }
    }),
  )
  const camera = openCamera()
  camera.zoomBy(1_000)
  for (let i = 0; i < 100; i++) camera.step(0.05)
  expect(camera.pxPerM).toBeCloseTo(40, 6)
  camera.zoomBy(0.5)
  for (let i = 0; i < 100; i++) camera.step(0.05)
  expect(camera.pxPerM).toBeCloseTo(20, 6)
})

test('[MEADOW-45] whatever touches the screen is seen', () => {
  fc.assert(
    fc.property(metres, metres, fc.double({ min: 0, max: 20, noNaN: true }), (xM, zM, marginM) => {
      const camera = openCamera()
      const point = { x: 0, y: 0 }
      camera.toScreen(xM, zM, point)
      const marginPx = marginM * camera.pxPerM
      const touches = point.x > -marginPx && point.x < 900 + marginPx && point.y > -marginPx && point.y < 600 + marginPx
      // A pixel of rounding on either side of the edge.
      const nearEdge = [point.x, 900 - point.x, point.y, 600 - point.y].some((px) => Math.abs(px + marginPx) < 1)
      if (!nearEdge) expect(camera.sees(xM, zM, marginM)).toBe(touches)
    }),
  )
})
