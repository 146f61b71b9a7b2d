/**
 * `refused`: the server said no, and trying the same again will not help. `unavailable`: it could not be reached in all
 * tries. `left`: closed on purpose.
 */
export type ClientPhase = 'idle' | 'connecting' | 'active' | 'reconnecting' | 'refused' | 'unavailable' | 'left'

export interface ClientError {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
}

export interface ClientStatus {
  readonly phase: ClientPhase
  /** Try under way or waited for, 1 … `attemptsMax`; 0 when there is none. */
  readonly attempt: number
  readonly attemptsMax: number
  /** When the next try starts, as `Date.now()`; null when one is under way or none will. */
  readonly retryAtMs: number | null
  readonly error: ClientError | null
}

const next: { readonly [P in ClientPhase]: readonly ClientPhase[] } = {
  idle: ['connecting'],
  connecting: ['connecting', 'active', 'reconnecting', 'refused', 'unavailable', 'left'],
  active: ['reconnecting', 'refused', 'left'],
  reconnecting: ['reconnecting', 'active', 'refused', 'unavailable', 'left'],
  refused: ['connecting'],
  unavailable: ['connecting'],
  left: ['connecting'],
}

/** Whether a client may go from one phase to another. */
export function isPhaseChange(from: ClientPhase, to: ClientPhase): boolean {
  return next[from].includes(to)
}
