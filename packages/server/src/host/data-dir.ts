import { access, constants, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { messageOf } from '../threads/load-game.ts'
import { ConfigError } from './config.ts'

const reasons: { readonly [code: string]: string } = {
  ENOTDIR: 'part of its path is a file',
  EEXIST: 'there is a file of this name',
  EROFS: 'the disk is read-only',
  EACCES: 'there is no permission to',
  EPERM: 'there is no permission to',
  ENOSPC: 'the disk is full',
}

/** The folder of this node, made if it is not there. Throws `ConfigError` when nothing can be written to it. */
export async function prepareDataDir(path: string): Promise<string> {
  const folder = resolve(path)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new ConfigError(
      `Nothing can be written to the data folder ${folder}: ${whyNot(error)}. Choose another: --data-dir PATH`,
    )
  }
  return folder
}

/** The file of a recording. Throws `ConfigError` when its folder cannot be written to, or when it is a folder. */
export async function prepareRecordFile(path: string): Promise<string> {
  const file = resolve(path)
  try {
    await mkdir(dirname(file), { recursive: true })
    await access(dirname(file), constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new ConfigError(`Nothing can be recorded to ${file}: ${whyNot(error)}. Choose another: --record FILE`)
  }
  const isFolder = await stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (isFolder) throw new ConfigError(`${file} is a folder. Name a file in it: --record ${join(path, 'run.wkr')}`)
  return file
}

function whyNot(error: unknown): string {
  return reasons[(error as { readonly code?: string }).code ?? ''] ?? messageOf(error)
}

/** Longest path a local socket can have, on the systems with the shortest. */
const socketPathBytesMax = 100

/**
 * Where gateway and host meet: a socket in the data folder, which only its owner can enter. Sockets that dead nodes left
 * there are removed.
 */
export async function privateSocketPath(dataDir: string): Promise<string> {
  const name = `host-${process.pid}.sock`
  if (process.platform === 'win32') return `\\\\.\\pipe\\worldkeep-${name}`
  for (const file of await readdir(dataDir)) {
    const pid = /^host-(\d+)\.sock$/.exec(file)?.[1]
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(dataDir, file), { force: true })
  }
  const path = join(dataDir, name)
  return Buffer.byteLength(path) <= socketPathBytesMax ? path : join(tmpdir(), `worldkeep-${name}`)
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
