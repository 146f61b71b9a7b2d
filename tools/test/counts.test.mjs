import { expect, test } from 'vitest'
import { countsOf, sumOf } from '../lib/vitest.mjs'

const report = (passed, failed, pending, todo, testResults = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: todo,
  testResults,
})

test('counts what the report counts', () => {
  expect(countsOf(1, report(5, 2, 1, 1))).toEqual({ passed: 5, failed: 2, skipped: 2 })
})

test('a file that does not load is a failure', () => {
  const file = { status: 'failed', assertionResults: [] }
  expect(countsOf(1, report(5, 0, 0, 0, [file]))).toEqual({ passed: 5, failed: 1, skipped: 0 })
})

test('a run that fails with nothing counted is a failure', () => {
  expect(countsOf(1, undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 })
  expect(countsOf(1, report(5, 0, 0, 0))).toEqual({ passed: 5, failed: 1, skipped: 0 })
})

test('sums runs', () => {
  expect(sumOf([report(0, 0, 0, 0), report(0, 0, 0, 0)].map((one) => countsOf(0, one)))).toEqual({
    passed: 0,
    failed: 0,
    skipped: 0,
  })
  expect(
    sumOf([
      { passed: 1, failed: 2, skipped: 3 },
      { passed: 10, failed: 20, skipped: 30 },
    ]),
  ).toEqual({ passed: 11, failed: 22, skipped: 33 })
})
