// Packages: installed when they are missing or when package-lock.json has changed since.

import { existsSync } from 'node:fs'
import { inRoot, readJson, runNpm } from './run.mjs'
import { hashOf, readStamp, writeStamp } from './stamp.mjs'
import { progress } from './terminal.mjs'

/** @returns {Promise<void>} throws with npm's own output when it fails */
export async function ensureInstalled() {
  const lockHash = hashOf(['package-lock.json'])
  if (existsSync(inRoot('node_modules')) && readStamp('install') === lockHash) return
  if (!isInstalledByNpm()) {
    const isFirst = !existsSync(inRoot('node_modules'))
    progress(isFirst ? 'installing packages (first start only)' : 'installing packages (the lock file asks for others)')
    const { code, output } = await runNpm(['ci', '--no-audit', '--no-fund'])
    if (code !== 0) throw new Error(`npm ci failed (exit ${code})\n${output}`)
  }
  writeStamp('install', lockHash)
}

/** Somebody ran `npm ci` themselves: npm's own record of what it installed agrees with the lock file. */
function isInstalledByNpm() {
  if (!existsSync(inRoot('node_modules/.package-lock.json'))) return false
  const wanted = readJson('package-lock.json').packages
  const installed = readJson('node_modules/.package-lock.json').packages
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.optional || entry.devOptional) continue
    if (installed[path]?.version !== entry.version || installed[path]?.integrity !== entry.integrity) return false
    if (!existsSync(inRoot(path))) return false
  }
  return true
}
