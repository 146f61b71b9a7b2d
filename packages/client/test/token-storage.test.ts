import { afterEach, expect, test, vi } from 'vitest'
import { browserStorage, memoryStorage } from '../src/token-storage.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

function openLocalStorage(): Map<string, string> {
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  })
  return kept
}

test('[CLIENT-52] a token is kept under its key in the browser, and in memory where there is no storage', () => {
  const kept = openLocalStorage()
  const inBrowser = browserStorage('meadow')
  inBrowser.set('token')
  expect([...kept]).toEqual([['meadow', 'token']])
  expect(browserStorage('meadow').get()).toBe('token')
  expect(browserStorage('meadow.2').get()).toBeNull()

  vi.stubGlobal('localStorage', undefined)
  for (const storage of [browserStorage('meadow'), memoryStorage()]) {
    expect(storage.get()).toBeNull()
    storage.set('token')
    expect(storage.get()).toBe('token')
    storage.remove()
    expect(storage.get()).toBeNull()
  }
})

test('[CLIENT-52] storage that is forbidden is memory', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('forbidden', 'SecurityError')
    },
  })
  const storage = browserStorage('meadow')
  storage.set('token')
  expect(storage.get()).toBe('token')
})
