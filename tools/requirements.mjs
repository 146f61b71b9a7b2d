// docs/requirements.md: what works, and what proves it. Rows `| id | status | proof |`; a proof names test files
// (`packages/x/test/y.test.ts`, perhaps `› [RULE-1]`, which must stand in that file) or commands (`npm run bench`).
// Whatever a row names must exist, and a row that works must name something.

import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readJson, root } from './lib/run.mjs'
import { say } from './lib/terminal.mjs'

const page = 'docs/requirements.md'
const statuses = ['works', 'partly', 'open']

/** A test file, in backticks or a link or plain, and the rules cited in it: `a.test.ts ›, [A-2]`. */
const citedTest = /([\w@./-]+\.test\.(?:tsx?|mjs))[`)\]]*(?:\([^)]*\))?((?:\s*(?:›|,|and)?\s*`?\[[A-Z]+-\d+\]`?)*)/g
const citedCommand = /`npm (?:run (?<script>[\w:-]+)|(?<short>test|start)\b)[^`]*`/g

/**
 * @typedef {{ readFile: (path: string) => string | undefined, scripts: Record<string, string> }} Repository
 * @param {string} text of the page
 * @param {Repository} repository
 * @returns {{ counts: Record<string, number>, problems: string[] }}
 */
export function checkRequirements(text, repository) {
  const problems = []
  const counts = Object.fromEntries(statuses.map((status) => [status, 0]))
  const lines = new Map()
  for (const { id, status, proof, line } of rowsIn(text)) {
    const complain = (what) => problems.push(`${page}:${line}: ${id} ${what}`)
    if (lines.has(id)) complain(`is already at line ${lines.get(id)}`)
    lines.set(id, line)
    if (!statuses.includes(status)) {
      complain(`has the status '${status}', which is none of ${statuses.join(', ')}`)
      continue
    }
    counts[status] += 1
    const { existing, missing } = citationsIn(proof, repository)
    for (const what of missing) complain(`cites ${what}`)
    if (status === 'works' && existing === 0) complain('works, and cites no test or command that exists')
  }
  if (lines.size === 0) problems.push(`${page}: no row \`| id | status | proof |\` found`)
  return { counts, problems }
}

/** @param {string} text */
const rowsIn = (text) =>
  tableRows(text, ['id', 'status', 'proof']).map(({ cells, line }) => {
    const bare = (name) => cells[name].replace(/[*`]/g, '')
    return { id: bare('id'), status: bare('status').toLowerCase(), proof: cells.proof, line }
  })

/**
 * Rows of the tables whose heading names these columns, in whatever order and company.
 *
 * @param {string} text
 * @param {string[]} wanted
 * @returns {{ cells: Record<string, string>, line: number }[]}
 */
export function tableRows(text, wanted) {
  const rows = []
  let columns
  for (const [index, line] of text.split('\n').entries()) {
    const isRow = line.trimStart().startsWith('|')
    const cells = isRow ? cellsOf(line) : []
    const names = cells.map((cell) => cell.toLowerCase())
    if (!isRow) columns = undefined
    else if (wanted.every((name) => names.includes(name))) columns = names
    else if (columns !== undefined && !cells.every((cell) => /^:?-+:?$/.test(cell))) {
      const named = wanted.map((name) => [name, cells[columns.indexOf(name)] ?? ''])
      rows.push({ cells: Object.fromEntries(named), line: index + 1 })
    }
  }
  return rows
}

/** @param {string} line `| a | b |`, where `\|` does not divide */
const cellsOf = (line) =>
  line
    .trim()
    .replace(/^\||(?<!\\)\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))

/**
 * @param {string} proof
 * @param {Repository} repository
 * @returns {{ existing: number, missing: string[] }}
 */
export function citationsIn(proof, { readFile, scripts }) {
  const missing = []
  let existing = 0
  for (const [, path, rules] of proof.matchAll(citedTest)) {
    const fromRoot = path.startsWith('.') ? posix.normalize(posix.join(posix.dirname(page), path)) : path
    const text = readFile(fromRoot)
    const unknown = (rules.match(/[A-Z]+-\d+/g) ?? []).filter((id) => !new RegExp(`\\b${id}\\b`).test(text ?? ''))
    if (text === undefined) missing.push(`${path}, which does not exist`)
    else if (unknown.length > 0) missing.push(`${unknown.join(', ')} of ${path}, which is not in it`)
    else existing += 1
  }
  for (const { groups } of proof.matchAll(citedCommand)) {
    const script = groups.script ?? groups.short
    if (scripts[script] === undefined) missing.push(`npm run ${script}, which is no script of package.json`)
    else existing += 1
  }
  return { existing, missing }
}

function main() {
  const readFile = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)
  const text = readFile(page)
  if (text === undefined) {
    say(`${page} does not exist`)
    process.exitCode = 1
    return
  }
  const { counts, problems } = checkRequirements(text, { readFile, scripts: readJson('package.json').scripts })
  for (const problem of problems) say(problem)
  const summary = statuses.map((status) => `${counts[status]} ${status}`).join(', ')
  say(`requirements: ${summary}; ${problems.length} problems`)
  if (problems.length > 0) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
