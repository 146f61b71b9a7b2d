import type { ClientStats, ClientStatus, WorldClient } from '@worldkeep/client'
import type { Component, RowOf } from '@worldkeep/world'
import { useCallback, useState, useSyncExternalStore } from 'react'
import { isEqualShallow } from './is-equal-shallow.ts'
import { type IsEqual, Selection, type Selector } from './selection.ts'
import { useWorldClient } from './world-context.ts'

/**
 * Reads something of the world, and renders again only when it has changed.
 *
 * The client fires once per frame, and the selector runs each time: keep it cheap. One that builds its result needs an
 * `isEqual` which sees through that (`isEqualShallow`), or React renders without end and says so.
 */
export function useWorld<Selected>(
  selector: Selector<WorldClient, Selected>,
  isEqual: IsEqual<Selected> = Object.is,
): Selected {
  const client = useWorldClient()
  const [selection] = useState(() => new Selection<Selected>())
  const subscribe = useCallback((listener: () => void) => client.subscribe(listener), [client])
  const read = () => selection.read(client, selector, isEqual)
  return useSyncExternalStore(subscribe, read, read)
}

/** The player's own row of an `owner` component, null before the first join. */
export function useOwn<C extends Component>(component: C): Readonly<RowOf<C>> | null {
  return useWorld((client) => client.own(component) as Readonly<RowOf<C>> | null)
}

/** Renders when the connection changes phase, attempt or error. */
export function useStatus(): ClientStatus {
  return useWorld((client) => client.status(), isEqualStatus)
}

/** Renders about once a second. */
export function useStats(): ClientStats {
  return useWorld((client) => client.stats(), isEqualShallow)
}

function isEqualStatus(a: ClientStatus, b: ClientStatus): boolean {
  return isEqualShallow({ ...a, error: null }, { ...b, error: null }) && isEqualShallow(a.error, b.error)
}
