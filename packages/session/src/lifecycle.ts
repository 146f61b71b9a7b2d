/*
 * One session, as the tick sees it.
 *
 *     free ──accept──► loading ──loaded──► active ──drop──► grace ──expire──► free
 *                        │  ▲                │  ▲             │
 *                        │  └─rebind─┐       │  └───rebind────┘
 *                        └─drop, fail┴─► free◄── leave
 *
 * `rebind`: the player is back on another connection, by resume token or by a newer login.
 */
export type SessionState = 'free' | 'loading' | 'active' | 'grace'
export type SessionEvent = 'accept' | 'loaded' | 'fail' | 'drop' | 'rebind' | 'expire' | 'leave'

const transitions: { readonly [S in SessionState]: { readonly [E in SessionEvent]?: SessionState } } = {
  free: { accept: 'loading' },
  loading: { loaded: 'active', fail: 'free', drop: 'free', rebind: 'loading', leave: 'free' },
  active: { drop: 'grace', rebind: 'active', leave: 'free' },
  grace: { rebind: 'active', expire: 'free', leave: 'free' },
}

/** Where an event leads, or null where it has no meaning. */
export function nextSessionState(state: SessionState, event: SessionEvent): SessionState | null {
  return transitions[state][event] ?? null
}

export const sessionStates = Object.keys(transitions) as readonly SessionState[]
export const sessionEvents = [
  'accept',
  'loaded',
  'fail',
  'drop',
  'rebind',
  'expire',
  'leave',
] as const satisfies readonly SessionEvent[]
