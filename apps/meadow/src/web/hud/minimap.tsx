import { type ReactNode, useEffect, useRef } from 'react'
import { isPlayer, type MeadowClient } from '../meadow-client.ts'
import type { Spot } from '../scene/camera.ts'

const sizePx = 116
const drawEveryMs = 250

/** Top right: the whole world, oneself in it, and the players around. Drawn by itself: React has nothing to do with it. */
export function Minimap(props: { readonly client: MeadowClient }): ReactNode {
  const { client } = props
  const canvas = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    const context = canvas.current?.getContext('2d') ?? null
    if (context === null) return
    const ratio = window.devicePixelRatio || 1
    context.canvas.width = sizePx * ratio
    context.canvas.height = sizePx * ratio
    context.scale(ratio, ratio)
    const draw = () => drawMap(context, client)
    draw()
    const interval = setInterval(draw, drawEveryMs)
    return () => clearInterval(interval)
  }, [client])

  return (
    <div className="panel minimap">
      <canvas ref={canvas} role="img" aria-label="Map of the meadow, with your place on it" />
    </div>
  )
}

function drawMap(context: CanvasRenderingContext2D, client: MeadowClient): void {
  context.fillStyle = '#5f9350'
  context.fillRect(0, 0, sizePx, sizePx)
  drawVillage(context)
  const self = client.self()
  if (client.zoneSizeM === 0 || self === null) return
  const pxPerM = sizePx / client.zoneSizeM
  const spot: Spot = { xM: 0, zM: 0 }
  for (const entity of client.entities()) {
    if (entity.handle === self.handle || !isPlayer(client, entity)) continue
    client.placeOf(entity, spot)
    drawDot(context, { x: spot.xM * pxPerM, y: spot.zM * pxPerM, radiusPx: 2, colour: '#ffffff' })
  }
  client.placeOf(self, spot)
  drawDot(context, { x: inset(spot.xM * pxPerM), y: inset(spot.zM * pxPerM), radiusPx: 4, colour: '#ffd45e' })
}

/** The own dot stays whole at the border. */
function inset(atPx: number): number {
  return Math.min(sizePx - 5, Math.max(5, atPx))
}

function drawVillage(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#b9b380'
  context.beginPath()
  context.arc(sizePx / 2, sizePx / 2, sizePx * 0.058, 0, Math.PI * 2)
  context.fill()
}

function drawDot(
  context: CanvasRenderingContext2D,
  dot: { readonly x: number; readonly y: number; readonly radiusPx: number; readonly colour: string },
): void {
  context.beginPath()
  context.arc(dot.x, dot.y, dot.radiusPx, 0, Math.PI * 2)
  context.fillStyle = dot.colour
  context.fill()
  context.lineWidth = 1.5
  context.strokeStyle = '#1b2a1d'
  context.stroke()
}
