/** Directions by place on the keyboard, not by letter: WASD lies elsewhere on other layouts. */
const directions: { readonly [code: string]: readonly [x: number, z: number] } = {
  KeyW: [0, -1],
  ArrowUp: [0, -1],
  KeyS: [0, 1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  ArrowLeft: [-1, 0],
  KeyD: [1, 0],
  ArrowRight: [1, 0],
}

export interface Direction {
  readonly x: number
  readonly z: number
}

export interface Keyboard {
  /** Where the held keys point: each axis -1, 0 or 1. */
  direction(): Direction
  close(): void
}

/** Follows the keys that steer. Keys typed into a field are not ours; a key held while the page loses focus is let go. */
export function openKeyboard(on: { readonly steer: () => void; readonly press: (code: string) => void }): Keyboard {
  const held = new Set<string>()
  const closing = new AbortController()
  const { signal } = closing

  const press = (event: KeyboardEvent) => {
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
    if (directions[event.code] === undefined) {
      if (!event.repeat) on.press(event.code)
      return
    }
    // Arrows would scroll the page.
    event.preventDefault()
    if (event.repeat) return
    held.add(event.code)
    on.steer()
  }
  const release = (event: KeyboardEvent) => {
    if (held.delete(event.code)) on.steer()
  }
  const releaseAll = () => {
    if (held.size === 0) return
    held.clear()
    on.steer()
  }

  window.addEventListener('keydown', press, { signal })
  window.addEventListener('keyup', release, { signal })
  window.addEventListener('blur', releaseAll, { signal })
  document.addEventListener('visibilitychange', releaseAll, { signal })
  return { direction: () => directionOf(held), close: () => closing.abort() }
}

function directionOf(held: ReadonlySet<string>): Direction {
  let x = 0
  let z = 0
  for (const code of held) {
    x += directions[code]?.[0] ?? 0
    z += directions[code]?.[1] ?? 0
  }
  // Both W and ↑ are still one step up.
  return { x: Math.sign(x), z: Math.sign(z) }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
