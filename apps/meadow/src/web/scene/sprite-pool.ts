import type { BodySprite } from './body-sprite.ts'

/** More than this many sprites of a kind are not kept: a crowd that has left should not stay in memory. */
const idleMax = 512

/** Sprites of one kind, made on demand and used again. */
export class SpritePool {
  readonly #create: () => BodySprite
  readonly #idle: BodySprite[] = []

  constructor(create: () => BodySprite) {
    this.#create = create
  }

  take(): BodySprite {
    return this.#idle.pop() ?? this.#create()
  }

  /** The sprite must be out of every layer. */
  giveBack(sprite: BodySprite): void {
    if (this.#idle.length < idleMax) {
      this.#idle.push(sprite)
      return
    }
    sprite.ground.destroy({ children: true })
    sprite.body.destroy({ children: true })
    sprite.label?.root.destroy({ children: true })
  }
}
