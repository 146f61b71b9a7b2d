// `npm test`: install, build, every check, every test. The last line is always `P passed, F failed, S skipped`.

import { ensureBuilt } from './lib/build.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { checkSteps, runSteps } from './lib/steps.mjs'
import { progress, say } from './lib/terminal.mjs'
import { runVitest, sumOf } from './lib/vitest.mjs'

const isCi = process.env.CI === 'true'

/** @returns {Promise<{ problems: string[], counts: import('./lib/vitest.mjs').Counts[] }>} */
async function testEverything() {
  try {
    await ensureInstalled()
    await ensureBuilt()
  } catch (error) {
    // Neither vitest run could start.
    const notStarted = { passed: 0, failed: 1, skipped: 0 }
    return { problems: [error instanceof Error ? error.message : String(error)], counts: [notStarted, notStarted] }
  }
  const checks = await runSteps(checkSteps())
  progress('running the end-to-end tests')
  const endToEnd = await runVitest('e2e', { show: true })
  const failed = endToEnd.code === 0 ? checks.failed : [...checks.failed, 'end-to-end tests']
  return {
    problems: failed.length === 0 ? [] : [`failed: ${failed.join(', ')}`],
    counts: [...checks.counts, endToEnd.counts],
  }
}

const { problems, counts } = await testEverything()
const { passed, failed, skipped } = sumOf(counts)
if (isCi && skipped > 0) problems.push('a skipped test proves nothing: on CI it is a failure')
for (const problem of problems) say(problem)
say(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(problems.length === 0 && failed === 0 ? 0 : 1)
