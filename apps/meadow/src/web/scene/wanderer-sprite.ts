import { Container, Sprite } from 'pixi.js'
import type { CreatureArt } from './art/creature-art.ts'
import type { ThingArt } from './art/thing-art.ts'
import { type BodySprite, colourOf, isMoving, type Look, type Moment, type Pose, spriteAt } from './body-sprite.ts'
import { Label } from './label.ts'

const stepsPerS = 2.1
/** How far the head goes down to graze, metres, and how long that takes. */
const grazeM = 0.42
const grazeS = 0.35

/** A sheep, seen from the side; it grazes when it stands. */
export class WandererSprite implements BodySprite {
  readonly ground = new Container()
  readonly body = new Container()
  readonly label: Label
  readonly heightM = 1.85
  readonly #whole = new Container()
  readonly #wool: Sprite
  readonly #head: Sprite
  readonly #legs: readonly Sprite[]
  #phase = 0
  #graze = 0

  constructor(art: CreatureArt, things: ThingArt) {
    this.ground.addChild(spriteAt(art.shadow, 0, 0))
    this.#legs = [-0.5, -0.22, 0.26, 0.52].map((x) => spriteAt(art.sheepLeg, x, -0.5))
    this.#wool = new Sprite(art.wool)
    this.#head = spriteAt(art.sheepHead, 0.84, -1.1)
    this.#whole.addChild(...this.#legs, this.#wool, this.#head)
    this.body.addChild(this.#whole)
    this.label = new Label(things, { sizePx: 11, colour: 0x16301a, pillAlpha: 0 })
  }

  dress(look: Look): void {
    this.#phase = look.phase
    this.#graze = 0
    this.#whole.scale.x = look.phase < 0.5 ? 1 : -1
    this.#wool.tint = colourOf(look.hue, 62, 86)
    this.label.text = look.name
  }

  pose(pose: Readonly<Pose>, moment: Readonly<Moment>): void {
    const { nowS, elapsedS } = moment
    const moves = isMoving(pose)
    const stride = moves ? Math.sin((nowS + this.#phase * 5) * stepsPerS * Math.PI) : 0
    if (Math.abs(pose.xMps) > 0.1) this.#whole.scale.x = pose.xMps > 0 ? 1 : -1
    this.#graze += ((moves ? 0 : 1) - this.#graze) * (1 - Math.exp(-elapsedS / grazeS))
    this.#wool.y = -Math.abs(stride) * 0.07
    for (const [index, leg] of this.#legs.entries()) leg.rotation = (index % 2 === 0 ? stride : -stride) * 0.45
    const nibble = this.#graze * Math.sin((nowS + this.#phase * 9) * 6) * 0.04
    this.#head.y = -1.1 + this.#graze * grazeM + nibble - Math.abs(stride) * 0.05
    this.#head.rotation = this.#graze * 0.5 + stride * 0.05
  }
}
