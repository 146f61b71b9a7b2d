import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Full path of the first of these programs that PATH or the extra folders have. */
export function findBinary(names: readonly string[], extraFolders: readonly string[] = []): string | undefined {
  const folders = [...extraFolders, ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')]
  for (const name of names) {
    for (const folder of folders) {
      const path = join(folder, name)
      if (isExecutable(path)) return path
    }
  }
  return undefined
}

/** Debian keeps each PostgreSQL version's programs to itself; the newest first. */
export function postgresFolders(): readonly string[] {
  const root = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(root, version, 'bin'))
  } catch {
    return []
  }
}

/** `CHROMIUM_PATH` first, and then it must be right: a wrong path should not silently test another browser. */
export function findChromium(): string | undefined {
  const chosen = process.env.CHROMIUM_PATH
  if (chosen !== undefined && chosen !== '') return isExecutable(chosen) ? chosen : undefined
  return findBinary(['chromium', 'chromium-browser', 'google-chrome'], ['/usr/bin'])
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
