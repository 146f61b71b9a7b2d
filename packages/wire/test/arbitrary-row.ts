import type { FieldType } from '@worldkeep/kernel'
import { utf8Clip } from '@worldkeep/kernel'
import fc from 'fast-check'
import type { Message } from '../src/message.ts'

export type AnyRow = Record<string, number | string>

/** Rows that a program might hand to `message`: also numbers out of range and text that is too long. */
export function rowsOf(message: Message): fc.Arbitrary<AnyRow> {
  return fc.record(
    Object.fromEntries(Object.entries(message.codec.fields).map(([name, type]) => [name, valuesOf(type)])),
  ) as fc.Arbitrary<AnyRow>
}

function valuesOf(type: FieldType): fc.Arbitrary<number | string> {
  if (type.storage === 'text') return fc.string({ unit: 'binary', maxLength: Math.min(type.storedMax + 10, 200) })
  const inside = fc.integer({ min: type.storedMin, max: type.storedMax })
  return fc.oneof(
    { weight: 4, arbitrary: inside },
    fc.constantFrom(type.storedMin, type.storedMax, -1, 2 ** 33, Number.NaN),
  )
}

/** What of `row` arrives. */
export function stored(message: Message, row: AnyRow): AnyRow {
  return Object.fromEntries(
    Object.entries(message.codec.fields).map(([name, type]) => {
      const value = row[name] as number & string
      return [name, type.storage === 'text' ? utf8Clip(value, type.storedMax) : type.load(type.store(value)) + 0]
    }),
  )
}
