// `npm run lock`: writes package-lock.json anew, here and in the folder of the benchmark's peers, and adds the optional
// packages of other systems that npm leaves out of it (npm/cli#4828). Without them `npm ci` refuses the lock, here or on
// the other system.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'aix', 'sunos', 'netbsd', 'openbsd']
const processors = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'wasm32', 'mips64el']

for (const folder of ['../', '../benches/peers/']) {
  const cwd = fileURLToPath(new URL(folder, import.meta.url))
  process.stdout.write(`${cwd}package-lock.json written, ${writeLock(cwd)} packages of other systems added\n`)
}

/** @param {string} cwd @returns {number} how many packages had to be added */
function writeLock(cwd) {
  execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund'], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const path = `${cwd}package-lock.json`
  const lock = JSON.parse(readFileSync(path, 'utf8'))
  let added = 0
  for (const [at, entry] of Object.entries({ ...lock.packages })) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(lock, at, name)) continue
      const foreign = foreignEntry(name, version, entry)
      if (foreign === null)
        throw new Error(`${name}@${version} of ${at} is missing from the lock, and its name tells no system`)
      lock.packages[`node_modules/${name}`] = foreign
      added++
    }
  }
  const [root, ...others] = Object.entries(lock.packages)
  lock.packages = Object.fromEntries([root, ...others.sort(([a], [b]) => a.localeCompare(b, 'en'))])
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
  return added
}

function isLocked(lock, at, name) {
  return (
    lock.packages[`node_modules/${name}`] !== undefined ||
    (at !== '' && lock.packages[`${at}/node_modules/${name}`] !== undefined)
  )
}

/** What a lock says of a package that is never installed here; the name tells for which system it is. */
function foreignEntry(name, version, parent) {
  const words = name.split(/[-/.]/)
  const os = systems.filter((system) => words.includes(system))
  if (os.length === 0) return null
  const cpu = processors.filter((processor) => words.includes(processor))
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') && os[0] === 'linux' ? ['glibc'] : null
  return {
    version,
    cpu,
    ...(parent.dev && { dev: true }),
    license: parent.license,
    optional: true,
    os,
    ...(libc && { libc }),
  }
}
