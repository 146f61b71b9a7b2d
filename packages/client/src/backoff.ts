/** Tries after a lost connection, and the longest wait before each, milliseconds. */
export const backoffMs = [1_000, 2_000, 4_000, 8_000, 16_000] as const

/**
 * Wait before try `attempt` (1 …), with full jitter, so that a crowd that lost its server does not come back as one; or
 * null when it is time to ask the user. `chance` is uniform in 0 … 1. See "Exponential Backoff and Jitter", AWS, 2015.
 */
export function backoffDelayMs(attempt: number, chance: number): number | null {
  const longest = backoffMs[attempt - 1]
  return longest === undefined ? null : longest * chance
}
