import { expect, test } from 'vitest'
import { findNondeterminism } from '../determinism.mjs'
import { findUnorderedIteration } from '../lib/ordered-iteration.mjs'

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
  ["const f = new Function('return 1')", 'Function'],
  ['const s = AbortSignal.timeout(5)', 'AbortSignal'],
  ['const r = Math.random()', 'Math.random'],
  ['crypto.getRandomValues(new Uint8Array(4))', 'crypto'],
  ["import { readFileSync } from 'node:fs'", 'node:fs'],
  ["import type { Worker } from 'worker_threads'", 'worker_threads'],
  ["export { join } from 'path'", 'path'],
  ["const f = () => import('node:fs')", 'node:fs'],
  ["['b', 'a'].sort((x, y) => x.localeCompare(y))", 'localeCompare'],
])('[FENCE-1] finds %s', (text, name) => {
  expect(findIn(text)).toEqual([`${text.split('\n').length} ${name}`])
})

test.each([
  ['const r = Math.hypot(1, 2)', 'Math.hypot'],
  ["const r = Math['sin'](1)", 'Math.sin'],
  ['const m = Math', 'Math.name'],
  ['const { sin } = Math', 'Math.name'],
  ['const f = (x: number) => x ** 2', '**'],
  ['let x = 2\nx **= 2', '**'],
])('[FENCE-2] finds %s', (text, name) => {
  expect(findIn(text)).toEqual([`${text.split('\n').length} ${name}`])
})

test('[FENCE-1] finds a global that the file only gives a type', () => {
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
])('[FENCE-4] allows %s', (text) => {
  expect(findIn(text)).toEqual([])
})

/** All cases in one program: the libraries are read once. @param {string[]} texts */
function walksIn(texts) {
  const given = 'declare const map: Map<string, number>\ndeclare const set: ReadonlySet<number>\n'
  const file = (index) => `packages/world/src/case-${index}.ts`
  const findings = findUnorderedIteration(
    new Map(texts.map((text, index) => [file(index), `export {}\n${given}${text}\n`])),
  )
  return texts.map((_, index) => findings.filter((finding) => finding.file === file(index)))
}

test('[FENCE-3] finds whatever walks a Map or a Set', () => {
  const cases = [
    'for (const [key] of map) key',
    'for (const key of map.keys()) key',
    'for (const value of set) value',
    'map.forEach((value) => value)',
    'const all = [...map.values()]',
    'const most = Math.max(...set)',
    'const all = Array.from(set, (value) => value * 2)',
    'const bytes = Uint8Array.from(set)',
    'const row = Object.fromEntries(map)',
    'const [first] = map',
    'function* values() { yield* set }',
    'class Table { readonly rows = new Map<number, string>(); first() { for (const row of this.rows) return row } }',
    'class Names extends Set<string> {}\nfor (const name of new Names()) name',
    'function f<T extends Map<string, number>>(given: T | string[]) { for (const one of given) one }',
    'const load = (given: Map<string, number> | null) => { for (const one of given ?? []) one }',
  ]
  for (const [index, findings] of walksIn(cases).entries()) {
    expect(findings.length, cases[index]).toBe(1)
    expect(findings[0]?.line, cases[index]).toBe(3 + cases[index].split('\n').length)
  }
})

test('[FENCE-3] lets be what asks by key, walks something else, or says why the order is the same', () => {
  const cases = [
    'const one = map.get("a")',
    'for (const one of [3, 1, 2]) one',
    'for (const [name, type] of Object.entries({ a: 1 })) name + type',
    '[1, 2].forEach((one) => one)',
    'class Map2 { forEach() {} }\nnew Map2().forEach()',
    '// ordered: filled once, from an array\nfor (const [key] of map) key',
    'const copy = new Set(set)',
    'const f = () => {\n  // ordered: only counted\n  let count = 0 + [...set].length\n  return count\n}',
  ]
  for (const [index, findings] of walksIn(cases).entries()) expect(findings, cases[index]).toEqual([])
})

test('[FENCE-3] a reason covers one statement, and an empty one covers nothing', () => {
  const twice = '// ordered: only counted\nconst a = [...set].length\nconst b = [...set].length'
  const empty = '// ordered:\nconst a = [...set].length'
  expect(walksIn([twice, empty]).map((findings) => findings.length)).toEqual([1, 1])
})
