import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

export interface UnixUser {
  readonly uid: number
  readonly gid: number
}

/** Who runs a server that refuses root: undefined when we are not root and can be ourselves. */
export function unprivilegedUser(preferredName: string): UnixUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of [preferredName, 'nobody']) {
    const fields = users.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error(`neither ${preferredName} nor nobody is a user of this machine, and the server refuses root`)
}

export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

export async function waitForExit(child: ChildProcess, timeoutMs: number): Promise<boolean> {
  return waitUntil(() => hasExited(child), timeoutMs)
}

/** Polls; false when the time is over. For things outside this process, which send no events. */
export async function waitUntil(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
  const pollMs = 10
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += pollMs) {
    if (isDone()) return true
    await delay(pollMs)
  }
  return isDone()
}

/** Processes whose parent is this one, from /proc. Empty where there is no /proc. */
export function childPidsOf(parentPid: number): readonly number[] {
  return listPids().filter((pid) => parentPidOf(pid) === parentPid)
}

/** False for a process that is gone or only waits to be reaped. */
export function isRunning(pid: number): boolean {
  const state = statFieldsOf(pid)[0]
  return state !== undefined && state !== 'Z'
}

export function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is already gone, which is what we wanted.
  }
}

/**
 * Runs a shell script as soon as this process is gone, however it went: the script's shell waits on a pipe that only we
 * hold, and SIGKILL closes it too. `cancel` before doing the same work in order.
 */
export function onOwnDeath(script: string, args: readonly string[]): { cancel(): void } {
  const watcher = spawn('/bin/sh', ['-c', `cat >/dev/null; ${script}`, 'sh', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.unref()
  // A pipe would keep the event loop alive.
  const pipe = watcher.stdin as typeof watcher.stdin & { unref?(): void }
  pipe.unref?.()
  pipe.on('error', () => undefined)
  return {
    cancel() {
      // The shell leads its own process group; `cat` is in it too.
      if (watcher.pid !== undefined && !hasExited(watcher)) killQuietly(-watcher.pid, 'SIGKILL')
    },
  }
}

function listPids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function parentPidOf(pid: number): number {
  return Number(statFieldsOf(pid)[1])
}

/** State, parent, …: the fields after the program's name, which may itself hold spaces and brackets. */
function statFieldsOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
