import { useEffect, useState } from 'react'

const lookEveryMs = 250

/** Whole seconds left until a moment of `Date.now()`, counting down; 0 when there is none, or it has passed. */
export function useSecondsUntil(atMs: number | null): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    if (atMs === null) return
    const look = () => setNowMs(Date.now())
    look()
    const interval = setInterval(look, lookEveryMs)
    return () => clearInterval(interval)
  }, [atMs])
  return atMs === null ? 0 : Math.max(0, Math.ceil((atMs - nowMs) / 1000))
}
