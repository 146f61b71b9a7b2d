import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes of an HS256 secret: as many as the hash. */
const secretBytes = 32

/**
 * What tokens are signed with: from the environment, or a file of this data folder, made once, so that players stay who
 * they are over a restart.
 */
export async function tokenSecret(dataDir: string, fromEnvironment: string | undefined): Promise<Uint8Array> {
  if (fromEnvironment !== undefined && fromEnvironment !== '') return new TextEncoder().encode(fromEnvironment)
  const path = join(dataDir, 'token-secret')
  try {
    const secret = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex')
    if (secret.byteLength === secretBytes) return secret
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'ENOENT') throw error
  }
  const secret = randomBytes(secretBytes)
  await writeFile(path, `${secret.toString('hex')}\n`, { mode: 0o600 })
  return secret
}
