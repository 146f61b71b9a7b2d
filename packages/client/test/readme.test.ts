import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startHost } from '@worldkeep/server'
import { expect, test } from 'vitest'

const repository = fileURLToPath(new URL('../../../', import.meta.url))
const meadow = join(repository, 'apps/meadow/dist/game/index.js')

test('[CLIENT-90] the example in the README does what it says, on a real node over a real socket', async () => {
  const readme = await readFile(join(repository, 'packages/client/README.md'), 'utf8')
  const [, example = '', output = ''] = /```js\n([\s\S]*?)```\s+```\n([\s\S]*?)```/.exec(readme) ?? []
  const dataDir = await mkdtemp(join(tmpdir(), 'worldkeep-readme-'))
  const host = await startHost({ game: meadow, dataDir, port: 0, logLevel: 'silent' })
  try {
    const program = example.replace('localhost:4510', `127.0.0.1:${host.port}`)
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: repository })
    const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    expect([said, complained, code]).toEqual([output, '', 0])
  } finally {
    await host.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
})
