import { assert } from '../assert.ts'
import { varintBytesMax } from '../limits.ts'
import type { FieldType, Storage } from './field-type.ts'

function integer(storage: Exclude<Storage, 'text'>, bytesMax: number, min: number, max: number): FieldType<number> {
  const store = (value: number): number => {
    const rounded = Math.round(value)
    return rounded > min ? (rounded < max ? rounded : max) : rounded <= min ? min : 0
  }
  return { name: storage, storage, bytesMax, storedMin: min, storedMax: max, store, load: (stored) => stored }
}

export const u8 = integer('u8', 1, 0, 0xff)
export const u16 = integer('u16', 2, 0, 0xffff)
export const u32 = integer('u32', varintBytesMax, 0, 0xffffffff)
export const i8 = integer('i8', 1, -0x80, 0x7f)
export const i16 = integer('i16', 2, -0x8000, 0x7fff)
export const i32 = integer('i32', varintBytesMax, -0x80000000, 0x7fffffff)

/** 0 or 1. */
export const flag: FieldType<number> = { ...integer('u8', 1, 0, 1), name: 'flag' }

/** Handle of an entity; 0 is none. */
export const entity: FieldType<number> = { ...u32, name: 'entity' }

/**
 * A number in `min` … `max`, kept on a grid of `step`, which divides the range. Reads back within half a step of what was
 * written.
 */
export function quantized(min: number, max: number, step: number): FieldType<number> {
  const steps = Math.round((max - min) / step)
  assert(step > 0 && steps >= 1 && steps <= 0xffffffff, `quantized(${min}, ${max}, ${step}): no such grid`)
  // What is left over would make the last step longer than the others. The tolerance is for steps like 0.1.
  assert(
    Math.abs(steps * step - (max - min)) <= step * 0.001,
    `quantized(${min}, ${max}, ${step}): the step does not divide the range`,
  )
  const storage = steps <= 0xff ? 'u8' : steps <= 0xffff ? 'u16' : 'u32'
  const bytesMax = storage === 'u8' ? 1 : storage === 'u16' ? 2 : varintBytesMax
  return {
    name: `quantized(${min}, ${max}, ${step})`,
    storage,
    bytesMax,
    storedMin: 0,
    storedMax: steps,
    store: (value) => {
      const known = Number.isNaN(value) ? 0 : value
      return Math.round(((known > min ? (known < max ? known : max) : min) - min) / step)
    },
    load: (stored) => (stored === steps ? max : min + stored * step),
  }
}

/**
 * Every value an axis reads, boxed once at start: an input of each player, ten times a second, would box two. The null
 * keeps the engine from unboxing them, as it does in arrays of nothing but fractions.
 */
const axisValues: readonly (number | null)[] = [null, ...Array.from({ length: 255 }, (_, i) => (i - 127) / 127)]

/** A direction in -1 … 1, zero exact. */
export const axis: FieldType<number> = {
  name: 'axis',
  storage: 'i8',
  bytesMax: 1,
  storedMin: -127,
  storedMax: 127,
  store: (value) => {
    const known = Number.isNaN(value) ? 0 : value
    return Math.round((known > -1 ? (known < 1 ? known : 1) : -1) * 127)
  },
  load: (stored) => axisValues[stored + 128] as number,
}

/** A direction in turns, 0 … 1 (wraps), on 65,536 steps. */
export const angle: FieldType<number> = {
  name: 'angle',
  storage: 'u16',
  bytesMax: 2,
  storedMin: 0,
  storedMax: 0xffff,
  store: (value) => (Math.abs(value) < 0x8000 ? Math.round((value - Math.floor(value)) * 0x10000) & 0xffff : 0),
  load: (stored) => stored / 0x10000,
}

/** Text of at most `bytesMax` bytes of UTF-8; longer text is cut at a character. */
export function text(bytesMax: number): FieldType<string> {
  assert(bytesMax >= 1 && bytesMax <= 0xffff, `text(${bytesMax}): 1 … 65,535 bytes`)
  return {
    name: `text(${bytesMax})`,
    storage: 'text',
    bytesMax: bytesMax + (bytesMax < 0x80 ? 1 : bytesMax < 0x4000 ? 2 : 3),
    storedMin: 0,
    storedMax: bytesMax,
    store: (value) => value,
    load: (stored) => stored,
  }
}
