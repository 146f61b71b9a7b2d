// The build: TypeScript by its own incremental compiler, the web client by Vite, each only when its sources changed.

import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { binOf, inRoot, readJson, runNode } from './run.mjs'
import { hashOf, readStamp, writeStamp } from './stamp.mjs'
import { progress } from './terminal.mjs'

const webApp = 'apps/meadow'

/**
 * @param {{ production?: boolean, web?: boolean }} [options] `production` minifies the web client
 * @returns {Promise<void>} throws with the compiler's own output when it fails
 */
export async function ensureBuilt(options = {}) {
  const { production = false, web = true } = options
  await ensureTypeScriptBuilt()
  if (web) await ensureWebBuilt({ production })
}

/** @returns {string[]} folders of the projects of the root tsconfig.json, in its order */
const projects = () => readJson('tsconfig.json').references.map((reference) => reference.path)

async function ensureTypeScriptBuilt() {
  const inputs = projects().flatMap((path) => [`${path}/src`, `${path}/tsconfig.json`, `${path}/package.json`])
  const hash = hashOf(['tsconfig.json', 'tsconfig.base.json', 'package-lock.json', ...inputs])
  const isWhole = projects().every((path) => existsSync(inRoot(`${path}/dist/.tsbuildinfo`)))
  if (isWhole && readStamp('build') === hash) return
  progress('compiling TypeScript')
  const { code, output } = await runNode([binOf('typescript', 'tsc'), '-b', '--pretty', 'false'])
  if (code !== 0) throw new Error(`tsc -b failed (exit ${code})\n${output}`)
  writeStamp('build', hash)
}

/** @param {{ production: boolean }} options */
async function ensureWebBuilt({ production }) {
  const files = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json'].map((path) => `${webApp}/${path}`)
  const hash = hashOf(['package-lock.json', 'tsconfig.base.json', ...files, ...workspacesUnder(webApp)])
  const [builtHash, builtMode] = readStamp('build-web').split(' ')
  const isEnough = builtHash === hash && (builtMode === 'production' || !production)
  if (isEnough && existsSync(inRoot(`${webApp}/dist/web/index.html`))) return
  progress('building the web client')
  const minify = production ? [] : ['--minify', 'false']
  const { code, output } = await runNode([binOf('vite'), 'build', '--logLevel', 'warn', ...minify], {
    cwd: inRoot(webApp),
    env: { NODE_ENV: 'production' },
  })
  if (code !== 0) throw new Error(`vite build failed (exit ${code})\n${output}`)
  writeStamp('build-web', `${hash} ${production ? 'production' : 'plain'}`)
}

/**
 * Source folders of the packages that a workspace runs on, found through their manifests.
 *
 * @param {string} folder
 * @param {Set<string>} [seen]
 * @returns {string[]}
 */
function workspacesUnder(folder, seen = new Set()) {
  for (const name of Object.keys(readJson(`${folder}/package.json`).dependencies ?? {})) {
    const source = `packages/${basename(name)}`
    if (!name.startsWith('@worldkeep/') || seen.has(`${source}/src`)) continue
    seen.add(`${source}/src`)
    workspacesUnder(source, seen)
  }
  return [...seen]
}
