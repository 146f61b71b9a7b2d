import { afterEach, expect, test, vi } from 'vitest'
import { claimTabKey } from '../src/tab-key.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A Web Lock manager: all tabs of one browser share it. A lock is free again when what holds it settles. */
class Browser {
  readonly held = new Set<string>()

  async request(
    name: string,
    _options: object,
    hold: (lock: object | null) => Promise<void> | undefined,
  ): Promise<void> {
    if (this.held.has(name)) return hold(null)
    this.held.add(name)
    await hold({ name })
    this.held.delete(name)
  }
}

function openBrowser(): Browser {
  const browser = new Browser()
  vi.stubGlobal('navigator', { locks: browser })
  return browser
}

test('[CLIENT-50] every tab gets a place of its own, the first one the key itself', async () => {
  const browser = openBrowser()
  expect([await claimTabKey('meadow'), await claimTabKey('meadow'), await claimTabKey('meadow')]).toEqual([
    'meadow',
    'meadow.2',
    'meadow.3',
  ])
  expect([...browser.held]).toEqual(['meadow', 'meadow.2', 'meadow.3'])
})

test('[CLIENT-50] tabs that open at the same moment do not share a place', async () => {
  openBrowser()
  const keys = await Promise.all(Array.from({ length: 8 }, () => claimTabKey('meadow')))
  expect(new Set(keys).size).toBe(8)
})

test('[CLIENT-50] a place is held for the life of its tab, and the next tab takes the first free one', async () => {
  const browser = openBrowser()
  await claimTabKey('meadow')
  await claimTabKey('meadow')
  // The first tab is gone, and the browser lets go of its locks.
  browser.held.delete('meadow')
  expect(await claimTabKey('meadow')).toBe('meadow')
  expect(await claimTabKey('meadow')).toBe('meadow.3')
})

test('[CLIENT-51] a ninth tab shares the last place', async () => {
  openBrowser()
  for (let i = 0; i < 8; i++) await claimTabKey('meadow')
  expect(await claimTabKey('meadow')).toBe('meadow.8')
})

test('[CLIENT-51] without locks, or where they are forbidden, all tabs share the key', async () => {
  vi.stubGlobal('navigator', {})
  expect(await claimTabKey('meadow')).toBe('meadow')
  vi.stubGlobal('navigator', { locks: { request: () => Promise.reject(new Error('SecurityError')) } })
  expect(await claimTabKey('meadow')).toBe('meadow')
})
