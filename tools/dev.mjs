// `npm run dev [-- args of the node]`: the compiler watches, Vite serves the web client and reloads it, and the node
// starts again whenever the code it runs has changed. Ctrl-C stops all three.

import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { stopWithNpm } from './lib/become.mjs'
import { ensureBuilt } from './lib/build.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { binOf, inRoot, readJson } from './lib/run.mjs'
import { dim, green, say } from './lib/terminal.mjs'

/**
 * The node's compiled files are looked at, not watched: a few hundred `stat`s cost less than one missed event of a
 * recursive watch, and two looks that agree are the debounce.
 */
const lookEveryMs = 400
/** A node that has not stopped by then is killed. */
const stopTimeoutMs = 10_000

const nodeCommand = ['packages/server/dist/cli.js', 'start', '--game', 'apps/meadow/dist/game/index.js']
/** What only the browser runs; Vite reloads that by itself. */
const browserOnly = new Set(['packages/react', 'packages/client', 'testing', 'benches'])
const watchedFolders = readJson('tsconfig.json')
  .references.map(({ path }) => path)
  .filter((path) => !browserOnly.has(path))
  .map((path) => (path.startsWith('apps/') ? `${path}/dist/game` : `${path}/dist`))

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()
/** Those we told to stop. @type {WeakSet<import('node:child_process').ChildProcess>} */
const dismissed = new WeakSet()
let isStopping = false

/**
 * @param {string} name before every line of its output
 * @param {string[]} args of Node
 * @param {{ cwd?: string, onLine?: (line: string) => void }} [options]
 */
function start(name, args, { cwd = inRoot('.'), onLine } = {}) {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  child.on('exit', () => children.delete(child))
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line.trim() !== '') say(`${dim(`${name.padEnd(4)} │`)} ${line}`)
        onLine?.(stripVTControlCharacters(line))
      }
    })
  }
  return child
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} [signal] */
async function stop(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return
  dismissed.add(child)
  const hasExited = new Promise((resolve) => child.once('exit', resolve))
  if (signal !== undefined) child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await hasExited
  clearTimeout(timer)
}

/** Changes when any compiled file of the node does. */
function fingerprint() {
  const parts = []
  for (const folder of watchedFolders) {
    if (statSync(inRoot(folder), { throwIfNoEntry: false }) === undefined) continue
    for (const file of readdirSync(inRoot(folder), { recursive: true })) {
      if (!String(file).endsWith('.js')) continue
      const stat = statSync(inRoot(`${folder}/${file}`), { throwIfNoEntry: false })
      parts.push(`${folder}/${file} ${stat?.size} ${stat?.mtimeMs}`)
    }
  }
  return parts.join('\n')
}

/** @param {string[]} nodeArgs */
function startNode(nodeArgs) {
  const node = start('node', [...nodeCommand, ...nodeArgs])
  node.on('exit', () => {
    if (!isStopping && !dismissed.has(node)) say('• the node has stopped; it starts again when its code changes')
  })
  return node
}

/** @param {string[]} nodeArgs */
async function keepNodeFresh(nodeArgs) {
  let running = fingerprint()
  let seen = running
  let node = startNode(nodeArgs)
  while (!isStopping) {
    await sleep(lookEveryMs)
    const now = fingerprint()
    const hasSettled = now === seen
    seen = now
    if (isStopping || now === running || !hasSettled) continue
    say(`${green('•')} the node's code changed: starting it again`)
    await stop(node, 'SIGTERM')
    running = now
    if (!isStopping) node = startNode(nodeArgs)
  }
}

try {
  await ensureInstalled()
  await ensureBuilt({ web: false })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

stopWithNpm()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    isStopping = true
    // In a terminal Ctrl-C has reached the children already.
    const toSend = signal === 'SIGINT' && process.stdout.isTTY ? undefined : signal
    await Promise.all([...children].map((child) => stop(child, toSend)))
    process.exit(0)
  })
}

start('tsc', [binOf('typescript', 'tsc'), '-b', '--watch', '--preserveWatchOutput'])
start('web', [binOf('vite'), '--clearScreen', 'false'], {
  cwd: inRoot('apps/meadow'),
  onLine: (line) => {
    const url = /Local:\s+(http\S+)/.exec(line)?.[1]
    if (url !== undefined) say(`\n${green('•')} open ${url}\n`)
  },
})
await keepNodeFresh(process.argv.slice(2))
