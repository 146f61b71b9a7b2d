import type { ClientStats, ClientStatus, WorldClient } from '@worldkeep/client'

interface FakeState {
  status: ClientStatus
  stats: ClientStats
  own: object | null
  playerName: string
}

/** As much of a client as the hooks read. `fire` is what a frame of the server does. */
export function createFakeWorld() {
  const listeners = new Set<() => void>()
  const state: FakeState = {
    status: { phase: 'active', attempt: 0, attemptsMax: 5, retryAtMs: null, error: null },
    stats: {
      tickHz: 20,
      serverTick: 1,
      roundTripMs: 8,
      bytesPerS: 100,
      framesPerS: 20,
      entitiesInView: 3,
      interpolationDelayMs: 100,
    },
    own: null,
    playerName: 'Ada',
  }
  const client = {
    get playerName() {
      return state.playerName
    },
    status: () => state.status,
    stats: () => state.stats,
    own: () => state.own,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return {
    client: client as unknown as WorldClient,
    state,
    listenerCount: () => listeners.size,
    fire(changes: Partial<FakeState> = {}) {
      Object.assign(state, changes)
      for (const listener of [...listeners]) listener()
    },
  }
}
