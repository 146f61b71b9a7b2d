import { Color, type Container, Sprite, type Texture } from 'pixi.js'
import type { Label } from './label.ts'

/** What an entity looks like: from its components, so it changes rarely. */
export interface Look {
  readonly hue: number
  readonly name: string
  /** Coins: what it is worth. */
  readonly value: number
  readonly isOwn: boolean
  /** 0 … 1, the same for an entity on every screen: so that not all blink and shine at once. */
  readonly phase: number
}

/** Where an entity is on this frame, and how it moves. */
export interface Pose {
  xM: number
  zM: number
  xMps: number
  zMps: number
}

export interface Moment {
  nowS: number
  elapsedS: number
}

/**
 * One entity on the screen, in up to three layers: flat on the ground under everybody, standing among the others, and
 * its name above them all. Sprites are pooled: `dress` makes one somebody else's.
 */
export interface BodySprite {
  readonly ground: Container
  readonly body: Container
  readonly label: Label | null
  /** Above the feet, metres: where the label goes. */
  readonly heightM: number
  dress(look: Look): void
  pose(pose: Readonly<Pose>, moment: Readonly<Moment>): void
}

/** A sprite that measures what its texture says, placed by its anchor. */
export function spriteAt(texture: Texture, x: number, y: number): Sprite {
  const sprite = new Sprite(texture)
  sprite.position.set(x, y)
  return sprite
}

/** The game's hues go round in 256 steps. Lightness keeps every one of them readable on grass. */
export function colourOf(hue: number, saturation: number, lightness: number): number {
  return new Color({ h: (hue / 256) * 360, s: saturation, l: lightness }).toNumber()
}

export function isMoving(pose: Readonly<Pose>): boolean {
  return Math.abs(pose.xMps) > 0.05 || Math.abs(pose.zMps) > 0.05
}
