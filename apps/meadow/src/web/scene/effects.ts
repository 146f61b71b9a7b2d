import { Container, Sprite } from 'pixi.js'
import type { ThingArt } from './art/thing-art.ts'
import type { Moment } from './body-sprite.ts'
import type { Camera, Point, Spot } from './camera.ts'
import { Label } from './label.ts'

const floatS = 1.1
const floatRisePx = 64
/** More at once would only cover each other. */
const floatsMax = 12

interface Float {
  readonly label: Label
  readonly spot: Readonly<Spot>
  ageS: number
}

/** What is only for the eye: the marker of where one walks, and numbers that rise from a picked coin. */
export class Effects {
  /** In the world, under everybody. */
  readonly groundLayer = new Container()
  /** On the screen, above everything. */
  readonly screenLayer = new Container()
  readonly #things: ThingArt
  readonly #marker: Sprite
  readonly #floats: Float[] = []
  readonly #point: Point = { x: 0, y: 0 }

  constructor(things: ThingArt) {
    this.#things = things
    this.#marker = new Sprite(things.marker)
    this.#marker.visible = false
    this.groundLayer.addChild(this.#marker)
  }

  /** Null hides it. */
  mark(spot: Readonly<Spot> | null): void {
    this.#marker.visible = spot !== null
    if (spot !== null) this.#marker.position.set(spot.xM, spot.zM)
  }

  float(message: string, spot: Readonly<Spot>): void {
    if (this.#floats.length >= floatsMax) return
    const label = new Label(this.#things, { sizePx: 15, colour: 0xffd45e, pillAlpha: 0.9 })
    label.text = message
    this.screenLayer.addChild(label.root)
    this.#floats.push({ label, spot: { ...spot }, ageS: 0 })
  }

  draw(camera: Camera, moment: Readonly<Moment>): void {
    this.#marker.scale.set(0.9 + Math.sin(moment.nowS * 6) * 0.12)
    for (const float of this.#floats) this.#drawFloat(float, camera, moment)
    while (this.#floats[0] !== undefined && this.#floats[0].ageS > floatS)
      this.#floats.shift()?.label.root.destroy({ children: true })
  }

  #drawFloat(float: Float, camera: Camera, moment: Readonly<Moment>): void {
    float.ageS += moment.elapsedS
    const part = Math.min(1, float.ageS / floatS)
    camera.toScreen(float.spot.xM, float.spot.zM - 1.2, this.#point)
    float.label.root.position.set(this.#point.x, this.#point.y - floatRisePx * (1 - (1 - part) ** 2))
    float.label.root.alpha = part < 0.6 ? 1 : (1 - part) / 0.4
  }
}
