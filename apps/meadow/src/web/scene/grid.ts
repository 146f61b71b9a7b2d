import { Graphics } from 'pixi.js'
import type { Camera } from './camera.ts'

/** The width of the cells the server shares its work by; shown for those who are curious. */
const cellM = 64

/** Cell borders, one pixel wide at every zoom, so they are drawn anew while they show. */
export class Grid {
  readonly root = new Graphics()
  readonly #sizeM: number

  constructor(sizeM: number) {
    this.#sizeM = sizeM
    this.root.visible = false
  }

  toggle(): void {
    this.root.visible = !this.root.visible
  }

  draw(camera: Camera): void {
    if (!this.root.visible) return
    const { root } = this
    const halfWidthM = camera.widthPx / 2 / camera.pxPerM
    const halfHeightM = camera.heightPx / 2 / camera.pxPerM
    const top = this.#clamp(camera.zM - halfHeightM)
    const bottom = this.#clamp(camera.zM + halfHeightM)
    const left = this.#clamp(camera.xM - halfWidthM)
    const right = this.#clamp(camera.xM + halfWidthM)
    root.clear()
    for (let x = Math.ceil(left / cellM) * cellM; x <= right; x += cellM) root.moveTo(x, top).lineTo(x, bottom)
    for (let z = Math.ceil(top / cellM) * cellM; z <= bottom; z += cellM) root.moveTo(left, z).lineTo(right, z)
    root.stroke({ width: 1.5 / camera.pxPerM, color: 0x17301a, alpha: 0.55 })
  }

  #clamp(atM: number): number {
    return Math.min(this.#sizeM, Math.max(0, atM))
  }
}
