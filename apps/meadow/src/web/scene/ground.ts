import { Container, Sprite, TilingSprite } from 'pixi.js'
import { paintGrass, paintPatches, paintVillageGreen } from './art/ground-art.ts'

/** Everything flat that never moves, for a square world of this width. */
export function createGround(sizeM: number): Container {
  const ground = new Container()
  for (const texture of [paintGrass(), paintPatches()]) {
    ground.addChild(new TilingSprite({ texture, width: sizeM, height: sizeM, anchor: 0 }))
  }
  const green = new Sprite(paintVillageGreen())
  green.position.set(sizeM / 2, sizeM / 2)
  ground.addChild(green)
  return ground
}
