// "Has anything changed since last time?", answered by content: a stamp file holds the hash of what went in.

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './run.mjs'

const ignoredFolders = new Set(['node_modules', 'dist', 'coverage', '.git', '.worldkeep'])

/**
 * Every file under a path of the repository, sorted, relative to the repository; none when the path does not exist.
 *
 * @param {string} path a file or a folder
 * @param {string} [base] the repository
 * @returns {string[]}
 */
export function filesUnder(path, base = root) {
  const found = statSync(join(base, path), { throwIfNoEntry: false })
  if (found === undefined) return []
  if (found.isFile()) return [path]
  const entries = readdirSync(join(base, path), { withFileTypes: true })
  return entries
    .filter((entry) => !ignoredFolders.has(entry.name))
    .flatMap((entry) => (entry.isSymbolicLink() ? [] : filesUnder(`${path}/${entry.name}`, base)))
    .sort()
}

/** @param {string[]} paths files and folders of the repository @param {string} [base] @returns {string} */
export function hashOf(paths, base = root) {
  const hash = createHash('sha256')
  for (const file of paths.flatMap((path) => filesUnder(path, base))) {
    const content = readFileSync(join(base, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/** Stamps live in node_modules: gone with it, and never committed. @param {string} name */
const stampPath = (name) => join(root, 'node_modules', `.worldkeep-${name}`)

/** @param {string} name @returns {string} empty when there is none */
export function readStamp(name) {
  try {
    return readFileSync(stampPath(name), 'utf8').trim()
  } catch {
    return ''
  }
}

/** @param {string} name @param {string} value */
export function writeStamp(name, value) {
  mkdirSync(dirname(stampPath(name)), { recursive: true })
  writeFileSync(stampPath(name), `${value}\n`)
}
