import { ImageSource, Texture } from 'pixi.js'

/** Sharp at the nearest zoom on an ordinary screen; mipmaps serve the far ones. */
const artPxPerM = 64

/** What a picture covers, metres, around the point by which it is placed. */
export interface Box {
  readonly leftM: number
  readonly topM: number
  readonly rightM: number
  readonly bottomM: number
}

export type Draw = (context: CanvasRenderingContext2D) => void

/**
 * A texture drawn in metres. Its resolution is pixels per metre, so everything made of it measures metres too, and no
 * sprite needs a scale of its own.
 */
export function paint(
  box: Box,
  draw: Draw,
  options: { readonly pxPerM?: number; readonly isTile?: boolean } = {},
): Texture {
  const { pxPerM = artPxPerM, isTile = false } = options
  const widthM = box.rightM - box.leftM
  const heightM = box.bottomM - box.topM
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(widthM * pxPerM)
  canvas.height = Math.ceil(heightM * pxPerM)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('paint: this browser gives no 2D canvas')
  context.scale(pxPerM, pxPerM)
  context.translate(-box.leftM, -box.topM)
  draw(context)
  const source = new ImageSource({
    resource: canvas,
    resolution: pxPerM,
    autoGenerateMipmaps: true,
    scaleMode: 'linear',
    // Between two mipmaps the sharper one: what fills the screen should cost four lookups a pixel, not eight.
    mipmapFilter: isTile ? 'nearest' : 'linear',
    addressMode: isTile ? 'repeat' : 'clamp-to-edge',
  })
  return new Texture({ source, defaultAnchor: { x: -box.leftM / widthM, y: -box.topM / heightM } })
}

export function ellipse(
  context: CanvasRenderingContext2D,
  shape: { readonly x?: number; readonly y?: number; readonly rx: number; readonly ry?: number },
): void {
  context.beginPath()
  context.ellipse(shape.x ?? 0, shape.y ?? 0, shape.rx, shape.ry ?? shape.rx, 0, 0, Math.PI * 2)
}

/** Numbers that look random and are the same for everybody: 0 … 1. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 0x1_0000_0000
  }
}
