import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { loadPlayerName, savePlayerName, tidyName } from '../../src/web/player-name.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
)

function openLocalStorage(): Map<string, string> {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  })
  return kept
}

test('[MEADOW-46] a name is one line of at most 24 bytes without space around it, whatever is typed', () => {
  fc.assert(
    fc.property(anyText, (typed) => {
      const name = tidyName(typed)
      expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(24)
      expect(name).toBe(name.trim())
      expect(name).not.toMatch(/[\p{C}\n\t]|\s\s/u)
      expect(tidyName(name)).toBe(name)
    }),
  )
})

test('[MEADOW-46] a name is cut between characters, and what fits stays as it is', () => {
  expect(tidyName('  Ada \t\n Lovelace  ')).toBe('Ada Lovelace')
  expect(tidyName('x'.repeat(30))).toBe('x'.repeat(24))
  expect(tidyName('é'.repeat(13))).toBe('é'.repeat(12))
  expect(tidyName(`${'x'.repeat(22)}🦊`)).toBe('x'.repeat(22))
  expect(tidyName('\u202eAda\u0000')).toBe('Ada')
  expect(tidyName(' \u200b ')).toBe('')
})

test('[MEADOW-47] a tab keeps the name it plays under; one without a name gets one', () => {
  const kept = openLocalStorage()
  const made = loadPlayerName('meadow')
  expect(made).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/)
  expect(loadPlayerName('meadow')).toBe(made)
  expect([...kept.keys()]).toEqual(['meadow.name'])
  savePlayerName('meadow.2', 'Ada')
  expect([loadPlayerName('meadow.2'), loadPlayerName('meadow')]).toEqual(['Ada', made])
  kept.set('meadow.name', '  \u0000 ')
  expect(loadPlayerName('meadow')).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/)
})

test('[MEADOW-47] a browser that keeps nothing plays on', () => {
  vi.stubGlobal('localStorage', undefined)
  expect(loadPlayerName('meadow')).not.toBe('')
  expect(() => savePlayerName('meadow', 'Ada')).not.toThrow()
})
