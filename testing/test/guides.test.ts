import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError, parseConfig, startHost } from '@worldkeep/server'
import { temporaryFolder } from '@worldkeep/testing'
import { describe, expect, test } from 'vitest'

/** What the pages of `docs` say, compared with what is true. */

const repository = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')
const pagesUnder = (folder: string): readonly string[] =>
  readdirSync(join(repository, folder)).flatMap((name) => (name.endsWith('.md') ? [`${folder}/${name}`] : []))

const guides = pagesUnder('docs/guides')
const operating = read('docs/guides/operating.md')

/** Rows of the table under a heading row that begins with `first`: the cells, without backticks around a whole cell. */
function rowsOf(text: string, first: string): readonly (readonly string[])[] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${first} |`))
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'))
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
  )
}

const matches = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))].sort()

test('[GUIDE-1] the code in the guides is the code of the examples', () => {
  const examples = new Map<string, string[]>()
  for (const guide of guides) {
    for (const [, name, code] of read(guide).matchAll(/^<!-- (\S+) -->\n```ts\n([\s\S]*?)^```$/gm)) {
      const path = `${dirname(guide)}/${name}`
      examples.set(path, [...(examples.get(path) ?? []), code ?? ''])
    }
  }
  const folder = 'docs/guides/examples/first-world'
  expect([...examples.keys()].sort()).toEqual(readdirSync(join(repository, folder)).map((name) => `${folder}/${name}`))
  for (const [path, blocks] of examples) expect(blocks.join('\n'), path).toBe(read(path))
})

describe('[GUIDE-2] the tests in the guides pass', async () => {
  await import('../../docs/guides/examples/first-world/game.test.ts')
})

/** A setting at an end of its range may need another one to go with it. */
const companions: { readonly [setting: string]: (value: number) => object } = {
  snapshotHz: (value) => ({ tickHz: value }),
  sendBacklogBytesMax: (value) => ({ sendBacklogCloseBytes: Math.max(value, 1024) }),
  sendBacklogCloseBytes: () => ({ sendBacklogBytesMax: 1024 }),
}

/** Flags that have shorter names than their settings. */
const flagOf: { readonly [setting: string]: string } = { record: '--no-record', recordFile: '--record' }

test('[GUIDE-3] the operating guide has every setting, its flag, its default and its range', () => {
  const { core, ...rest } = parseConfig({ game: 'a game' })
  const { game: _given, ...defaults }: { readonly [setting: string]: unknown } = { ...rest, ...core }
  const rows = rowsOf(operating, 'setting').map(([setting = '', flag = '', fallback = '', allowed = '']) => {
    return { setting, flag, fallback, allowed }
  })
  expect(rows.map(({ setting }) => setting).sort()).toEqual(['game', ...Object.keys(defaults)].sort())
  for (const { setting, flag, fallback, allowed } of rows) {
    const kebab = setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (flag !== '') expect(flag, setting).toBe(flagOf[setting] ?? `--${kebab}`)
    expect(fallback, setting).toBe(JSON.stringify(defaults[setting]) ?? '')
    expect(allowed !== '', `${setting} has a range`).toBe(typeof defaults[setting] === 'number')
    if (allowed === '') continue
    const [min = Number.NaN, max = Number.NaN] = allowed.split(' … ').map(Number)
    const parse = (value: number): unknown =>
      parseConfig({ game: 'a game', ...companions[setting]?.(value), [setting]: value })
    for (const inside of [min, max]) expect(() => parse(inside), `${setting} ${inside}`).not.toThrow()
    for (const outside of [min - 1, max + 1]) {
      expect(() => parse(outside), `${setting} ${outside}`).toThrow(ConfigError)
      expect(() => parse(outside)).toThrow(`${setting}: `)
    }
  }
})

test('[GUIDE-4] the operating guide has every option and environment variable of the command', () => {
  const cli = fileURLToPath(import.meta.resolve('@worldkeep/server/cli'))
  const help = spawnSync(process.execPath, [cli, '--help'], { encoding: 'utf8' }).stdout
  expect(matches(operating, /`(--[a-z-]+)/g)).toEqual(matches(help, /^ {2}(--[a-z-]+)/gm))
  expect(matches(operating, /`([A-Z]+_[A-Z_]+)`/g)).toEqual(matches(help, /^ {2}([A-Z]+_[A-Z_]+)/gm))
  const flags = rowsOf(operating, 'setting').flatMap(([, flag]) => (flag ? [flag] : []))
  expect([...flags, '--help', '--version'].sort()).toEqual(matches(help, /^ {2}(--[a-z-]+)/gm))
})

test('[GUIDE-5] the operating guide has every metric of a node, and its paths answer', async () => {
  const folder = await temporaryFolder()
  const game = fileURLToPath(import.meta.resolve('@worldkeep/server/testing/arena'))
  const host = await startHost({ game, port: 0, dataDir: folder.path, logLevel: 'silent' })
  try {
    const exposed = (await host.metrics.getMetricsAsJSON()).map(({ name }) => name)
    const documented = rowsOf(operating, 'metric').map(([name = '']) => name)
    expect([...documented].sort()).toEqual(exposed.filter((name) => name.startsWith('worldkeep_')).sort())
    for (const [, method, path] of operating.matchAll(/^\| `(GET|POST) (\S+)` \|/gm)) {
      const status = (await fetch(`http://127.0.0.1:${host.port}${path}`, { method: method ?? '' })).status
      // What is there for WebSockets is nothing to plain HTTP.
      if (path !== '/ws') expect(status, path).toBe(200)
    }
  } finally {
    await host.stop()
    await folder.remove()
  }
})

const pages = [
  ...guides,
  ...pagesUnder('docs/decisions'),
  'docs/audit.md',
  'docs/glossary.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'packages/server/README.md',
  'apps/meadow/README.md',
  'testing/README.md',
]

test.each(pages)('[GUIDE-6] links and paths lead somewhere: %s', (page) => {
  const text = read(page).replace(/^```[\s\S]*?^```$/gm, '')
  const links = matches(text, /\]\((?!https?:)([^)#\s]+)/g).map((link) => join(dirname(page), link))
  const paths = matches(text, /`((?:apps|benches|docs|packages|testing|tools)\/[\w./-]+)`/g)
  const missing = [...links, ...paths].filter((path) => !existsSync(join(repository, path)))
  expect(missing).toEqual([])
  expect(links.filter((link) => relative('.', link).startsWith('..'))).toEqual([])
})

test('[GUIDE-7] decisions are numbered without a gap and indexed, and each contradiction has one row', () => {
  const decisions = pagesUnder('docs/decisions').filter((page) => /\/\d{4}-/.test(page))
  const index = decisions.map((page, at) => {
    const [, number, title] = /^# (\d{4}) (.+)$/m.exec(read(page)) ?? []
    expect(number, page).toBe(String(at + 1).padStart(4, '0'))
    return [`[${number}](${page.slice('docs/decisions/'.length)})`, title]
  })
  expect(matches(read('docs/decisions/README.md'), /^(\| \[\d{4}\].+)$/gm)).toEqual(
    index.map(([link, title]) => `| ${link} | ${title} |`),
  )
  const contradictions = rowsOf(read('docs/decisions/contradictions.md'), 'id').map(([id]) => id)
  expect(contradictions).toEqual(Array.from({ length: 42 }, (_, at) => `X-${String(at + 1).padStart(2, '0')}`))
})
