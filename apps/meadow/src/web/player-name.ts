/** The game keeps names of at most this many bytes of UTF-8. */
const nameBytesMax = 24

const firstParts = ['Brave', 'Merry', 'Swift', 'Gentle', 'Sunny', 'Clever', 'Quiet', 'Lucky'] as const
const lastParts = ['Badger', 'Finch', 'Otter', 'Hare', 'Robin', 'Fox', 'Heron', 'Mole'] as const

/** The name this tab plays under: the one chosen, else one made up and kept. `tabKey` as in `claimTabKey`. */
export function loadPlayerName(tabKey: string): string {
  const kept = tidyName(readKept(tabKey))
  if (kept !== '') return kept
  const made = `${anyOf(firstParts)} ${anyOf(lastParts)}`
  savePlayerName(tabKey, made)
  return made
}

export function savePlayerName(tabKey: string, name: string): void {
  try {
    localStorage.setItem(nameKey(tabKey), name)
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

function readKept(tabKey: string): string {
  try {
    return localStorage.getItem(nameKey(tabKey)) ?? ''
  } catch {
    return ''
  }
}

function anyOf(parts: readonly string[]): string {
  return parts[Math.floor(Math.random() * parts.length)] ?? ''
}

function nameKey(tabKey: string): string {
  return `${tabKey}.name`
}
