import type { WorldClient } from '@worldkeep/client'
import type { Inspection } from '@worldkeep/server'
import type { Input } from '@worldkeep/world'
import type { Seen, Truth, Watched } from './truth.ts'

/** Ticks after which a client that has heard of them, and got no frame, has been told all there was to tell. */
const silenceTicks = 20

/** A client of the SDK, as the view check looks at it. */
export function watchWorldClient<I extends Input>(client: WorldClient<I>): Watched {
  return {
    get viewer() {
      return client.playerId
    },
    label: () => `${client.playerName} (${client.status().phase})`,
    // A frame carries a client from one tick to the next, so its view of tick T is what it has just before it applies its
    // first frame of a later one.
    watch: (tick, take) => {
      const stop = client.onFrame((frameTick) => {
        if (frameTick > tick) take(seenAt(client, tick))
      })
      if (client.traffic().appliedTick > tick) throw new Error(`tick ${tick} has passed before its check was ready`)
      return stop
    },
    seenInSilence: (tick) => {
      const isSilent = client.traffic().appliedTick <= tick && client.stats().serverTick >= tick + silenceTicks
      return isSilent ? seenAt(client, tick) : null
    },
  }
}

/** What the server says, as the view check wants it. */
export function truthOf(inspection: Inspection, cellsWide: number): Truth {
  return {
    tick: inspection.tick,
    cellsWide,
    entities: inspection.entities.map(({ handle, cell, xCm, zCm }) => ({ id: handle, cell, xCm, zCm })),
    views: inspection.sessions.map(({ playerId, middleX, middleZ, radiusCells }) => {
      return { viewer: playerId, middleX, middleZ, radiusCells }
    }),
  }
}

function seenAt<I extends Input>(client: WorldClient<I>, tick: number): Seen {
  const seen = new Map<number, { xM: number; zM: number }>()
  for (const entity of client.entities()) {
    const place = { xM: 0, zM: 0 }
    entity.track.positionAt(tick, place)
    seen.set(entity.handle, place)
  }
  return seen
}
