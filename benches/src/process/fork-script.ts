import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'

/** A child that speaks on standard error only, and keeps what it leaves behind in our folder. */
export function forkScript(
  script: URL,
  options: { readonly folder: string; readonly profileDir: string | null },
): ChildProcess {
  const { folder, profileDir } = options
  return fork(script, [], {
    serialization: 'advanced',
    stdio: ['ignore', 2, 2, 'ipc'],
    env: { ...process.env, TMPDIR: folder, NODE_ENV: 'production' },
    execArgv: profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profileDir)}`],
  })
}
