import type { Texture } from 'pixi.js'
import { ellipse, paint } from './paint.ts'

const gold = { light: '#fff3b0', middle: '#ffce47', dark: '#d8952a', rim: '#86590f' } as const

export interface ThingArt {
  readonly coin: Texture
  readonly glint: Texture
  /** On the ground around the own player. */
  readonly ring: Texture
  /** Points to the right; turned to where the own player faces. */
  readonly chevron: Texture
  /** Where a click sent the player. */
  readonly marker: Texture
  /** One stretch of fence along x, and one along z. */
  readonly fenceAcross: Texture
  readonly fenceAlong: Texture
  /** Behind a player's name; stretched between its round ends. */
  readonly pill: Texture
}

export function paintThings(): ThingArt {
  return {
    coin: paint({ leftM: -0.55, topM: -0.55, rightM: 0.55, bottomM: 0.55 }, drawCoin),
    glint: paint({ leftM: -0.4, topM: -0.4, rightM: 0.4, bottomM: 0.4 }, drawGlint),
    ring: paint({ leftM: -1.4, topM: -0.9, rightM: 1.4, bottomM: 0.9 }, drawRing),
    chevron: paint({ leftM: -0.4, topM: -0.4, rightM: 0.4, bottomM: 0.4 }, drawChevron),
    marker: paint({ leftM: -1, topM: -0.7, rightM: 1, bottomM: 0.7 }, drawMarker),
    fenceAcross: paint({ leftM: 0, topM: -1.7, rightM: 4, bottomM: 0.3 }, drawFenceAcross, {
      pxPerM: 32,
      isTile: true,
    }),
    fenceAlong: paint({ leftM: -0.5, topM: 0, rightM: 0.5, bottomM: 4 }, drawFenceAlong, { pxPerM: 32, isTile: true }),
    pill: paint({ leftM: -pillHalfPx, topM: -pillHalfPx, rightM: pillHalfPx, bottomM: pillHalfPx }, drawPill, {
      pxPerM: 2,
    }),
  }
}

/** Labels live on the screen, not in the world: their art is in pixels, not metres. */
export const pillHalfPx = 10

function drawCoin(context: CanvasRenderingContext2D): void {
  const face = context.createLinearGradient(-0.3, -0.45, 0.3, 0.45)
  face.addColorStop(0, gold.light)
  face.addColorStop(0.45, gold.middle)
  face.addColorStop(1, gold.dark)
  ellipse(context, { rx: 0.46 })
  context.fillStyle = face
  context.fill()
  context.lineWidth = 0.09
  context.strokeStyle = gold.rim
  context.stroke()
  ellipse(context, { rx: 0.31 })
  context.lineWidth = 0.05
  context.strokeStyle = 'rgb(134 89 15 / 0.6)'
  context.stroke()
  drawStar(context, { points: 5, outer: 0.22, inner: 0.1 })
  context.fillStyle = 'rgb(134 89 15 / 0.75)'
  context.fill()
}

function drawGlint(context: CanvasRenderingContext2D): void {
  drawStar(context, { points: 4, outer: 0.38, inner: 0.07 })
  context.fillStyle = '#ffffff'
  context.fill()
}

function drawStar(
  context: CanvasRenderingContext2D,
  star: { readonly points: number; readonly outer: number; readonly inner: number },
): void {
  context.beginPath()
  for (let i = 0; i < star.points * 2; i++) {
    const radius = i % 2 === 0 ? star.outer : star.inner
    const turn = (i / (star.points * 2)) * Math.PI * 2 - Math.PI / 2
    context.lineTo(Math.cos(turn) * radius, Math.sin(turn) * radius)
  }
  context.closePath()
}

function drawRing(context: CanvasRenderingContext2D): void {
  ellipse(context, { rx: 1.2, ry: 0.72 })
  context.fillStyle = 'rgb(255 255 255 / 0.14)'
  context.fill()
  context.lineWidth = 0.2
  context.strokeStyle = 'rgb(24 38 22 / 0.45)'
  context.stroke()
  context.lineWidth = 0.11
  context.strokeStyle = '#fff6cf'
  context.stroke()
}

function drawChevron(context: CanvasRenderingContext2D): void {
  context.beginPath()
  context.moveTo(0.3, 0)
  context.lineTo(-0.2, -0.27)
  context.lineTo(-0.06, 0)
  context.lineTo(-0.2, 0.27)
  context.closePath()
  context.lineJoin = 'round'
  context.lineWidth = 0.1
  context.strokeStyle = 'rgb(24 38 22 / 0.5)'
  context.stroke()
  context.fillStyle = '#fff6cf'
  context.fill()
}

function drawMarker(context: CanvasRenderingContext2D): void {
  context.lineWidth = 0.2
  context.strokeStyle = 'rgb(24 38 22 / 0.5)'
  ellipse(context, { rx: 0.8, ry: 0.5 })
  context.stroke()
  context.lineWidth = 0.11
  context.strokeStyle = '#ffffff'
  context.stroke()
  context.fillStyle = '#ffffff'
  ellipse(context, { rx: 0.2, ry: 0.13 })
  context.fill()
}

function drawFenceAcross(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#4a3522'
  context.fillRect(0, -1.12, 4, 0.3)
  context.fillRect(0, -0.56, 4, 0.3)
  context.fillStyle = '#b98d58'
  context.fillRect(0, -1.1, 4, 0.2)
  context.fillRect(0, -0.54, 4, 0.2)
  for (const x of [1, 3]) {
    context.fillStyle = '#4a3522'
    context.fillRect(x - 0.24, -1.6, 0.48, 1.75)
    context.fillStyle = '#d2a86f'
    context.fillRect(x - 0.16, -1.52, 0.32, 1.6)
  }
}

function drawFenceAlong(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#4a3522'
  context.fillRect(-0.17, 0, 0.34, 4)
  context.fillStyle = '#b98d58'
  context.fillRect(-0.1, 0, 0.2, 4)
  for (const y of [1, 3]) {
    context.fillStyle = '#4a3522'
    context.fillRect(-0.3, y - 0.4, 0.6, 0.8)
    context.fillStyle = '#d2a86f'
    context.fillRect(-0.22, y - 0.32, 0.44, 0.6)
  }
}

function drawPill(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#ffffff'
  ellipse(context, { rx: pillHalfPx })
  context.fill()
}
