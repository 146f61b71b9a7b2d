// The fast half of the proof, as a list: `npm run check` runs it alone, `npm test` runs it before the end-to-end tests.

import { binOf, runNode } from './run.mjs'
import { green, red, say, secondsSince } from './terminal.mjs'
import { runVitest } from './vitest.mjs'

/** Captured output is shown only on failure, and reads best plain. */
const plain = { env: { NO_COLOR: '1', FORCE_COLOR: undefined } }

const tool = (packageName, command, ...args) => runNode([binOf(packageName, command), ...args], plain)
const ours = (script, ...args) => runNode([script, ...args], plain)
const tsc = (...args) => tool('typescript', 'tsc', '--pretty', 'false', ...args)

/**
 * @typedef {{ code: number, output: string, counts?: import('./vitest.mjs').Counts }} Outcome
 * @typedef {{ name: string, run: () => Promise<Outcome> }} Step
 * @param {{ fix?: boolean }} [options] `fix` lets Biome write
 * @returns {Step[]}
 */
export const checkSteps = ({ fix = false } = {}) => [
  { name: 'types: packages', run: () => tool('typescript', 'tsc', '-b', '--pretty', 'false') },
  { name: 'types: tests', run: () => tsc('-p', 'tsconfig.test.json') },
  { name: 'types: guides', run: () => tsc('-p', 'docs/guides/examples') },
  { name: 'types: web client', run: () => tsc('-p', 'apps/meadow/tsconfig.web.json') },
  {
    name: 'format and lint',
    run: () =>
      fix
        ? tool('@biomejs/biome', 'biome', 'check', '--write', '--colors=off', '--error-on-warnings')
        : tool('@biomejs/biome', 'biome', 'ci', '--colors=off', '--error-on-warnings'),
  },
  { name: 'determinism fence', run: () => ours('tools/determinism.mjs') },
  { name: 'ranks of imports', run: () => ours('tools/ranks.mjs') },
  { name: 'unused code', run: () => tool('knip', 'knip', '--no-progress', '--no-config-hints') },
  { name: 'rules of the spec', run: () => ours('tools/spec-rules.mjs') },
  { name: 'requirements', run: () => ours('tools/requirements.mjs') },
  { name: 'audit', run: () => ours('tools/audit.mjs') },
  { name: 'unit tests', run: () => runVitest('unit', plain) },
]

/**
 * Runs every step, whatever the ones before it said: one line each, and the output of those that failed.
 *
 * @param {Step[]} steps
 * @returns {Promise<{ failed: string[], counts: import('./vitest.mjs').Counts[] }>} names of the failed steps
 */
export async function runSteps(steps) {
  const failed = []
  const counts = []
  for (const { name, run } of steps) {
    const startMs = performance.now()
    const outcome = await run()
    const isOk = outcome.code === 0
    say(`${isOk ? green('ok    ') : red('failed')} ${name.padEnd(18)} ${secondsSince(startMs)}`)
    if (outcome.counts !== undefined) counts.push(outcome.counts)
    if (isOk) continue
    failed.push(name)
    say(`\n${outcome.output.trimEnd()}\n`)
  }
  return { failed, counts }
}
