export interface Point {
  x: number
  y: number
}

/** What a camera follows, and where a click lands: metres. */
export interface Spot {
  xM: number
  zM: number
}

const pxPerMMin = 4
const pxPerMMax = 40
const pxPerMAtStart = 14
/** After this time two thirds of a step are done. */
const followS = 0.11
const zoomS = 0.09
/** A jump this far is not travelled: the camera is simply there. */
const snapM = 40

/** Looks straight down on the world: x to the right, z down. Screen pixels are CSS pixels. */
export class Camera {
  xM = 0
  zM = 0
  widthPx = 1
  heightPx = 1
  pxPerM = pxPerMAtStart
  #wantedPxPerM = pxPerMAtStart
  #isPlaced = false

  resize(widthPx: number, heightPx: number): void {
    this.widthPx = widthPx
    this.heightPx = heightPx
  }

  zoomBy(factor: number): void {
    this.#wantedPxPerM = Math.min(pxPerMMax, Math.max(pxPerMMin, this.#wantedPxPerM * factor))
  }

  follow(spot: Readonly<Spot>, elapsedS: number): void {
    const isFar = Math.hypot(spot.xM - this.xM, spot.zM - this.zM) > snapM
    const part = this.#isPlaced && !isFar ? 1 - Math.exp(-elapsedS / followS) : 1
    this.xM += (spot.xM - this.xM) * part
    this.zM += (spot.zM - this.zM) * part
    this.#isPlaced = true
  }

  step(elapsedS: number): void {
    this.pxPerM += (this.#wantedPxPerM - this.pxPerM) * (1 - Math.exp(-elapsedS / zoomS))
  }

  toScreen(xM: number, zM: number, point: Point): void {
    point.x = (xM - this.xM) * this.pxPerM + this.widthPx / 2
    point.y = (zM - this.zM) * this.pxPerM + this.heightPx / 2
  }

  toWorld(xPx: number, yPx: number, spot: Spot): void {
    spot.xM = (xPx - this.widthPx / 2) / this.pxPerM + this.xM
    spot.zM = (yPx - this.heightPx / 2) / this.pxPerM + this.zM
  }

  /** Whether something at this place, `marginM` large, can be on the screen. */
  sees(xM: number, zM: number, marginM: number): boolean {
    const halfWidthM = this.widthPx / 2 / this.pxPerM + marginM
    const halfHeightM = this.heightPx / 2 / this.pxPerM + marginM
    return Math.abs(xM - this.xM) < halfWidthM && Math.abs(zM - this.zM) < halfHeightM
  }
}
