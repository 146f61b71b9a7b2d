import type { Texture } from 'pixi.js'
import { ellipse, paint } from './paint.ts'

const ink = '#2c2433'

/** Bodies and wool are painted white and tinted with the hue of their owner; the rest keeps its own colours. */
export interface CreatureArt {
  readonly playerBody: Texture
  readonly playerFoot: Texture
  readonly playerSprout: Texture
  readonly eyesOpen: Texture
  readonly eyesShut: Texture
  readonly wool: Texture
  readonly sheepHead: Texture
  readonly sheepLeg: Texture
  readonly shadow: Texture
}

export function paintCreatures(): CreatureArt {
  return {
    playerBody: paint({ leftM: -1, topM: -2.05, rightM: 1, bottomM: 0.15 }, drawPlayerBody),
    playerFoot: paint({ leftM: -0.3, topM: -0.25, rightM: 0.3, bottomM: 0.25 }, drawFoot),
    playerSprout: paint({ leftM: -0.5, topM: -0.6, rightM: 0.5, bottomM: 0.1 }, drawSprout),
    eyesOpen: paint({ leftM: -0.5, topM: -0.35, rightM: 0.5, bottomM: 0.35 }, (context) => drawEyes(context, true)),
    eyesShut: paint({ leftM: -0.5, topM: -0.35, rightM: 0.5, bottomM: 0.35 }, (context) => drawEyes(context, false)),
    wool: paint({ leftM: -1.4, topM: -1.8, rightM: 1.2, bottomM: 0 }, drawWool),
    sheepHead: paint({ leftM: -0.5, topM: -0.5, rightM: 0.5, bottomM: 0.6 }, drawSheepHead),
    sheepLeg: paint({ leftM: -0.2, topM: -0.1, rightM: 0.2, bottomM: 0.6 }, drawSheepLeg),
    shadow: paint({ leftM: -1, topM: -0.5, rightM: 1, bottomM: 0.5 }, drawShadow),
  }
}

function drawPlayerBody(context: CanvasRenderingContext2D): void {
  const light = context.createRadialGradient(-0.25, -1.35, 0.1, 0, -0.95, 1.1)
  light.addColorStop(0, '#ffffff')
  light.addColorStop(0.55, '#ededed')
  light.addColorStop(1, '#a9a9b4')
  context.beginPath()
  context.moveTo(0, -1.86)
  context.bezierCurveTo(0.62, -1.86, 0.82, -1.2, 0.82, -0.72)
  context.bezierCurveTo(0.82, -0.22, 0.5, 0, 0, 0)
  context.bezierCurveTo(-0.5, 0, -0.82, -0.22, -0.82, -0.72)
  context.bezierCurveTo(-0.82, -1.2, -0.62, -1.86, 0, -1.86)
  context.fillStyle = light
  context.fill()
  context.lineWidth = 0.11
  context.strokeStyle = ink
  context.stroke()
  context.fillStyle = 'rgb(255 255 255 / 0.55)'
  ellipse(context, { x: -0.3, y: -1.5, rx: 0.2, ry: 0.11 })
  context.fill()
}

function drawFoot(context: CanvasRenderingContext2D): void {
  context.fillStyle = ink
  ellipse(context, { rx: 0.25, ry: 0.16 })
  context.fill()
}

function drawSprout(context: CanvasRenderingContext2D): void {
  context.strokeStyle = '#2f5d2a'
  context.lineWidth = 0.08
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(0, 0.06)
  context.quadraticCurveTo(0.02, -0.12, 0, -0.24)
  context.stroke()
  context.fillStyle = '#6fc24c'
  for (const side of [-1, 1]) {
    context.beginPath()
    context.moveTo(0, -0.22)
    context.quadraticCurveTo(side * 0.12, -0.52, side * 0.42, -0.44)
    context.quadraticCurveTo(side * 0.34, -0.16, 0, -0.22)
    context.fill()
    context.lineWidth = 0.05
    context.stroke()
  }
}

function drawEyes(context: CanvasRenderingContext2D, isOpen: boolean): void {
  for (const side of [-1, 1]) {
    if (isOpen) {
      context.fillStyle = '#ffffff'
      ellipse(context, { x: side * 0.22, rx: 0.17, ry: 0.22 })
      context.fill()
      context.fillStyle = ink
      ellipse(context, { x: side * 0.22 + 0.01, y: 0.03, rx: 0.1, ry: 0.14 })
      context.fill()
      context.fillStyle = '#ffffff'
      ellipse(context, { x: side * 0.22 - 0.03, y: -0.04, rx: 0.04 })
      context.fill()
      continue
    }
    context.strokeStyle = ink
    context.lineWidth = 0.06
    context.lineCap = 'round'
    context.beginPath()
    context.arc(side * 0.22, -0.03, 0.14, Math.PI * 0.15, Math.PI * 0.85)
    context.stroke()
  }
}

function drawWool(context: CanvasRenderingContext2D): void {
  const curls: { readonly x: number; readonly y: number; readonly rx: number }[] = [{ x: -0.98, y: -0.98, rx: 0.17 }]
  const curlCount = 11
  for (let i = 0; i < curlCount; i++) {
    const turn = (i / curlCount) * Math.PI * 2
    curls.push({ x: Math.cos(turn) * 0.68, y: -0.92 + Math.sin(turn) * 0.42, rx: 0.31 })
  }
  context.fillStyle = ink
  for (const curl of curls) {
    ellipse(context, { ...curl, rx: curl.rx + 0.09 })
    context.fill()
  }
  const light = context.createLinearGradient(0, -1.7, 0, -0.2)
  light.addColorStop(0, '#ffffff')
  light.addColorStop(0.6, '#f3f1ec')
  light.addColorStop(1, '#bcb6b8')
  context.fillStyle = light
  for (const curl of curls) {
    ellipse(context, curl)
    context.fill()
  }
  ellipse(context, { y: -0.92, rx: 0.72, ry: 0.46 })
  context.fill()
  context.strokeStyle = 'rgb(90 80 100 / 0.28)'
  context.lineWidth = 0.06
  for (const [x, y] of [
    [-0.4, -1.05],
    [0.1, -1.2],
    [0.3, -0.8],
    [-0.15, -0.72],
  ] as const) {
    context.beginPath()
    context.arc(x, y, 0.18, Math.PI * 0.1, Math.PI * 0.9)
    context.stroke()
  }
}

function drawSheepHead(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#4d414b'
  context.strokeStyle = ink
  context.lineWidth = 0.07
  context.save()
  context.translate(-0.24, -0.14)
  context.rotate(0.7)
  ellipse(context, { rx: 0.2, ry: 0.1 })
  context.fill()
  context.stroke()
  context.restore()
  context.save()
  context.rotate(-0.35)
  ellipse(context, { x: 0.03, y: 0.06, rx: 0.29, ry: 0.38 })
  context.fill()
  context.stroke()
  context.restore()
  context.fillStyle = '#ffffff'
  ellipse(context, { x: 0.08, y: -0.04, rx: 0.1, ry: 0.12 })
  context.fill()
  context.fillStyle = ink
  ellipse(context, { x: 0.11, y: -0.02, rx: 0.055, ry: 0.075 })
  context.fill()
}

function drawSheepLeg(context: CanvasRenderingContext2D): void {
  context.strokeStyle = ink
  context.lineWidth = 0.2
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(0, 0)
  context.lineTo(0, 0.42)
  context.stroke()
}

function drawShadow(context: CanvasRenderingContext2D): void {
  context.scale(1, 0.5)
  const shade = context.createRadialGradient(0, 0, 0, 0, 0, 1)
  shade.addColorStop(0, 'rgb(22 38 20 / 0.5)')
  shade.addColorStop(0.55, 'rgb(22 38 20 / 0.32)')
  shade.addColorStop(1, 'rgb(22 38 20 / 0)')
  context.fillStyle = shade
  ellipse(context, { rx: 1 })
  context.fill()
}
