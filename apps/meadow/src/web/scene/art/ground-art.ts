import type { Texture } from 'pixi.js'
import { type Box, ellipse, paint, seededNumbers } from './paint.ts'

/** Sizes share no small multiple, so that tile and patches together repeat only far apart. */
export const grassTileM = 32
export const patchTileM = 148

const petals = ['#fdfbf2', '#fff0a8', '#f6c9dc', '#cfd6ff'] as const

const square = (sizeM: number): Box => ({ leftM: 0, topM: 0, rightM: sizeM, bottomM: sizeM })

/** Blades, tufts and flowers, so that one sees oneself move. */
export function paintGrass(): Texture {
  const place = seededNumbers(7)
  return paint(
    square(grassTileM),
    (context) => {
      context.fillStyle = '#86bf60'
      context.fillRect(0, 0, grassTileM, grassTileM)
      scatter(context, { sizeM: grassTileM, count: 130, reachM: 2.6, random: place }, (random) => {
        context.fillStyle = random() < 0.5 ? 'rgb(60 116 44 / 0.10)' : 'rgb(214 232 130 / 0.12)'
        ellipse(context, { rx: 0.7 + random() * 1.8, ry: 0.4 + random() * 0.9 })
        context.fill()
      })
      scatter(context, { sizeM: grassTileM, count: 620, reachM: 0.5, random: place }, (random) =>
        drawTuft(context, random),
      )
      scatter(context, { sizeM: grassTileM, count: 46, reachM: 0.3, random: place }, (random) =>
        drawFlower(context, random),
      )
    },
    { pxPerM: 32, isTile: true },
  )
}

/** Large soft lights and shades, to be multiplied with the grass: opaque, because faint alphas show as stripes. */
export function paintPatches(): Texture {
  const place = seededNumbers(23)
  return paint(
    square(patchTileM),
    (context) => {
      context.fillStyle = '#f3f4ea'
      context.fillRect(0, 0, patchTileM, patchTileM)
      scatter(context, { sizeM: patchTileM, count: 46, reachM: 27, random: place }, (random) => {
        const radiusM = 9 + random() * 17
        const glow = context.createRadialGradient(0, 0, 0, 0, 0, radiusM)
        const colour = random() < 0.55 ? '150 186 150' : '255 250 196'
        glow.addColorStop(0, `rgb(${colour} / 0.5)`)
        glow.addColorStop(1, `rgb(${colour} / 0)`)
        context.fillStyle = glow
        ellipse(context, { rx: radiusM })
        context.fill()
      })
    },
    { pxPerM: 512 / patchTileM, isTile: true },
  )
}

function drawTuft(context: CanvasRenderingContext2D, random: () => number): void {
  context.strokeStyle = random() < 0.6 ? 'rgb(58 112 44 / 0.55)' : 'rgb(190 216 118 / 0.6)'
  context.lineWidth = 0.06
  context.lineCap = 'round'
  for (let blade = -1; blade <= 1; blade++) {
    context.beginPath()
    context.moveTo(blade * 0.07, 0)
    context.quadraticCurveTo(blade * 0.1, -0.16, blade * 0.2 + (random() - 0.5) * 0.1, -0.26 - random() * 0.14)
    context.stroke()
  }
}

function drawFlower(context: CanvasRenderingContext2D, random: () => number): void {
  context.fillStyle = petals[Math.floor(random() * petals.length)] ?? petals[0]
  for (let petal = 0; petal < 5; petal++) {
    const turn = (petal / 5) * Math.PI * 2
    ellipse(context, { x: Math.cos(turn) * 0.1, y: Math.sin(turn) * 0.1, rx: 0.075 })
    context.fill()
  }
  context.fillStyle = '#e6a92c'
  ellipse(context, { rx: 0.06 })
  context.fill()
}

interface Field {
  readonly sizeM: number
  readonly count: number
  /** How far a drawing reaches from its middle. */
  readonly reachM: number
  readonly random: () => number
}

/** Strews drawings over a tile; what crosses an edge is drawn again beyond it, so that tiles meet without a seam. */
function scatter(context: CanvasRenderingContext2D, field: Field, draw: (random: () => number) => void): void {
  const { sizeM, count, random } = field
  for (let i = 0; i < count; i++) {
    const xM = random() * sizeM
    const yM = random() * sizeM
    const seed = random() * 0x1_0000_0000
    for (const x of copiesOf(xM, field)) {
      for (const y of copiesOf(yM, field)) {
        context.save()
        context.translate(x, y)
        // Every copy starts from one seed: the halves of a drawing have to match.
        draw(seededNumbers(seed))
        context.restore()
      }
    }
  }
}

function copiesOf(at: number, field: Field): readonly number[] {
  if (at < field.reachM) return [at, at + field.sizeM]
  if (at > field.sizeM - field.reachM) return [at - field.sizeM, at]
  return [at]
}
