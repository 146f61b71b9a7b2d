import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

/**
 * The import rules of `.dependency-cruiser.cjs`, each broken once in a copy of the repository's shape: every package with
 * its real manifest and an empty built entry, linked as npm links workspaces. The repository itself is not touched.
 */

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** One file each: what it imports (by `import type` if so said), and the rules that must speak. */
const cases: readonly { file: string; imports: string; rules: readonly string[]; onlyTypes?: true }[] = [
  { file: 'packages/kernel/src/up.ts', imports: '@worldkeep/wire', rules: ['rank-kernel'] },
  { file: 'packages/kernel/src/far-up.ts', imports: '@worldkeep/server', rules: ['rank-kernel'] },
  { file: 'packages/wire/src/same.ts', imports: '@worldkeep/world', rules: ['rank-wire'] },
  { file: 'packages/wire/src/down.ts', imports: '@worldkeep/kernel', rules: [] },
  { file: 'packages/world/src/same.ts', imports: '@worldkeep/wire', rules: ['rank-world'] },
  { file: 'packages/replication/src/same.ts', imports: '@worldkeep/session', rules: ['rank-replication'] },
  { file: 'packages/replication/src/down.ts', imports: '@worldkeep/world', rules: [] },
  { file: 'packages/session/src/same.ts', imports: '@worldkeep/store', rules: ['rank-session'] },
  { file: 'packages/store/src/up.ts', imports: '@worldkeep/client', rules: ['rank-store'] },
  { file: 'packages/store/src/npm.ts', imports: 'pg', rules: [] },
  { file: 'packages/client/src/up.ts', imports: '@worldkeep/react', rules: ['rank-client'] },
  { file: 'packages/client/src/down.ts', imports: '@worldkeep/replication', rules: [] },
  { file: 'packages/server/src/same.ts', imports: '@worldkeep/react', rules: ['rank-server'] },
  { file: 'packages/server/src/up.ts', imports: '@worldkeep/meadow', rules: ['rank-server'] },
  { file: 'packages/react/src/same.ts', imports: '@worldkeep/server', rules: ['rank-react'] },
  {
    file: 'packages/kernel/src/builtin.ts',
    imports: 'node:fs',
    rules: ['deterministic-imports-nothing-foreign'],
  },
  { file: 'packages/session/src/npm.ts', imports: 'ws', rules: ['deterministic-imports-nothing-foreign'] },
  { file: 'packages/server/src/host.ts', imports: 'node:net', rules: [] },
  {
    file: 'packages/server/src/core/builtin.ts',
    imports: 'node:net',
    rules: ['server-core-does-no-io', 'server-core-reaches-no-io'],
  },
  {
    file: 'packages/server/src/core/npm.ts',
    imports: 'ws',
    rules: ['server-core-does-no-io', 'server-core-reaches-no-io'],
  },
  { file: 'packages/server/src/core/around.ts', imports: '../host.ts', rules: ['server-core-reaches-no-io'] },
  { file: 'packages/server/src/core/down.ts', imports: '@worldkeep/session', rules: [] },
  { file: 'apps/meadow/src/game/other.ts', imports: '@worldkeep/kernel', rules: ['game-imports-world-only'] },
  { file: 'apps/meadow/src/game/builtin.ts', imports: 'node:fs', rules: ['game-imports-world-only'] },
  { file: 'apps/meadow/src/game/index.ts', imports: '@worldkeep/world', rules: [] },
  { file: 'apps/meadow/src/web/other.ts', imports: '@worldkeep/server', rules: ['web-imports-public-packages'] },
  { file: 'apps/meadow/src/web/npm.ts', imports: 'ws', rules: ['web-imports-public-packages'] },
  { file: 'apps/meadow/src/web/react.ts', imports: 'react', rules: [] },
  { file: 'apps/meadow/src/web/client.ts', imports: '@worldkeep/client', rules: [] },
  { file: 'apps/meadow/src/web/game.ts', imports: '../game/index.ts', rules: [] },
  {
    file: 'apps/meadow/src/web/testing.ts',
    imports: '../../../../testing/src/index.ts',
    rules: ['rank-apps', 'web-imports-public-packages'],
  },
  {
    file: 'testing/src/benches.ts',
    imports: '../../benches/src/main.ts',
    rules: ['no-deep-imports-of-source', 'rank-testing-benches'],
  },
  { file: 'benches/src/app.ts', imports: '@worldkeep/meadow', rules: [] },
  {
    file: 'packages/wire/src/deep-source.ts',
    imports: '../../kernel/src/index.ts',
    rules: ['no-deep-imports-of-source'],
  },
  {
    file: 'packages/wire/src/deep-output.ts',
    imports: '../../kernel/dist/index.js',
    rules: ['no-deep-imports-of-output'],
  },
  {
    file: 'packages/store/src/deep-name.ts',
    imports: '@worldkeep/kernel/dist/index.js',
    rules: ['no-unresolvable'],
  },
  {
    file: 'packages/wire/src/nowhere.ts',
    imports: './missing.ts',
    rules: ['no-unresolvable'],
  },
  { file: 'packages/kernel/src/up-types.ts', imports: '@worldkeep/world', onlyTypes: true, rules: ['rank-kernel'] },
  { file: 'packages/client/src/circle-a.ts', imports: './circle-b.ts', rules: ['no-circular'] },
  { file: 'packages/client/src/circle-b.ts', imports: './circle-a.ts', rules: [] },
  { file: 'packages/client/src/forward-a.ts', imports: './forward-b.ts', rules: [] },
  { file: 'packages/client/src/forward-b.ts', imports: './forward-a.ts', onlyTypes: true, rules: [] },
]

interface CruiseSummary {
  readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[]
  readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] }
}

let copy: string
let summary: CruiseSummary

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'worldkeep-ranks-'))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    writeFileSync(join(copy, path), text)
  }
  const workspaces = [...readdirSync(join(repository, 'packages')).map((name) => `packages/${name}`), 'apps/meadow']
  for (const folder of ['.', 'testing', 'benches', ...workspaces]) {
    write(`${folder}/package.json`, readFileSync(join(repository, folder, 'package.json'), 'utf8'))
  }
  mkdirSync(join(copy, 'node_modules/@worldkeep'), { recursive: true })
  for (const workspace of workspaces) {
    const entry = workspace.startsWith('apps/') ? 'game/index' : 'index'
    write(`${workspace}/dist/${entry}.js`, 'export {}\n')
    write(`${workspace}/dist/${entry}.d.ts`, 'export {}\n')
    symlinkSync(`../../${workspace}`, join(copy, 'node_modules/@worldkeep', workspace.split('/')[1] as string))
  }
  for (const name of ['pg', 'ws', 'react']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }))
    write(`node_modules/${name}/index.js`, 'export {}\n')
  }
  for (const path of ['packages/kernel/src/index.ts', 'testing/src/index.ts', 'benches/src/main.ts']) {
    write(path, 'export {}\n')
  }
  for (const { file, imports, onlyTypes } of cases) {
    write(file, onlyTypes ? `import type { Any } from '${imports}'\n` : `import '${imports}'\n`)
  }
  summary = cruise(copy)
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

test('every import rule speaks where it is broken, and only there', () => {
  const spoken = new Map<string, string[]>()
  for (const { from, rule } of summary.violations) spoken.set(from, [...(spoken.get(from) ?? []), rule.name])
  const found = cases.map((one) => ({ ...one, rules: [...new Set(spoken.get(one.file))].sort() }))
  expect(found).toEqual(cases.map((one) => ({ ...one, rules: [...one.rules].sort() })))
})

test('every import rule is broken by a case', () => {
  const broken = new Set(cases.flatMap(({ rules }) => rules))
  const unbroken = summary.ruleSetUsed.forbidden.map(({ name }) => name).filter((name) => !broken.has(name))
  expect(unbroken, 'packages that do not exist yet').toEqual(['rank-gameplay', 'rank-webtransport', 'rank-cluster'])
})

function cruise(cwd: string): CruiseSummary {
  const cruiser = join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const config = join(repository, '.dependency-cruiser.cjs')
  const folders = ['packages', 'apps', 'testing', 'benches']
  const args = [cruiser, '--config', config, '--output-type', 'json', ...folders]
  const output = execFileSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return (JSON.parse(output) as { summary: CruiseSummary }).summary
}
