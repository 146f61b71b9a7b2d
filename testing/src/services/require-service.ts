import { spawnSync } from 'node:child_process'
import { findBinary, findChromium, postgresFolders } from './binaries.ts'

export type ServiceName = 'postgres' | 'chromium'
export type ServiceAvailability =
  | { readonly isAvailable: true }
  /** One sentence for the log, on what is missing and how to get it. */
  | { readonly isAvailable: false; readonly reason: string }

/** Downloading a browser and its libraries on a slow line, in ms. */
const installTimeoutMs = 600_000

const services: { readonly [name in ServiceName]: { readonly package: string; isPresent(): boolean } } = {
  postgres: { package: 'postgresql', isPresent: isPostgresPresent },
  chromium: { package: 'chromium', isPresent: () => findChromium() !== undefined },
}

/**
 * Makes sure that a service's programs are on this machine, installing Debian's package when we may. Without them it
 * throws in CI, where a test that silently skips is a test that is gone; elsewhere the tests skip, and this says why:
 *
 *     const postgres = ensureService('postgres')
 *     describe.skipIf(!postgres.isAvailable)('…', () => { … })
 */
export function ensureService(name: ServiceName): ServiceAvailability {
  const service = services[name]
  if (service.isPresent()) return { isAvailable: true }
  const failure = tryInstall(service.package)
  if (service.isPresent()) return { isAvailable: true }
  const reason = `${name} is not installed (${failure}): on Debian, apt-get install ${service.package}`
  if (process.env.CI === 'true') throw new Error(`${reason}. In CI these tests may not be skipped.`)
  log(`SKIPPING the tests that need ${name}: ${reason}`)
  return { isAvailable: false, reason }
}

/** Says why there is nothing new, when there is not. */
function tryInstall(packageName: string): string {
  const aptGet = findBinary(['apt-get'])
  if (aptGet === undefined) return 'this system has no apt-get'
  if (process.getuid?.() !== 0) return 'only root may install it'
  log(`installing ${packageName} with apt-get`)
  const failure =
    tryRun(aptGet, ['update']) ?? tryRun(aptGet, ['install', '-y', '--no-install-recommends', packageName])
  return failure ?? 'its package has other programs than expected'
}

function tryRun(program: string, args: readonly string[]): string | undefined {
  const result = spawnSync(program, args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    // Its progress belongs to stderr: stdout may be a report that a program reads.
    stdio: ['ignore', 2, 2],
    timeout: installTimeoutMs,
  })
  return result.status === 0 ? undefined : `${program} ${args[0] ?? ''} failed`
}

/** A server given by its URL needs no programs here. */
function isPostgresPresent(): boolean {
  const given = process.env.WORLDKEEP_TEST_POSTGRES_URL
  return (given !== undefined && given !== '') || findBinary(['postgres'], postgresFolders()) !== undefined
}

function log(line: string): void {
  process.stderr.write(`[services] ${line}\n`)
}
