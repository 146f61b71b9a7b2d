import type { WorldClient } from '@worldkeep/client'
import { createContext, createElement, type ReactNode, useContext } from 'react'

const WorldContext = createContext<WorldClient | null>(null)

/** Hands a client to the hooks below it. Whoever created the client connects and closes it. */
export function WorldProvider(props: { readonly client: WorldClient; readonly children?: ReactNode }): ReactNode {
  // `.Provider`, because React 18 does not render a context itself.
  return createElement(WorldContext.Provider, { value: props.client }, props.children)
}

/** The client of the nearest `WorldProvider`; throws when there is none. */
export function useWorldClient(): WorldClient {
  const client = useContext(WorldContext)
  if (client === null) throw new Error('useWorldClient: no <WorldProvider client={…}> above this component')
  return client
}
