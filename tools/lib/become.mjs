// Turning this process into the program it prepared, instead of starting a child: nothing to forward, nothing to orphan,
// and the exit code is the program's own.

import { pathToFileURL } from 'node:url'
import { inRoot, root } from './run.mjs'

/**
 * Runs a built program here, as if `node script ...args` had been typed in the repository.
 *
 * @param {string} script relative to the repository
 * @param {string[]} args
 */
export async function become(script, args) {
  process.chdir(root)
  process.argv.splice(1, process.argv.length, inRoot(script), ...args)
  ignoreEchoedSignals()
  stopWithNpm()
  await import(pathToFileURL(inRoot(script)).href)
}

/** Two signals within this time are one: a person who insists is slower. */
const echoMs = 500

/**
 * Ctrl-C goes to every process of the terminal's group, and npm passes it on to us besides: one press, two signals, which
 * a program may read as "now, at once". Lets the first of them through.
 */
function ignoreEchoedSignals() {
  const lastMs = new Map()
  const emit = process.emit
  process.emit = (name, ...args) => {
    if (name === 'SIGINT' || name === 'SIGTERM') {
      const nowMs = performance.now()
      const isEcho = nowMs - (lastMs.get(name) ?? Number.NEGATIVE_INFINITY) < echoMs
      if (isEcho) return true
      lastMs.set(name, nowMs)
    }
    return emit.call(process, name, ...args)
  }
}

const lookForNpmEveryMs = 500

/**
 * `kill` of npm ends npm and the shell it started, and neither tells us: seeing that our parent has gone, we tell
 * ourselves. Not when started without npm: then outliving the parent may be what is wanted.
 */
export function stopWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, lookForNpmEveryMs)
  timer.unref()
}
