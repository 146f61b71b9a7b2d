// Runs dependency-cruiser over every source and test file, and fails when it looked at fewer files than there are: with a
// TypeScript that it does not understand, it passes in silence.

import { binOf, readJson, runNode } from './lib/run.mjs'
import { filesUnder } from './lib/stamp.mjs'
import { say } from './lib/terminal.mjs'

const folders = readJson('tsconfig.json')
  .references.flatMap(({ path }) => [`${path}/src`, `${path}/test`])
  .filter((folder) => filesUnder(folder).length > 0)
const sources = folders.flatMap((folder) => filesUnder(folder)).filter((file) => /\.tsx?$/.test(file))

if (sources.length === 0) {
  say('ranks: there is no source file to check')
  process.exit(1)
}

const { code, output } = await runNode([
  binOf('dependency-cruiser', 'depcruise'),
  '--config',
  '.dependency-cruiser.cjs',
  '--output-type',
  'json',
  ...folders,
])

let result
try {
  result = JSON.parse(output)
} catch {
  say(output)
  say(`ranks: dependency-cruiser gave no result (exit ${code})`)
  process.exit(1)
}

const comments = new Map(result.summary.ruleSetUsed.forbidden.map((rule) => [rule.name, rule.comment]))
for (const { rule, from, to, cycle } of result.summary.violations) {
  const path = cycle === undefined ? to : cycle.map((step) => step.name).join(' → ')
  say(`${from} → ${path}\n    ${rule.name}: ${comments.get(rule.name) ?? ''}`)
}

const cruised = new Set(result.modules.map((module) => module.source))
const missed = sources.filter((file) => !cruised.has(file))
for (const file of missed) say(`${file}: not looked at by dependency-cruiser`)

say(`ranks: ${sources.length - missed.length} files, ${result.summary.violations.length} violations`)
if (missed.length > 0 || result.summary.violations.length > 0) process.exit(1)
