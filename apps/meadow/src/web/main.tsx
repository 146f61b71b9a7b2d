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

const client = createMeadowClient(loadPlayerName())
const notices = new Notices()

createRoot(host).render(
  <StrictMode>
    <WorldProvider client={client}>
      <App client={client} notices={notices} />
    </WorldProvider>
  </StrictMode>,
)
