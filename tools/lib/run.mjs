// Running other programs to their end: the tools of node_modules, and npm.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** @param {string} path relative to the repository */
export const inRoot = (path) => join(root, path)

/** @param {string} path a JSON file, relative to the repository */
export const readJson = (path) => JSON.parse(readFileSync(inRoot(path), 'utf8'))

/**
 * The script behind an installed command, to run with this very Node: no shell, no PATH, the same on every system.
 *
 * @param {string} packageName
 * @param {string} [command] when the package has more than one
 */
export function binOf(packageName, command) {
  const manifest = join('node_modules', packageName, 'package.json')
  const { bin } = readJson(manifest)
  const script = typeof bin === 'string' ? bin : (bin[command ?? packageName] ?? Object.values(bin)[0])
  return join(root, dirname(manifest), script)
}

/**
 * Runs a program to its end.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, show?: boolean, shell?: boolean }} [options] `show` passes the
 *   output on as it comes; otherwise it is returned
 * @returns {Promise<{ code: number, output: string }>} `output` is stdout and stderr, in the order they came
 */
function run(program, args, options = {}) {
  const { cwd = root, env, show = false, shell = false } = options
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      shell,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const collect = (chunk) => {
      output += chunk
    }
    child.stdout?.setEncoding('utf8').on('data', collect)
    child.stderr?.setEncoding('utf8').on('data', collect)
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}\n` }))
    child.on('close', (code, signal) => resolve({ code: exitCodeOf(code, signal), output }))
  })
}

/** @param {string[]} args @param {Parameters<typeof run>[2]} [options] */
export const runNode = (args, options) => run(process.execPath, args, options)

/** The npm that started us where there is one, else the one on the PATH. @param {string[]} args */
export function runNpm(args) {
  const npmScript = process.env.npm_execpath
  if (npmScript !== undefined && /npm-cli\.[cm]?js$/.test(npmScript) && existsSync(npmScript)) {
    return runNode([npmScript, ...args])
  }
  return process.platform === 'win32' ? run('npm.cmd', args, { shell: true }) : run('npm', args)
}

/** A shell's convention: 128 and the signal's number. */
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }

/** @param {number | null} code @param {NodeJS.Signals | null} signal */
const exitCodeOf = (code, signal) => code ?? 128 + (signal === null ? 0 : (signalNumbers[signal] ?? 0))
