import { createClient, type EntityView, type WorldClient } from '@worldkeep/client'
import { Appearance, createGame, kinds, type Walk } from '../game/index.ts'

export type MeadowClient = WorldClient<typeof Walk>

export function createMeadowClient(options: { readonly name: string; readonly storageKey: string }): MeadowClient {
  return createClient({ game: createGame(), ...options })
}

/** Players in view besides oneself. */
export function countOthers(client: MeadowClient): number {
  const ownHandle = client.self()?.handle
  let others = 0
  for (const entity of client.entities()) {
    if (entity.handle !== ownHandle && isPlayer(client, entity)) others++
  }
  return others
}

export function isPlayer(client: MeadowClient, entity: EntityView): boolean {
  return client.get(entity, Appearance)?.kind === kinds.player
}
