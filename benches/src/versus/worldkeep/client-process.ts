import { createClient, memoryStorage } from '@worldkeep/client'
import type { Game } from '@worldkeep/world'
import { watchWorldClient } from '../../check/watch-world-client.ts'
import type { JoinOptions } from '../contender.ts'
import { serveClients, type VersusClient } from '../serve-clients.ts'
import { inputHz } from '../workloads.ts'
import { createGame, type Walk } from './game.ts'

/* Worldkeep's clients: its SDK. */

let game: Game<typeof Walk> | null = null

serveClients(({ url, crowd }: JoinOptions, index: number): VersusClient => {
  game ??= createGame(crowd)
  const client = createClient({
    game,
    url,
    name: `walker ${index + 1}`,
    storage: memoryStorage(),
    ...(crowd.players !== 'still' && { inputRepeatHz: inputHz }),
  })
  const place = { xM: 0, zM: 0 }
  const bad = new Set(['reconnecting', 'refused', 'unavailable'])
  let dropped = false
  client.subscribe(() => {
    const { phase, attempt } = client.status()
    if (bad.has(phase) || attempt > 0) dropped = true
  })
  const watched = watchWorldClient(client)
  return {
    get viewer() {
      return client.playerId
    },
    label: () => `${watched.label()} ${client.status().error?.code ?? ''}`.trim(),
    watch: watched.watch,
    seenInSilence: watched.seenInSilence,
    isIn: () => client.status().phase === 'active' && client.self() !== null,
    wasDropped: () => dropped,
    traffic: () => client.traffic(),
    place: () => {
      const self = client.self()
      if (self === null) return null
      client.placeOf(self, place)
      return place
    },
    // The SDK repeats what it was last told, ten times a second.
    sendInput: (x, z) => client.setIntent({ x, z }),
    close: () => client.close(),
  }
})
