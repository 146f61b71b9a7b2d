import { defineGame, type Game, type World, type Zone } from '@worldkeep/world'
import { Appearance, Coin, kinds, Name, Purse, Wander } from './components.ts'
import { dropCoin, Gather } from './gather.ts'
import { Walk } from './walk.ts'
import { spawnWanderers, wander } from './wander.ts'

export { Appearance, Coin, kinds, Name, Purse } from './components.ts'
export { Gather, gatherRadiusCm } from './gather.ts'
export { playerSpeedCmPerS, Walk } from './walk.ts'
export { turnBackAtBorder } from './wander.ts'

export interface MeadowOptions {
  /** Width of the world, metres. */
  readonly sizeM: number
  readonly wanderers: number
  readonly coins: number
  /** Part of them that lives within a village of `villageM` metres in the middle, where players appear: 0 … 1. */
  readonly villageShare: number
  readonly villageM: number
  readonly playersMax: number
}

export const meadowDefaults: MeadowOptions = {
  sizeM: 2048,
  wanderers: 300,
  coins: 500,
  villageShare: 0.4,
  villageM: 240,
  playersMax: 1000,
}

/** The demo world: wanderers, coins, and a village in the middle. */
export function createGame(overrides: Partial<MeadowOptions> = {}): Game<typeof Walk> {
  const options = { ...meadowDefaults, ...overrides }
  return defineGame({
    name: 'meadow',
    entitiesMax: options.wanderers + options.coins * 2 + options.playersMax,
    zones: [{ name: 'meadow', sizeM: options.sizeM, cellM: 64 }],
    components: [Appearance, Name, Coin, Purse, Wander],
    input: Walk,
    commands: [Gather],
    systems: [wander],
    player: {
      birthplace: (world) => {
        const zone = meadow(world)
        const middleM = Math.floor(options.sizeM / 2)
        return {
          zone: zone.name,
          xM: middleM + zone.random.between(-12, 12),
          zM: middleM + zone.random.between(-12, 12),
        }
      },
      join: (world, slot, player) => {
        world.table(Appearance).add(slot, { kind: kinds.player, hue: hueOf(player.playerId) })
        world.table(Name).add(slot, { text: player.name })
        world.table(Purse).add(slot)
      },
      rename: (world, slot, name) => world.table(Name).columns.text.set(slot, name),
    },
    start: (world) => populate(world, options),
  })
}

function populate(world: World, options: MeadowOptions): void {
  const zone = meadow(world)
  const villageCm = Math.min(options.villageM * 100, zone.sizeCm)
  const villagers = Math.round(options.wanderers * options.villageShare)
  spawnWanderers(world, zone, { count: villagers, spreadCm: villageCm })
  spawnWanderers(world, zone, { count: options.wanderers - villagers, spreadCm: zone.sizeCm })
  const villageCoins = Math.round(options.coins * options.villageShare)
  for (let i = 0; i < options.coins; i++) {
    const spreadCm = i < villageCoins ? villageCm : zone.sizeCm
    const corner = Math.floor((zone.sizeCm - spreadCm) / 2)
    dropCoin(world, zone, { xCm: corner + zone.random.below(spreadCm), zCm: corner + zone.random.below(spreadCm) })
  }
}

function meadow(world: World): Zone {
  return world.zones[0] as Zone
}

/** A colour that stays with a player. */
function hueOf(playerId: string): number {
  let hue = 0
  for (let i = 0; i < playerId.length; i++) hue = (hue * 31 + playerId.charCodeAt(i)) & 0xff
  return hue
}
