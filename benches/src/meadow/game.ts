import { createGame as createMeadow, type MeadowOptions, type Walk } from '@worldkeep/meadow'
import type { Game } from '@worldkeep/world'

/** The demo world, with players born all over it instead of in the middle. What travels is declared just the same. */
export function createGame(options: Partial<MeadowOptions>): Game<typeof Walk> {
  const game = createMeadow(options)
  return {
    ...game,
    player: {
      ...game.player,
      birthplace: (world) => {
        const zone = requireZone(world.zones[0])
        const widthM = Math.floor(zone.sizeCm / 100)
        return { zone: zone.name, xM: zone.random.below(widthM), zM: zone.random.below(widthM) }
      },
    },
  }
}

function requireZone<Z>(zone: Z | undefined): Z {
  if (zone === undefined) throw new Error('the world has no zone')
  return zone
}
