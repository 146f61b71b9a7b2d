import type { ClientStatus } from '@worldkeep/client'
import { useStatus, useWorldClient } from '@worldkeep/react'
import type { ReactNode } from 'react'
import { useSecondsUntil } from './use-seconds-until.ts'

/** Refusals that only a newer page can cure. */
const outdatedCodes: readonly string[] = ['game_mismatch', 'protocol_mismatch']
/** Not a refusal to the one who reads it: the same player came in by another window. */
const elsewhereCode = 'superseded'

/** Top middle: nothing while all is well, else what is wrong and what to do. */
export function ConnectionBanner(): ReactNode {
  const status = useStatus()
  const secondsLeft = useSecondsUntil(status.retryAtMs)
  return (
    <div className="connection" data-testid="connection" data-phase={status.phase} role="status" aria-live="polite">
      {status.phase === 'active' ? null : (
        <div className={`panel banner banner-${status.phase}`}>
          <p>
            <strong>{titleOf(status)}</strong> <span>{detailOf(status, secondsLeft)}</span>
          </p>
          <BannerAction status={status} />
        </div>
      )}
    </div>
  )
}

function BannerAction(props: { readonly status: ClientStatus }): ReactNode {
  const client = useWorldClient()
  const { phase, error } = props.status
  if (phase !== 'refused' && phase !== 'unavailable' && phase !== 'left') return null
  if (error !== null && outdatedCodes.includes(error.code)) {
    return (
      <button type="button" onClick={() => location.reload()}>
        Reload the page
      </button>
    )
  }
  return (
    <button type="button" onClick={() => client.connect()}>
      {isElsewhere(props.status) ? 'Play here' : 'Try again'}
    </button>
  )
}

function titleOf(status: ClientStatus): string {
  switch (status.phase) {
    case 'idle':
    case 'connecting':
    case 'active':
      return 'Connecting to the meadow …'
    case 'reconnecting':
      return 'Connection lost.'
    case 'refused':
      return isElsewhere(status) ? 'You are playing in another window.' : 'The meadow did not let you in.'
    case 'unavailable':
      return 'The meadow cannot be reached.'
    case 'left':
      return 'You have left the meadow.'
  }
}

function detailOf(status: ClientStatus, secondsLeft: number): string {
  const message = isElsewhere(status) ? '' : (status.error?.message ?? '')
  switch (status.phase) {
    case 'reconnecting': {
      const next = secondsLeft > 0 ? `next try in ${secondsLeft} s` : 'trying now …'
      return `Attempt ${status.attempt} of ${status.attemptsMax}, ${next}`
    }
    case 'unavailable':
      return message || 'Is the server running? Your coins are safe.'
    default:
      return message
  }
}

function isElsewhere(status: ClientStatus): boolean {
  return status.error?.code === elsewhereCode
}
