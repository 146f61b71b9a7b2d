import type { ReactNode } from 'react'
import { ConnectionBanner } from './hud/connection-banner.tsx'
import { Help } from './hud/help.tsx'
import { Minimap } from './hud/minimap.tsx'
import { PlayerCard } from './hud/player-card.tsx'
import { StatsPanel } from './hud/stats-panel.tsx'
import { Toasts } from './hud/toasts.tsx'
import type { MeadowClient } from './meadow-client.ts'
import type { Notices } from './notices.ts'
import { WorldView } from './world-view.tsx'

export function App(props: {
  readonly client: MeadowClient
  readonly notices: Notices
  readonly tabKey: string
}): ReactNode {
  const { client, notices, tabKey } = props
  return (
    <>
      <WorldView client={client} notices={notices} />
      <div className="hud">
        <PlayerCard tabKey={tabKey} />
        <Minimap client={client} />
        <StatsPanel />
        <div className="hud-bottom">
          <Toasts notices={notices} />
          <Help />
        </div>
        <ConnectionBanner />
      </div>
    </>
  )
}
