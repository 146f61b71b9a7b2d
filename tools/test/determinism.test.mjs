import { expect, test } from 'vitest'
import { findNondeterminism } from '../determinism.mjs'

/** @param {string} text @returns {string[]} the lines found, with the first word in backticks of each message */
const findIn = (text) =>
  findNondeterminism(new Map([['a.ts', text]])).map(({ line, message }) => `${line} ${/`([^`]+)`/.exec(message)?.[1]}`)

test.each([
  ['const t = Date.now()', 'Date'],
  ['const t = new Date()', 'Date'],
  ['const o = { Date }', 'Date'],
  ['const f = (now = Date.now) => now()', 'Date'],
  ['class X extends Date {}', 'Date'],
  ['class X { now = Date.now() }', 'Date'],
  ['const { now } = performance', 'performance'],
  ['setTimeout(() => {}, 1)', 'setTimeout'],
  ['const e = process.env.X', 'process'],
  ['globalThis.Date.now()', 'globalThis'],
  ['const r = Math.random()', 'Math.random'],
  ['const r = Math.hypot(1, 2)', 'Math.hypot'],
  ["const r = Math['sin'](1)", 'Math.sin'],
  ['const m = Math', 'Math.name'],
  ['const { sin } = Math', 'Math.name'],
  ['const f = (x: number) => x ** 2', '**'],
  ['let x = 2\nx **= 2', '**'],
  ["import { readFileSync } from 'node:fs'", 'node:fs'],
  ["import type { Worker } from 'worker_threads'", 'worker_threads'],
  ["export { join } from 'path'", 'path'],
  ["const f = () => import('node:fs')", 'node:fs'],
  ["['b', 'a'].sort((x, y) => x.localeCompare(y))", 'localeCompare'],
])('finds %s', (text, name) => {
  expect(findIn(text)).toEqual([`${text.split('\n').length} ${name}`])
})

test('finds a global that the file only gives a type', () => {
  const text = 'declare const performance: { now(): number }\nperformance.now()'
  expect(findIn(text)).toEqual(['1 performance', '2 performance'])
})

test.each([
  'const x = Math.floor(Math.sqrt(2) * Math.PI)',
  'const max = 2 ** 32 - 1',
  'const bits = 18\nconst max = 2 ** (32 - bits) - 1',
  'const f = (process: (x: number) => number) => process(1)',
  "import { performance } from './clock.ts'\nperformance.now()",
  'const Math = { sin: (x: number) => x }\nMath.sin(1)',
  'const f = (row: { Date: number }) => row.Date',
  'const row = { Date: 1, self: 2, setTimeout() {} }',
  'export interface Clock { readonly at: Date }',
  'export type Now = typeof Date.now',
  'const { Date: day } = { Date: 1 }',
  'class Timer { process = 1; setTimeout() {} }',
  '// Date.now()',
])('allows %s', (text) => {
  expect(findIn(text)).toEqual([])
})
