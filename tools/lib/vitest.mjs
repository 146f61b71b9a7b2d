// One vitest project, run to its end, and counted.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binOf, runNode } from './run.mjs'

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @param {'unit' | 'e2e'} project
 * @param {{ show?: boolean, env?: Record<string, string | undefined> }} [options] of the run
 * @returns {Promise<{ code: number, output: string, counts: Counts }>}
 */
export async function runVitest(project, options = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'worldkeep-vitest-'))
  const report = join(folder, 'report.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const result = await runNode([binOf('vitest'), 'run', '--project', project, ...reporters], options)
    return { ...result, counts: countsOf(result.code, readReport(report)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} path */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * What cannot be counted (a file that does not load, a run that does not start) counts as one failure: a run that exits
 * with an error is never all zeros.
 *
 * @param {number} code exit code of the run
 * @param {any} report of vitest's JSON reporter
 * @returns {Counts}
 */
export function countsOf(code, report) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  )
  const failed = report.numFailedTests + brokenFiles.length
  return {
    passed: report.numPassedTests,
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** @param {Counts[]} all @returns {Counts} */
export const sumOf = (all) =>
  all.reduce(
    (sum, counts) => ({
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: sum.skipped + counts.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )
