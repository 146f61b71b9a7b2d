import { Container, Sprite } from 'pixi.js'
import type { CreatureArt } from './art/creature-art.ts'
import type { ThingArt } from './art/thing-art.ts'
import { type BodySprite, type Look, type Moment, type Pose, spriteAt } from './body-sprite.ts'

const turnsPerS = 0.45
const glintEveryS = 2.6
const glintS = 0.5
const hoverM = 0.55

/** A turning gold disc. What is worth more is larger. */
export class CoinSprite implements BodySprite {
  readonly ground = new Container()
  readonly body = new Container()
  readonly label = null
  readonly heightM = 1.2
  readonly #shadow: Sprite
  readonly #disc: Sprite
  readonly #glint: Sprite
  #phase = 0

  constructor(art: CreatureArt, things: ThingArt) {
    this.#shadow = new Sprite(art.shadow)
    this.#shadow.scale.set(0.5)
    this.ground.addChild(this.#shadow)
    this.#disc = new Sprite(things.coin)
    this.#glint = spriteAt(things.glint, 0.16, -0.16)
    this.body.addChild(this.#disc, this.#glint)
  }

  dress(look: Look): void {
    this.#phase = look.phase
    this.body.scale.set(look.value > 1 ? 1.5 : 1)
  }

  pose(_pose: Readonly<Pose>, moment: Readonly<Moment>): void {
    const atS = moment.nowS + this.#phase * 20
    const turn = Math.cos(atS * turnsPerS * Math.PI * 2)
    // Never edge-on: a coin one cannot see is a coin nobody picks up.
    this.#disc.scale.x = Math.sign(turn || 1) * (0.35 + 0.65 * Math.abs(turn))
    const lift = hoverM * this.body.scale.y + Math.sin(atS * 2.4) * 0.08
    this.#disc.y = -lift
    this.#glint.y = -lift - 0.16
    const glint = (atS % glintEveryS) / glintS
    this.#glint.visible = glint < 1
    this.#glint.alpha = Math.sin(glint * Math.PI)
    this.#glint.rotation = glint
  }
}
