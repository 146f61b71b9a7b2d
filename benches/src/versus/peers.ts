import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/*
 * What the peers are made of lives in `benches/peers`, with a lock of its own, outside of the workspaces: only who
 * compares installs it. Nothing here imports its types, so that the repository checks without it.
 */

const folder = fileURLToPath(new URL('../../peers/', import.meta.url))
const stamp = `${folder}node_modules/.installed-lock`

/** A package of a peer, as the caller says it looks. */
export async function loadPeer<Module>(name: string): Promise<Module> {
  const { load } = await import(new URL('../../peers/load.mjs', import.meta.url).href)
  return (await load(name)) as Module
}

/** Version of a package of a peer, as it is locked. */
export function peerVersion(name: string): string {
  const lock = JSON.parse(readFileSync(`${folder}package-lock.json`, 'utf8'))
  return lock.packages[`node_modules/${name}`].version
}

/** `npm ci` in the folder of the peers, when they are missing or the lock has changed. */
export async function installPeers({
  signal,
  say,
}: {
  readonly signal: AbortSignal
  say(line: string): void
}): Promise<void> {
  const wanted = createHash('sha256')
    .update(readFileSync(`${folder}package-lock.json`))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('installing the peers (first time only)')
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], signal)
  writeFileSync(stamp, wanted)
}

/** The npm that started us where there is one, else the one on the PATH. Its words go to standard error. */
function npm(args: readonly string[], signal: AbortSignal): Promise<void> {
  const script = process.env.npm_execpath
  const [program, first] = script?.endsWith('.js') === true ? [process.execPath, [script]] : ['npm', []]
  const isWindows = process.platform === 'win32'
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...args], {
      cwd: folder,
      signal,
      shell: isWindows,
      stdio: ['ignore', 2, 2],
    })
    child.on('error', (error) => reject(signal.aborted ? signal.reason : error))
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`npm ci of the peers failed: ${code}`))))
  })
}
