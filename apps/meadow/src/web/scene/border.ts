import { Container, Graphics, TilingSprite } from 'pixi.js'
import type { ThingArt } from './art/thing-art.ts'

/** The land fades over this far beyond the fence; further out is the colour of the empty page. */
const shadeM = 6

/** The fence around the world. The far side stands behind everybody, the near side before. */
export function createBorder(sizeM: number, art: ThingArt): { readonly behind: Container; readonly before: Container } {
  const behind = new Container()
  const before = new Container()
  behind.addChild(createShade(sizeM))
  for (const xM of [0, sizeM]) {
    const fence = new TilingSprite({ texture: art.fenceAlong, width: art.fenceAlong.width, height: sizeM })
    fence.anchor.set(0.5, 0)
    fence.x = xM
    behind.addChild(fence)
  }
  behind.addChild(createFenceAcross(sizeM, 0, art))
  before.addChild(createFenceAcross(sizeM, sizeM, art))
  return { behind, before }
}

function createFenceAcross(sizeM: number, zM: number, art: ThingArt): TilingSprite {
  const texture = art.fenceAcross
  const fence = new TilingSprite({ texture, width: sizeM, height: texture.height })
  fence.anchor.set(0, texture.defaultAnchor?.y ?? 1)
  fence.y = zM
  return fence
}

function createShade(sizeM: number): Graphics {
  const shade = new Graphics()
  const steps = 6
  for (let step = steps; step > 0; step--) {
    const reachM = (shadeM * step) / steps
    shade
      .rect(-reachM, -reachM, sizeM + reachM * 2, reachM)
      .rect(-reachM, sizeM, sizeM + reachM * 2, reachM)
      .rect(-reachM, 0, reachM, sizeM)
      .rect(sizeM, 0, reachM, sizeM)
      .fill({ color: 0x4c7a3f, alpha: 0.16 })
  }
  return shade
}
