import { describe, expect, test } from 'vitest'
import { type ErrorCode, errorCatalogue, errorCodeOf, errorCodes, errorEntry } from '../src/error-catalogue.ts'
import { errorTextBytesMax, resultCodeBytesMax } from '../src/limits.ts'
import { tableUnder } from './spec-page.ts'

const all = errorCodes()

describe('error catalogue', () => {
  test('[WIRE-16] a number is one code for ever, and both ways give the same', () => {
    expect(new Set(all.map((code) => errorEntry(code).number)).size).toBe(all.length)
    for (const code of all) {
      const { number } = errorEntry(code)
      expect(errorCodeOf(number)).toBe(code)
      expect(number >= 1 && number <= 0xffff && Number.isInteger(number)).toBe(true)
    }
    expect(all).toEqual(Object.keys(errorCatalogue))
    for (const unknown of [0, -1, 0xffff, 1.5, Number.NaN]) expect(errorCodeOf(unknown)).toBeNull()
  })

  test('[WIRE-17] the page lists exactly these errors, word for word', () => {
    const documented = tableUnder('Errors').map(([number, code, category, retry, close, message]) => ({
      number,
      code,
      category,
      retry,
      close,
      message,
    }))
    const declared = all.map((code) => {
      const { number, category, retryable, closeCode, message } = errorEntry(code)
      const [retry, close] = [retryable ? 'yes' : 'no', closeCode === 0 ? 'no' : String(closeCode)]
      return { number: String(number), code, category, retry, close, message }
    })
    expect(documented).toEqual(declared)
  })

  test('[WIRE-18] a close code is one that a WebSocket endpoint may send', () => {
    // RFC 6455, 7.4: 1004 to 1006 and 1015 never travel, 3000 to 3999 are registered, 4000 to 4999 are private.
    const sendable = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014])
    for (const code of all) {
      const { closeCode } = errorEntry(code)
      expect(closeCode === 0 || sendable.has(closeCode) || (closeCode >= 4000 && closeCode <= 4999), code).toBe(true)
    }
  })

  test('[WIRE-18] a code fits the fields and the close reason it travels in', () => {
    for (const code of all) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
      expect(code.length).toBeLessThanOrEqual(resultCodeBytesMax)
      // The reason of a close frame has 123 bytes.
      expect(code.length).toBeLessThanOrEqual(123)
      expect(new TextEncoder().encode(errorEntry(code).message).byteLength).toBeLessThanOrEqual(errorTextBytesMax)
    }
  })

  test('[WIRE-19] what ends a connection for good is not retryable, and what is worth retrying is nobody’s mistake', () => {
    const retryable = (code: ErrorCode): boolean => errorEntry(code).retryable
    for (const code of all) {
      const { category } = errorEntry(code)
      if (category === 'VALIDATION' || category === 'VERSION') expect(retryable(code), code).toBe(false)
      if (category === 'DEPENDENCY' || category === 'CAPACITY') expect(retryable(code), code).toBe(true)
    }
    expect((['token_invalid', 'token_expired', 'superseded'] as const).map(retryable)).toEqual([false, false, false])
  })
})
