import { useEffect, useState } from 'react'

/** The last values, oldest first: one is taken whenever `at` moves on. */
export function useHistory(at: number, value: number, countMax: number): readonly number[] {
  const [history, setHistory] = useState<readonly number[]>([])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a value that stays the same is one more value all the same
  useEffect(() => {
    if (at > 0) setHistory((values) => [...values, value].slice(-countMax))
  }, [at])
  return history
}
