import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBinary, postgresFolders } from './binaries.ts'
import { findFreePort } from './free-port.ts'
import {
  childPidsOf,
  hasExited,
  isRunning,
  killQuietly,
  onOwnDeath,
  unprivilegedUser,
  waitForExit,
  waitUntil,
} from './process-tools.ts'

export interface PostgresService {
  /** Superuser on the database `postgres`; tests make their own databases beside it. */
  readonly url: string
  /** The server's first process; null while it is down, and for a server that was given to us. */
  readonly pid: number | null
  /** False for a server given by `WORLDKEEP_TEST_POSTGRES_URL`: it can be neither killed nor restarted. */
  readonly isOwned: boolean
  /** Orderly stop; removes the server's folder. */
  stop(): Promise<void>
  /** SIGKILL to every process of the server, as when the machine loses its power for a moment. */
  kill(): void
  /** Up again on the same port with the same data, after `kill()` or instead of it. */
  restart(): Promise<void>
}

const startTimeoutMs = 30_000
const stopTimeoutMs = 10_000
const portAttemptsMax = 5

/** A PostgreSQL server of our own on a free port of 127.0.0.1, in a temporary folder, durable as in production. */
export async function startPostgres(): Promise<PostgresService> {
  const givenUrl = process.env.WORLDKEEP_TEST_POSTGRES_URL
  if (givenUrl !== undefined && givenUrl !== '') return givenPostgres(givenUrl)
  const install = requireInstall()
  const folder = initFolder(install)
  for (let attempt = 1; ; attempt++) {
    const server = new LocalPostgres(install, folder, await findFreePort())
    try {
      await server.start()
      return server
    } catch (cause) {
      const isPortTaken = String(cause).includes('Address already in use')
      if (isPortTaken && attempt < portAttemptsMax) continue
      await server.stop()
      throw cause
    }
  }
}

interface Install {
  readonly postgres: string
  readonly initdb: string
  /** PostgreSQL refuses to run as root. */
  readonly user: ReturnType<typeof unprivilegedUser>
}

function requireInstall(): Install {
  const folders = postgresFolders()
  const postgres = findBinary(['postgres'], folders)
  const initdb = findBinary(['initdb'], folders)
  if (postgres === undefined || initdb === undefined) throw new Error('PostgreSQL is not installed on this machine')
  return { postgres, initdb, user: unprivilegedUser('postgres') }
}

/** All that a server in a test gets from the environment: nothing that changes its language or its settings. */
const environment = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' }

function initFolder({ initdb, user }: Install): string {
  const folder = mkdtempSync(join(tmpdir(), 'worldkeep-postgres-'))
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const result = spawnSync(
    initdb,
    ['-D', join(folder, 'data'), '-U', 'worldkeep', '--auth=trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...user, cwd: folder, env: environment, encoding: 'utf8' },
  )
  if (result.status === 0) return folder
  rmSync(folder, { recursive: true, force: true })
  throw new Error(`initdb failed: ${result.error?.message ?? result.stderr}`)
}

/** Looks before it kills: the number in an old file may by now be another program's. */
const cleanUpScript = `
  pid=$(head -n 1 "$1/data/postmaster.pid")
  grep -aqF "$1" "/proc/$pid/cmdline" && kill -9 "$pid" && sleep 1
  rm -rf "$1"`

class LocalPostgres implements PostgresService {
  readonly isOwned = true
  readonly url: string
  readonly #install: Install
  readonly #folder: string
  readonly #port: number
  #server: ChildProcess | undefined
  #watcher: { cancel(): void } | undefined
  /** Every process of a killed server: the next one must not start while any of them holds its shared memory. */
  #killedPids: readonly number[] = []

  constructor(install: Install, folder: string, port: number) {
    this.#install = install
    this.#folder = folder
    this.#port = port
    this.url = `postgres://worldkeep@127.0.0.1:${port}/postgres`
  }

  get pid(): number | null {
    return this.#server === undefined || hasExited(this.#server) ? null : (this.#server.pid ?? null)
  }

  async start(): Promise<void> {
    // A killed server leaves its old answer to "are you ready?" behind; without the file that question waits.
    const pidFile = join(this.#folder, 'data', 'postmaster.pid')
    if (!(await waitUntil(() => !this.#killedPids.some(isRunning), stopTimeoutMs))) {
      throw new Error('the killed PostgreSQL is still running')
    }
    rmSync(pidFile, { force: true })
    let output = ''
    const server = spawn(this.#install.postgres, this.#serverArgs(), {
      ...this.#install.user,
      cwd: this.#folder,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    server.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-outputCharsMax)
    })
    server.on('error', (error) => {
      output += error.message
    })
    this.#server = server
    this.#watcher ??= onOwnDeath(cleanUpScript, [this.#folder])
    // The eighth line of this file is PostgreSQL's own word on whether it takes connections.
    const isReady = () => readLines(pidFile)[7]?.trim() === 'ready'
    await waitUntil(() => isReady() || hasExited(server) || server.pid === undefined, startTimeoutMs)
    if (!isReady()) throw new Error(`PostgreSQL did not start: ${output}`)
    // Neither the server nor its log may keep a test run alive that has forgotten to stop it.
    server.unref()
    ;(server.stderr as typeof server.stderr & { unref?(): void }).unref?.()
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server !== undefined && !hasExited(server)) {
      // SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
      server.kill('SIGINT')
      if (!(await waitForExit(server, stopTimeoutMs))) server.kill('SIGKILL')
    }
    this.#watcher?.cancel()
    this.#watcher = undefined
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  kill(): void {
    const pid = this.pid
    if (pid === null) return
    // Stopped first, so that it starts no process between being listed and being killed.
    killQuietly(pid, 'SIGSTOP')
    this.#killedPids = [pid, ...childPidsOf(pid)]
    for (const killedPid of this.#killedPids) killQuietly(killedPid, 'SIGKILL')
  }

  async restart(): Promise<void> {
    const server = this.#server
    if (server !== undefined && this.#killedPids[0] !== server.pid) server.kill('SIGINT')
    if (server !== undefined && !(await waitForExit(server, stopTimeoutMs))) {
      throw new Error('PostgreSQL did not stop in time')
    }
    await this.start()
  }

  #serverArgs(): readonly string[] {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.#port,
      unix_socket_directories: this.#folder,
      shared_buffers: '32MB',
      max_connections: 50,
      fsync: 'on',
    }
    const data = ['-D', join(this.#folder, 'data')]
    return [...data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  }
}

/** Of the server's log, in characters: enough for the last words before it failed. */
const outputCharsMax = 4_000

function givenPostgres(url: string): PostgresService {
  const refuse = () => {
    throw new Error('the PostgreSQL of WORLDKEEP_TEST_POSTGRES_URL is not ours to kill or restart')
  }
  return { url, pid: null, isOwned: false, stop: () => Promise.resolve(), kill: refuse, restart: async () => refuse() }
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}
