import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { audit, failureModes } from '../audit.mjs'
import { inRoot } from '../lib/run.mjs'

const source = 'packages/server/src/core/tick/tick-core.ts'
const cited = '`packages/wire/test/frame.test.ts` › [WIRE-1]'

/** A repository in which all is well, and what a test changes of it. */
function findingsOf({ modes = {}, hooks = `| \`poll all\` | poll | ${cited} |`, files = {}, folders = [] } = {}) {
  const rows = failureModes.map((name) => {
    const {
      status = name === 'combat drift' ? 'not applicable yet' : 'closed',
      proof = cited,
      severity = 'P1',
    } = modes[name] ?? {}
    return modes[name] === null ? '' : `| ${name} | ${severity} | ${status} | ${proof} |`
  })
  const page = [
    '| mode | severity | status | proof |',
    '| --- | --- | --- | --- |',
    ...rows.filter(Boolean),
    ...(modes.extra ?? []),
    '',
    '| hook | stage | proof |',
    '| --- | --- | --- |',
    hooks,
  ].join('\n')
  const texts = {
    'docs/audit.md': page,
    'docs/requirements.md': `| id | status | proof |\n| --- | --- | --- |\n| P-1 | works | ${cited} |`,
    'packages/wire/test/frame.test.ts': "test('[WIRE-1] frames')\ntest('[WIRE-12] more')",
    [source]: "{ name: 'poll all', stage: 'poll', order: 5, run: () => this.#poll() },",
    ...files,
  }
  const { findings } = audit({ readFile: (path) => texts[path], exists: (path) => folders.includes(path), scripts: {} })
  return findings.map(({ severity, mode, file, method, finding }) =>
    [severity, mode, file, method, finding].join(' | '),
  )
}

test('nothing is found where every mode is closed by a test that exists', () => {
  expect(findingsOf()).toEqual([])
})

test('a mode that is open, or of no known status, is found', () => {
  expect(findingsOf({ modes: { leaks: { status: 'open' }, allocations: { status: 'fine', severity: 'P2' } } })).toEqual(
    ['P1 | leaks | docs/audit.md:10 | status | is open', 'P2 | allocations | docs/audit.md:11 | status | is fine'],
  )
})

test.each([
  ['we looked at it', 'cites no test'],
  ['`packages/wire/test/no.test.ts`', 'cites packages/wire/test/no.test.ts, which does not exist'],
  [
    '`packages/wire/test/frame.test.ts` › [WIRE-2]',
    'cites WIRE-2 of packages/wire/test/frame.test.ts, which is not in it',
  ],
  ['`npm run fly`', 'cites npm run fly, which is no script of package.json'],
])('a proof must exist: %s', (proof, finding) => {
  expect(findingsOf({ modes: { leaks: { proof } } })).toEqual([
    `P1 | leaks | docs/audit.md:10 | cited test | ${finding}`,
  ])
})

test('a mode that is missing, invented, doubled or of no severity is found', () => {
  expect(findingsOf({ modes: { leaks: null } })).toEqual(['P0 | leaks | docs/audit.md | list of modes | has no row'])
  expect(findingsOf({ modes: { leaks: { severity: 'high' } } })).toEqual([
    "high | leaks | docs/audit.md:10 | severity | 'high' is none of P0, P1, P2, P3",
  ])
  const extra = [`| bad luck | P1 | closed | ${cited} |`, `| leaks | P1 | closed | ${cited} |`]
  expect(findingsOf({ modes: { extra } })).toEqual([
    'P1 | bad luck | docs/audit.md:15 | list of modes | is no failure mode',
    'P1 | leaks | docs/audit.md:16 | list of modes | has two rows',
  ])
})

test('combat may wait for as long as there is none, and nothing else may', () => {
  expect(findingsOf({ folders: ['packages/gameplay'] })).toEqual([
    'P1 | combat drift | docs/audit.md:14 | status | packages/gameplay exists: it is applicable now',
  ])
  expect(findingsOf({ modes: { 'combat drift': { status: 'closed' } }, folders: ['packages/gameplay'] })).toEqual([])
  expect(findingsOf({ modes: { leaks: { status: 'not applicable yet' } } })).toEqual([
    'P1 | leaks | docs/audit.md:10 | status | has to be closed: it is applicable today',
  ])
})

test('every hook of the tick has a row with a proof, at its stage, and no row is of another', () => {
  const line = 'P1 | systems pumped | docs/audit.md:18'
  const unproven = `P1 | systems pumped | ${source} | list of hooks | hook 'poll all' (poll) has no row in docs/audit.md`
  expect(findingsOf({ hooks: '' })).toEqual([unproven])
  expect(findingsOf({ hooks: `| \`poll all\` | send | ${cited} |` })).toEqual([unproven])
  expect(findingsOf({ hooks: '| poll all | poll | by hand |' })).toEqual([
    `${line} | cited test | hook 'poll all': cites no test`,
  ])
  expect(findingsOf({ hooks: `| poll none | poll | ${cited} |` })).toEqual([
    unproven,
    `${line} | list of hooks | 'poll none' is no hook`,
  ])
  expect(findingsOf({ files: { [source]: '' } })).toEqual([
    `P1 | systems pumped | ${source} | list of hooks | no hook found in it`,
  ])
})

test('a requirement that cites nothing is found', () => {
  const text = '| id | status | proof |\n| --- | --- | --- |\n| P-1 | works | surely |'
  expect(findingsOf({ files: { 'docs/requirements.md': text } })).toEqual([
    'P1 | requirements | docs/requirements.md:3 | cited test | P-1 works, and cites no test or command that exists',
  ])
})

test('a page that is gone has no mode closed', () => {
  expect(findingsOf({ files: { 'docs/audit.md': undefined } })).toHaveLength(failureModes.length + 1)
})

test('the command prints plain text where there is no terminal, and one object with --json', () => {
  const run = (...args) => spawnSync(process.execPath, [inRoot('tools/audit.mjs'), ...args], { encoding: 'utf8' })
  const { status, stdout } = run()
  for (const mode of failureModes) expect(stdout).toContain(mode)
  expect(stdout).not.toContain('\u001b')
  const json = run('--json')
  const { modes, hooks, findings } = JSON.parse(json.stdout)
  expect(modes.map(({ name }) => name)).toEqual(failureModes)
  expect(hooks.length).toBeGreaterThan(10)
  expect([status, json.status]).toEqual(findings.length > 0 ? [1, 1] : [0, 0])
})
