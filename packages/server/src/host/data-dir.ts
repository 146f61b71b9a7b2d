import { access, constants, mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError } from './config.ts'

/** The folder of this node, made if it is not there. Throws `ConfigError` when nothing can be written to it. */
export async function prepareDataDir(path: string): Promise<string> {
  const folder = resolve(path)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    const code = (error as { readonly code?: string }).code
    const why = code === 'ENOTDIR' || code === 'EEXIST' ? 'it is a file' : code === 'EROFS' ? 'the disk is read-only' : 'there is no permission to'
    throw new ConfigError(`Nothing can be written to the data folder ${folder}: ${why}. Choose another: --data-dir PATH`)
  }
  return folder
}
