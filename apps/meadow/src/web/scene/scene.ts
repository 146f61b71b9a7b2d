// Opens the WebGL canvas and owns what is on it. Everything shown comes from the client on every frame; the scene keeps
// no state of the world. It never sends anything.

// Compiles nothing at run time, so that a page policy without 'unsafe-eval' is enough.
import 'pixi.js/unsafe-eval'
import { Application, Container } from 'pixi.js'
import type { MeadowClient } from '../meadow-client.ts'
import { paintCreatures } from './art/creature-art.ts'
import { paintThings } from './art/thing-art.ts'
import { Bodies } from './bodies.ts'
import type { Moment } from './body-sprite.ts'
import { createBorder } from './border.ts'
import { Camera } from './camera.ts'
import { Effects } from './effects.ts'
import { Grid } from './grid.ts'
import { createGround } from './ground.ts'
import { installLabelFont } from './label.ts'

/** Beyond two device pixels per CSS pixel nothing gets prettier, only slower. */
const pixelRatioMax = 2
const beyondTheWorld = 0x2b4a2c

export interface Scene {
  readonly camera: Camera
  readonly effects: Effects
  readonly canvas: HTMLCanvasElement
  toggleGrid(): void
  /** Calls back before every frame. */
  onFrame(listener: (moment: Readonly<Moment>) => void): void
  /** Whether the world is on the screen: its size is known from the first join on. */
  isBuilt(): boolean
  close(): void
}

export async function openScene(host: HTMLElement, client: MeadowClient): Promise<Scene> {
  const app = new Application()
  const resolution = pixelRatio()
  await app.init({ preference: 'webgl', background: beyondTheWorld, antialias: false, autoDensity: true, resolution })
  host.append(app.canvas)
  installLabelFont()

  const camera = new Camera()
  const art = { creatures: paintCreatures(), things: paintThings() }
  const effects = new Effects(art.things)
  const bodies = new Bodies(client, art)
  const land = new Container()
  const fence = new Container()
  const world = new Container()
  world.addChild(land, effects.groundLayer, bodies.groundLayer, bodies.bodyLayer, fence)
  app.stage.addChild(world, bodies.labelLayer, effects.screenLayer)

  let grid: Grid | null = null
  const build = (sizeM: number) => {
    const border = createBorder(sizeM, art.things)
    grid = new Grid(sizeM)
    land.addChild(createGround(sizeM), border.behind, grid.root)
    fence.addChild(border.before)
  }

  const moment: Moment = { nowS: 0, elapsedS: 0 }
  const listeners: ((moment: Readonly<Moment>) => void)[] = []
  app.ticker.add((ticker) => {
    moment.nowS = ticker.lastTime / 1000
    moment.elapsedS = ticker.deltaMS / 1000
    if (grid === null && client.zoneSizeM > 0) build(client.zoneSizeM)
    for (const listener of listeners) listener(moment)
    camera.step(moment.elapsedS)
    world.scale.set(camera.pxPerM)
    world.position.set(camera.widthPx / 2 - camera.xM * camera.pxPerM, camera.heightPx / 2 - camera.zM * camera.pxPerM)
    grid?.draw(camera)
    bodies.draw(camera, moment)
    effects.draw(camera, moment)
  })
  const stopWatching = watchSize(host, (widthPx, heightPx) => {
    app.renderer.resize(widthPx, heightPx, pixelRatio())
    camera.resize(widthPx, heightPx)
  })

  return {
    camera,
    effects,
    canvas: app.canvas,
    toggleGrid: () => grid?.toggle(),
    onFrame: (listener) => void listeners.push(listener),
    isBuilt: () => grid !== null,
    close: () => {
      stopWatching()
      app.destroy({ removeView: true }, { children: true, texture: true })
    },
  }
}

function pixelRatio(): number {
  return Math.min(pixelRatioMax, window.devicePixelRatio || 1)
}

/** Reports the size at once, and on every change of it; a move to a denser screen is a resize as well. */
function watchSize(host: HTMLElement, report: (widthPx: number, heightPx: number) => void): () => void {
  const measure = () => report(Math.max(1, host.clientWidth), Math.max(1, host.clientHeight))
  const observer = new ResizeObserver(measure)
  observer.observe(host)
  window.addEventListener('resize', measure)
  measure()
  return () => {
    observer.disconnect()
    window.removeEventListener('resize', measure)
  }
}
