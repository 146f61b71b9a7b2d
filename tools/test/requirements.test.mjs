import { expect, test } from 'vitest'
import { checkRequirements } from '../requirements.mjs'

const files = new Map([['packages/wire/test/frame.test.ts', "test('[WIRE-1] frames')"]])
const repository = { readFile: (path) => files.get(path), scripts: { bench: 'node bench.mjs', test: 'node test.mjs' } }
const check = (...rows) =>
  checkRequirements(['| id | status | proof |', '| --- | --- | --- |', ...rows].join('\n'), repository)

test.each([
  '| P-1 | works | packages/wire/test/frame.test.ts |',
  '| P-1 | works | `packages/wire/test/frame.test.ts` |',
  '| P-1 | works | `packages/wire/test/frame.test.ts › [WIRE-1]` |',
  '| P-1 | works | `packages/wire/test/frame.test.ts` › [WIRE-1] |',
  '| P-1 | works | [frame](../packages/wire/test/frame.test.ts) |',
  '| P-1 | works | `npm run bench -- --quick`, by hand |',
  '| P-1 | works | `npm test` |',
  '| P-1 | partly | without resume |',
  '| **P-1** | Open | |',
])('accepts %s', (row) => {
  expect(check(row).problems).toEqual([])
})

test.each([
  ['| P-1 | works | we looked at it |', 'P-1 works, and cites no test or command that exists'],
  ['| P-1 | works | npm run bench |', 'P-1 works, and cites no test or command that exists'],
  ['| P-1 | done | |', "P-1 has the status 'done', which is none of works, partly, open"],
  ['| P-1 | partly | packages/wire/test/no.test.ts |', 'P-1 cites packages/wire/test/no.test.ts, which does not exist'],
  ['| P-1 | open | `npm run fly` |', 'P-1 cites npm run fly, which is no script of package.json'],
])('refuses %s', (row, problem) => {
  expect(check(row).problems).toEqual([`docs/requirements.md:3: ${problem}`])
})

test('a cited rule must stand in the cited file', () => {
  expect(check('| P-1 | partly | `packages/wire/test/frame.test.ts › [WIRE-1], [WIRE-2]` |').problems).toEqual([
    'docs/requirements.md:3: P-1 cites WIRE-2 of packages/wire/test/frame.test.ts, which is not in it',
  ])
})

test('ids are unique, over all tables of the page', () => {
  const { problems, counts } = check('| P-1 | open | |', '', '| id | what | status | proof |', '| P-1 | x | open | |')
  expect(problems).toEqual(['docs/requirements.md:6: P-1 is already at line 3'])
  expect(counts).toEqual({ works: 0, partly: 0, open: 2 })
})

test('a page without rows is a problem', () => {
  expect(checkRequirements('# Requirements', repository).problems).toHaveLength(1)
})
