import { expect, test } from 'vitest'
import { compareRules } from '../spec-rules.mjs'

const texts = (text) => new Map([['a', text]])

test('finds rules in lists and tables, and leaves examples alone', () => {
  const spec =
    '- **WORLD-3** a cell is square\n**WORLD-4** so is a zone\n| TICK-1 | one writer |\n```\n- **OLD-9** an example\n```\nWORLD-7 is prose'
  expect([...compareRules(texts(spec), texts('')).rules]).toEqual([
    ['WORLD-3', 'a:1'],
    ['WORLD-4', 'a:2'],
    ['TICK-1', 'a:3'],
  ])
})

test('a rule is tested by a name that starts with it, alone or with others', () => {
  const spec = ['A-1', 'A-2', 'A-3', 'A-4'].map((id) => `- **${id}** rule`).join('\n')
  const tests = 'test(\'[A-1] one\')\ntest(`[A-2] [A-3] two`)\ntest("names [A-4] too late")'
  expect(compareRules(texts(spec), texts(tests)).problems).toEqual(["a:4: A-4 has no test; name one '[A-4] ...'"])
})

test('a test of an unknown rule is a problem, and so is a rule that stands twice', () => {
  const { problems } = compareRules(texts('- **A-1** x\n- **A-1** y'), texts("test('[A-1, B-2] z')"))
  expect(problems).toEqual(['a:2: A-1 is already a rule at a:1', 'a:1: a test of B-2, which is no rule of docs/spec'])
})

test('nothing yet is no problem', () => {
  expect(compareRules(new Map(), new Map()).problems).toEqual([])
})
