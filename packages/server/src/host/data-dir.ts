import { access, constants, mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
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
    const code = (error as { readonly code?: string }).code
    const why = reasons[code ?? ''] ?? messageOf(error)
    throw new ConfigError(
      `Nothing can be written to the data folder ${folder}: ${why}. Choose another: --data-dir PATH`,
    )
  }
  return folder
}
