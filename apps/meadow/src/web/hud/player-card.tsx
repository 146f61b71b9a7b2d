import { useOwn, useWorld, useWorldClient } from '@worldkeep/react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Purse } from '../../game/index.ts'
import { savePlayerName, tidyName } from '../player-name.ts'

/** Top left: how many coins, and who one is. */
export function PlayerCard(props: { readonly tabKey: string }): ReactNode {
  const coins = useOwn(Purse)?.coins ?? 0
  return (
    <section className="panel player-card" aria-label="You">
      <p className="purse" title="Coins in your purse, saved with you">
        <span className="coin" aria-hidden="true" />
        {/* A new key starts the little jump again for every new coin. */}
        <output key={coins} data-testid="purse" aria-label="Coins">
          {coins}
        </output>
      </p>
      <PlayerName tabKey={props.tabKey} />
    </section>
  )
}

function PlayerName(props: { readonly tabKey: string }): ReactNode {
  const name = useWorld((client) => client.playerName)
  const [isEditing, setIsEditing] = useState(false)
  if (isEditing) return <NameForm tabKey={props.tabKey} name={name} onCancel={() => setIsEditing(false)} />
  return (
    <button type="button" className="player-name" title="Change your name" onClick={() => setIsEditing(true)}>
      <span data-testid="player-name">{name || '…'}</span>
      <span aria-hidden="true"> ✎</span>
    </button>
  )
}

/** A name is told at the join, so a new one needs a new join: the player leaves, and the page starts again with it. */
function NameForm(props: { readonly tabKey: string; readonly name: string; readonly onCancel: () => void }): ReactNode {
  const client = useWorldClient()
  const [draft, setDraft] = useState(props.name)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const name = tidyName(draft)
    if (name === '' || name === props.name) return props.onCancel()
    savePlayerName(props.tabKey, name)
    void client.close().finally(() => location.reload())
  }
  return (
    <form className="name-form" onSubmit={submit}>
      <input
        aria-label="Your name"
        data-testid="name-input"
        value={draft}
        maxLength={24}
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the field appears because its owner asked to type a name
        autoFocus
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') props.onCancel()
        }}
      />
      <button type="submit">Rejoin</button>
      <button type="button" className="quiet" onClick={props.onCancel}>
        Cancel
      </button>
    </form>
  )
}
