import type { Game } from '@worldkeep/world'
import type { GameModule } from './thread-data.ts'

/** The game module cannot be used; the message says what to change. */
export class GameUnusable extends Error {
  override readonly name = 'GameUnusable'
}

/** Imports a game module and creates its game. */
export async function loadGame(module: GameModule): Promise<Game> {
  let loaded: { readonly createGame?: unknown }
  try {
    loaded = (await import(module.url)) as { readonly createGame?: unknown }
  } catch (error) {
    throw new GameUnusable(`The game ${module.url} cannot be loaded: ${messageOf(error)}`, { cause: error })
  }
  if (typeof loaded.createGame !== 'function') {
    throw new GameUnusable(
      `The game ${module.url} must export a function createGame(options) that returns defineGame(...).`,
    )
  }
  try {
    return (loaded.createGame as (options: unknown) => Game)(module.options)
  } catch (error) {
    throw new GameUnusable(`The game ${module.url} is not well defined: ${messageOf(error)}`, { cause: error })
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
