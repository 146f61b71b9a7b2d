import { claimTabKey } from '@worldkeep/client'
import { WorldProvider } from '@worldkeep/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { createMeadowClient } from './meadow-client.ts'
import { Notices } from './notices.ts'
import { loadPlayerName } from './player-name.ts'
import './styles.css'

const host = document.getElementById('app')
if (host === null) throw new Error('index.html has no #app')

const tabKey = await claimTabKey('meadow')
const client = createMeadowClient({ name: loadPlayerName(tabKey), storageKey: tabKey })
const notices = new Notices()

// For the console and for tests: `meadow.dropConnection()` shows a resume, `meadow.stats()` the numbers.
Object.assign(globalThis, { meadow: client })

createRoot(host).render(
  <StrictMode>
    <WorldProvider client={client}>
      <App client={client} notices={notices} tabKey={tabKey} />
    </WorldProvider>
  </StrictMode>,
)
