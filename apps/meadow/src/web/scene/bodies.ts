import type { EntityView } from '@worldkeep/client'
import { Container } from 'pixi.js'
import { Appearance, Coin, kinds, Name } from '../../game/index.ts'
import type { MeadowClient } from '../meadow-client.ts'
import type { CreatureArt } from './art/creature-art.ts'
import type { ThingArt } from './art/thing-art.ts'
import type { BodySprite, Moment, Pose } from './body-sprite.ts'
import type { Camera, Point } from './camera.ts'
import { CoinSprite } from './coin-sprite.ts'
import { PlayerSprite } from './player-sprite.ts'
import { SpritePool } from './sprite-pool.ts'
import { WandererSprite } from './wanderer-sprite.ts'

const fadeInS = 0.2
/** Beyond the edge of the screen: the largest sprite with its label. */
const marginM = 3
/** Below this zoom the names of wanderers are noise. */
const wandererNamesPxPerM = 9

interface Shown {
  readonly sprite: BodySprite
  readonly pool: SpritePool
  /** What it is dressed as; rows keep their identity until they change. */
  rows: readonly unknown[]
  ageS: number
  frame: number
}

/** Everybody in view, as sprites: a picture of `client.entities()`, brought up to date on every frame. */
export class Bodies {
  readonly groundLayer = new Container()
  readonly bodyLayer = new Container({ sortableChildren: true })
  readonly labelLayer = new Container()
  readonly #client: MeadowClient
  readonly #pools: ReadonlyMap<number, SpritePool>
  readonly #shown = new Map<number, Shown>()
  readonly #pose: Pose = { xM: 0, zM: 0, xMps: 0, zMps: 0 }
  readonly #point: Point = { x: 0, y: 0 }
  #frame = 0

  constructor(client: MeadowClient, art: { readonly creatures: CreatureArt; readonly things: ThingArt }) {
    const { creatures, things } = art
    this.#client = client
    this.#pools = new Map([
      [kinds.player, new SpritePool(() => new PlayerSprite(creatures, things))],
      [kinds.wanderer, new SpritePool(() => new WandererSprite(creatures, things))],
      [kinds.coin, new SpritePool(() => new CoinSprite(creatures, things))],
    ])
  }

  draw(camera: Camera, moment: Readonly<Moment>): void {
    this.#frame++
    for (const entity of this.#client.entities()) this.#drawEntity(entity, camera, moment)
    for (const [handle, shown] of this.#shown) if (shown.frame !== this.#frame) this.#remove(handle, shown)
  }

  #drawEntity(entity: EntityView, camera: Camera, moment: Readonly<Moment>): void {
    const shown = this.#shown.get(entity.handle) ?? this.#add(entity)
    if (shown === null) return
    shown.frame = this.#frame
    shown.ageS += moment.elapsedS
    this.#dress(entity, shown)
    this.#client.placeOf(entity, this.#pose)
    const isSeen = camera.sees(this.#pose.xM, this.#pose.zM, marginM)
    const { sprite } = shown
    sprite.ground.visible = isSeen
    sprite.body.visible = isSeen
    if (sprite.label !== null) sprite.label.root.visible = isSeen && isNamed(sprite, camera)
    if (isSeen) this.#place(entity, shown, { camera, moment })
  }

  #place(entity: EntityView, shown: Shown, at: { readonly camera: Camera; readonly moment: Readonly<Moment> }): void {
    const { sprite } = shown
    const pose = this.#pose
    const velocity = this.#client.velocityOf(entity)
    pose.xMps = velocity.xMps
    pose.zMps = velocity.zMps
    sprite.pose(pose, at.moment)
    sprite.ground.position.set(pose.xM, pose.zM)
    sprite.body.position.set(pose.xM, pose.zM)
    sprite.body.zIndex = pose.zM
    const alpha = Math.min(1, shown.ageS / fadeInS)
    sprite.ground.alpha = alpha
    sprite.body.alpha = alpha
    if (sprite.label === null || !sprite.label.root.visible) return
    at.camera.toScreen(pose.xM, pose.zM - sprite.heightM, this.#point)
    sprite.label.root.position.set(Math.round(this.#point.x), Math.round(this.#point.y))
    sprite.label.root.alpha = alpha
  }

  /** Null while nothing is known about how the entity looks. */
  #add(entity: EntityView): Shown | null {
    const appearance = this.#client.get(entity, Appearance)
    const pool = appearance === null ? undefined : this.#pools.get(appearance.kind)
    if (pool === undefined) return null
    const sprite = pool.take()
    this.groundLayer.addChild(sprite.ground)
    this.bodyLayer.addChild(sprite.body)
    if (sprite.label !== null) this.labelLayer.addChild(sprite.label.root)
    const shown: Shown = { sprite, pool, rows: [], ageS: 0, frame: this.#frame }
    this.#shown.set(entity.handle, shown)
    return shown
  }

  #dress(entity: EntityView, shown: Shown): void {
    const client = this.#client
    const appearance = client.get(entity, Appearance)
    const name = client.get(entity, Name)
    const coin = client.get(entity, Coin)
    const isOwn = client.self()?.handle === entity.handle
    const rows = [appearance, name, coin, isOwn]
    if (rows.every((row, index) => row === shown.rows[index])) return
    shown.rows = rows
    shown.sprite.dress({
      hue: appearance?.hue ?? 0,
      name: name?.text ?? '',
      value: coin?.value ?? 0,
      isOwn,
      phase: (((entity.handle * 0.61803) % 1) + 1) % 1,
    })
  }

  #remove(handle: number, shown: Shown): void {
    const { sprite, pool } = shown
    this.groundLayer.removeChild(sprite.ground)
    this.bodyLayer.removeChild(sprite.body)
    if (sprite.label !== null) this.labelLayer.removeChild(sprite.label.root)
    this.#shown.delete(handle)
    pool.giveBack(sprite)
  }
}

function isNamed(sprite: BodySprite, camera: Camera): boolean {
  return !(sprite instanceof WandererSprite) || camera.pxPerM >= wandererNamesPxPerM
}
