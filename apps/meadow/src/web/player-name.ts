const storageKey = 'meadow.name'
/** The game keeps names of at most this many bytes of UTF-8. */
const nameBytesMax = 24

const firstParts = ['Brave', 'Merry', 'Swift', 'Gentle', 'Sunny', 'Clever', 'Quiet', 'Lucky'] as const
const lastParts = ['Badger', 'Finch', 'Otter', 'Hare', 'Robin', 'Fox', 'Heron', 'Mole'] as const

/** The name this browser plays under: the one chosen, else one made up and kept. */
export function loadPlayerName(): string {
  const kept = tidyName(readKept())
  if (kept !== '') return kept
  const made = `${anyOf(firstParts)} ${anyOf(lastParts)}`
  savePlayerName(made)
  return made
}

export function savePlayerName(name: string): void {
  try {
    localStorage.setItem(storageKey, name)
  } catch {
    // A browser that keeps nothing: the name lasts as long as the page.
  }
}

/** One line without space around it, cut at a character to what the game keeps. */
export function tidyName(name: string): string {
  const encoder = new TextEncoder()
  let tidy = ''
  let bytes = 0
  for (const character of name.replace(/[\p{C}\s]+/gu, ' ').trim()) {
    bytes += encoder.encode(character).length
    if (bytes > nameBytesMax) break
    tidy += character
  }
  return tidy.trim()
}

function readKept(): string {
  try {
    return localStorage.getItem(storageKey) ?? ''
  } catch {
    return ''
  }
}

function anyOf(parts: readonly string[]): string {
  return parts[Math.floor(Math.random() * parts.length)] ?? ''
}
