import { type ReactNode, useState } from 'react'

const storageKey = 'meadow.help'

/** How to play, in one line, until it is dismissed. */
export function Help(): ReactNode {
  const [isOpen, setIsOpen] = useState(isWanted)
  if (!isOpen) return null
  const dismiss = () => {
    setIsOpen(false)
    remember()
  }
  return (
    <section className="panel help" aria-label="How to play">
      <p>
        <kbd>W</kbd> <kbd>A</kbd> <kbd>S</kbd> <kbd>D</kbd> or arrows, or click to walk. Walk over coins to pick them
        up. <span className="quiet">Wheel: zoom. G: grid.</span>
      </p>
      <button type="button" className="quiet" aria-label="Hide the help" onClick={dismiss}>
        ✕
      </button>
    </section>
  )
}

function isWanted(): boolean {
  try {
    return localStorage.getItem(storageKey) !== 'seen'
  } catch {
    return true
  }
}

function remember(): void {
  try {
    localStorage.setItem(storageKey, 'seen')
  } catch {
    // A browser that keeps nothing shows the help again next time.
  }
}
