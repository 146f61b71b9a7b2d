/** Who plays: the subject of a verified token, never something a client wrote. Stable over sessions and restarts. */
export type PlayerId = string & { readonly unit: 'playerId' }

/** One stay of one player in the world, over any number of connections. Given out off the tick, used on it. */
export type SessionId = string & { readonly unit: 'sessionId' }

/** Who somebody has proven to be. */
export interface Identity {
  readonly playerId: PlayerId
  readonly name: string
}
