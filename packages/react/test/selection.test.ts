import { expect, test } from 'vitest'
import { isEqualShallow } from '../src/is-equal-shallow.ts'
import { Selection } from '../src/selection.ts'

test('[REACT-2] a selection hands out the same object while it stays equal', () => {
  const selection = new Selection<{ readonly count: number }>()
  const read = (count: number) => selection.read({ count }, (source) => ({ count: source.count }), isEqualShallow)
  const first = read(1)
  expect(read(1)).toBe(first)
  expect(read(2)).not.toBe(first)
  expect(read(2)).toEqual({ count: 2 })
})

test('[REACT-2] a selection of undefined or null is remembered too', () => {
  let asked = 0
  const selection = new Selection<undefined>()
  const isEqual = () => {
    asked++
    return true
  }
  selection.read({}, () => undefined, isEqual)
  selection.read({}, () => undefined, isEqual)
  expect(asked).toBe(1)
})

test('[REACT-2] shallow equality compares fields by value and identity', () => {
  const shared = {}
  expect(isEqualShallow({ a: 1, b: shared }, { a: 1, b: shared })).toBe(true)
  expect(isEqualShallow({ a: Number.NaN }, { a: Number.NaN })).toBe(true)
  expect(isEqualShallow({ a: 1 }, { a: 2 })).toBe(false)
  expect(isEqualShallow<object>({ a: undefined }, { b: undefined })).toBe(false)
  expect(isEqualShallow<object>({ a: 1 }, { a: 1, b: 2 })).toBe(false)
  expect(isEqualShallow({ a: {} }, { a: {} })).toBe(false)
  expect(isEqualShallow<object | null>(null, {})).toBe(false)
  expect(isEqualShallow<readonly number[]>([1, 2], [1, 2])).toBe(true)
})
