import { Container, Sprite } from 'pixi.js'
import type { CreatureArt } from './art/creature-art.ts'
import type { ThingArt } from './art/thing-art.ts'
import { type BodySprite, colourOf, isMoving, type Look, type Moment, type Pose, spriteAt } from './body-sprite.ts'
import { Label } from './label.ts'

const stepsPerS = 2.4
const hopM = 0.2
const blinkEveryS = 3.7
const blinkS = 0.14
/** Turning around takes about this long. */
const turnS = 0.09

/** A round fellow with a sprout: eyes look where it goes. */
export class PlayerSprite implements BodySprite {
  readonly ground = new Container()
  readonly body = new Container()
  readonly label: Label
  readonly heightM = 2.5
  readonly #art: CreatureArt
  readonly #ring: Sprite
  readonly #chevron: Sprite
  readonly #feet: readonly [Sprite, Sprite]
  readonly #upper = new Container()
  readonly #skin: Sprite
  readonly #eyes: Sprite
  readonly #sprout: Sprite
  #phase = 0
  /** Direction of the face, radians: 0 is right, a quarter turn is towards the viewer. */
  #facing = Math.PI / 2

  constructor(art: CreatureArt, things: ThingArt) {
    this.#art = art
    this.#ring = new Sprite(things.ring)
    this.#chevron = new Sprite(things.chevron)
    this.#chevron.scale.set(1.35)
    this.ground.addChild(spriteAt(art.shadow, 0, 0), this.#ring, this.#chevron)
    this.#feet = [spriteAt(art.playerFoot, -0.34, -0.05), spriteAt(art.playerFoot, 0.34, -0.05)]
    this.#skin = new Sprite(art.playerBody)
    this.#eyes = new Sprite(art.eyesOpen)
    this.#sprout = spriteAt(art.playerSprout, 0, -1.84)
    this.#upper.addChild(this.#sprout, this.#skin, this.#eyes)
    this.body.addChild(...this.#feet, this.#upper)
    this.label = new Label(things, { sizePx: 13, colour: 0xffffff, pillAlpha: 0.72 })
  }

  dress(look: Look): void {
    this.#phase = look.phase
    this.#skin.tint = colourOf(look.hue, 72, 64)
    this.#ring.visible = look.isOwn
    this.#chevron.visible = look.isOwn
    this.label.text = look.name
    this.label.tint = look.isOwn ? 0xffe9a8 : 0xffffff
  }

  pose(pose: Readonly<Pose>, moment: Readonly<Moment>): void {
    const { nowS, elapsedS } = moment
    const stride = isMoving(pose) ? Math.sin((nowS + this.#phase) * stepsPerS * Math.PI) : 0
    if (isMoving(pose)) this.#turnTo(Math.atan2(pose.zMps, pose.xMps), elapsedS)
    this.#upper.y = -Math.abs(stride) * hopM - 0.06
    this.#upper.rotation = stride * 0.06
    this.#upper.scale.y = 1 + Math.sin((nowS + this.#phase * 7) * 2.2) * 0.015
    this.#feet[0].y = -0.05 - Math.max(0, stride) * 0.22
    this.#feet[1].y = -0.05 - Math.max(0, -stride) * 0.22
    this.#lookAhead(nowS)
  }

  #turnTo(direction: number, elapsedS: number): void {
    const turn = Math.atan2(Math.sin(direction - this.#facing), Math.cos(direction - this.#facing))
    this.#facing += turn * (1 - Math.exp(-elapsedS / turnS))
  }

  #lookAhead(nowS: number): void {
    const across = Math.cos(this.#facing)
    const towards = Math.sin(this.#facing)
    const isBlinking = (nowS + this.#phase * blinkEveryS) % blinkEveryS < blinkS
    this.#eyes.texture = isBlinking ? this.#art.eyesShut : this.#art.eyesOpen
    this.#eyes.visible = towards > -0.7
    this.#eyes.position.set(across * 0.34, -1.14 + towards * 0.16)
    this.#eyes.scale.x = 1 - Math.abs(across) * 0.28
    this.#sprout.rotation = across * 0.12
    this.#chevron.rotation = this.#facing
    this.#chevron.position.set(across * 1.75, towards * 1.15)
  }
}
