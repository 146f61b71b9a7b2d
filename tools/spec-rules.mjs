// Numbered rules (docs/spec/*.md) and the tests that are named after them: no rule without a test, no test of an unknown
// rule. A rule is a line `- **WORLD-3** text` (with or without the dash) or `| WORLD-3 | text |`; a test's name starts with
// `[WORLD-3]`.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './lib/run.mjs'
import { filesUnder } from './lib/stamp.mjs'
import { say } from './lib/terminal.mjs'

const ruleLine = /^\s*(?:(?:[-*]\s+)?\*\*([A-Z]+-\d+)\*\*|\|\s*\**([A-Z]+-\d+)\**\s*\|)/
const ruleIds = /[A-Z]+-\d+/g
/** A string that begins with one or more ids: '[WORLD-3] ...', '[WORLD-3] [WORLD-4] ...', '[WORLD-3, WORLD-4] ...'. */
const testName = /['"`]((?:\[[A-Z]+-\d+(?:,\s*[A-Z]+-\d+)*\]\s*)+)/g

/**
 * @typedef {Map<string, string>} Texts by file name
 * @param {Texts} specs
 * @param {Texts} tests
 * @returns {{ rules: Map<string, string>, tested: Set<string>, problems: string[] }} rules with where they stand
 */
export function compareRules(specs, tests) {
  const problems = []
  const rules = new Map()
  for (const [file, text] of specs) {
    for (const { id, line } of rulesIn(text)) {
      const where = `${file}:${line}`
      if (rules.has(id)) problems.push(`${where}: ${id} is already a rule at ${rules.get(id)}`)
      else rules.set(id, where)
    }
  }
  const tested = new Set()
  for (const [file, text] of tests) {
    for (const { id, line } of namesIn(text)) {
      if (rules.has(id)) tested.add(id)
      else problems.push(`${file}:${line}: a test of ${id}, which is no rule of docs/spec`)
    }
  }
  for (const [id, where] of rules) {
    if (!tested.has(id)) problems.push(`${where}: ${id} has no test; name one '[${id}] ...'`)
  }
  return { rules, tested, problems }
}

/** @param {string} text of a spec page; what stands in a code fence is an example */
function rulesIn(text) {
  const found = []
  let isFenced = false
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(line)) isFenced = !isFenced
    const match = isFenced ? null : ruleLine.exec(line)
    if (match !== null) found.push({ id: match[1] ?? match[2], line: index + 1 })
  }
  return found
}

/** @param {string} text of a test file */
const namesIn = (text) =>
  text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(testName)].flatMap(([, ids]) =>
        (ids.match(ruleIds) ?? []).map((id) => ({ id, line: index + 1 })),
      ),
    )

/** Tests, and the contract suites that packages ship for their adapters. @param {string} file */
const isTest = (file) => /\.test\.(?:tsx?|mjs)$/.test(file) || /^packages\/[^/]+\/src\/testing\/.*\.ts$/.test(file)

/** Tests of the tools have rules in strings, for the tools to find: only what a line begins with names such a test. */
const startsTest = /^(?:test(?:\.each)?\(|\]\)\()['"`]\[/

/** @param {string} file @param {string} text */
const namesOnly = (file, text) =>
  file.endsWith('.mjs')
    ? text
        .split('\n')
        .map((line) => (startsTest.test(line) ? line : ''))
        .join('\n')
    : text

function main() {
  const read = (files) => new Map(files.map((file) => [file, namesOnly(file, readFileSync(join(root, file), 'utf8'))]))
  const specs = filesUnder('docs/spec').filter((file) => file.endsWith('.md'))
  const tests = ['packages', 'apps', 'testing', 'benches', 'tools']
    .flatMap((folder) => filesUnder(folder))
    .filter(isTest)
  const { rules, tested, problems } = compareRules(read(specs), read(tests))
  for (const problem of problems) say(problem)
  say(`rules: ${rules.size} in ${specs.length} pages, ${tested.size} tested, ${problems.length} problems`)
  if (problems.length > 0) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
