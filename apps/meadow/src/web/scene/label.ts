import { BitmapFont, BitmapText, Container, NineSliceSprite } from 'pixi.js'
import { pillHalfPx, type ThingArt } from './art/thing-art.ts'

const labelFontName = 'meadow'
const fontPx = 13
/** Letters are kept at twice their size and shrunk: sharp on dense screens too. */
const fontScale = 2
const padPx = 8

let isInstalled = false

/** Before the first label. Letters beyond these are added to the font when a name needs them. */
export function installLabelFont(): void {
  // Fonts belong to the page, not to a scene: one that is opened again finds it there.
  if (isInstalled) return
  isInstalled = true
  BitmapFont.install({
    name: labelFontName,
    style: {
      fontFamily: 'system-ui, "Segoe UI", Roboto, sans-serif',
      fontSize: fontPx * fontScale,
      fontWeight: '600',
      fill: 0xffffff,
    },
    chars: [[' ', '~']],
  })
}

export interface LabelStyle {
  readonly sizePx: number
  readonly colour: number
  /** Opacity of the dark pill behind the text; 0 is none. */
  readonly pillAlpha: number
}

/** A name on the screen: pixels, the same size at every zoom. Placed by the middle of its lower edge. */
export class Label {
  readonly root = new Container()
  readonly #text: BitmapText
  readonly #pill: NineSliceSprite | null

  constructor(art: ThingArt, style: LabelStyle) {
    this.#pill = style.pillAlpha > 0 ? createPill(art, style.pillAlpha) : null
    this.#text = new BitmapText({ text: '', style: { fontFamily: labelFontName, fontSize: style.sizePx } })
    this.#text.tint = style.colour
    this.#text.anchor.set(0.5, 0.5)
    this.#text.y = -pillHalfPx
    if (this.#pill !== null) this.root.addChild(this.#pill)
    this.root.addChild(this.#text)
  }

  set text(text: string) {
    if (this.#text.text === text) return
    this.#text.text = text
    if (this.#pill === null) return
    this.#pill.width = this.#text.width + padPx * 2
    this.#pill.x = -this.#pill.width / 2
  }

  set tint(colour: number) {
    this.#text.tint = colour
  }
}

function createPill(art: ThingArt, alpha: number): NineSliceSprite {
  const pill = new NineSliceSprite({
    texture: art.pill,
    leftWidth: pillHalfPx - 1,
    rightWidth: pillHalfPx - 1,
    topHeight: pillHalfPx - 1,
    bottomHeight: pillHalfPx - 1,
  })
  pill.anchor.set(0, 0)
  pill.height = pillHalfPx * 2
  pill.y = -pillHalfPx * 2
  pill.tint = 0x101a14
  pill.alpha = alpha
  return pill
}
