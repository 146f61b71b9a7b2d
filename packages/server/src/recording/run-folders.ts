import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/* One folder per run of a node, in `<data folder>/recordings`: `2026-03-01T08-15-30.250Z-4711`, time and process. */

const runName = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z-\d+$/

export function recordingsFolder(dataDir: string): string {
  return join(dataDir, 'recordings')
}

/** Names sort as times do. No colons: not every file system has them. */
export function runFolder(dataDir: string, run: { readonly startedAt: string; readonly pid: number }): string {
  return join(recordingsFolder(dataDir), `${run.startedAt.replaceAll(':', '-')}-${run.pid}`)
}

/** Deletes the oldest runs, but `keep` of them. Leaves alone what is not a run. Throws what the file system throws. */
export function deleteOldRuns(recordings: string, keep: number): readonly string[] {
  if (!existsSync(recordings)) return []
  const runs = readdirSync(recordings)
    .filter((name) => runName.test(name))
    .sort()
  const old = runs.slice(0, Math.max(0, runs.length - keep))
  for (const name of old) rmSync(join(recordings, name), { recursive: true, force: true })
  return old
}
