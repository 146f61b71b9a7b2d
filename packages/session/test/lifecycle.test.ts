import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  nextSessionState,
  type SessionEvent,
  type SessionState,
  sessionEvents,
  sessionStates,
} from '../src/lifecycle.ts'

/** The table of `docs/spec/session.md`: state, then one cell per event, where `-` is no edge. */
function documented(): Map<string, string> {
  const page = readFileSync(new URL('../../../docs/spec/session.md', import.meta.url), 'utf8')
  const section = (page.split('## The session')[1] as string).split('\n## ')[0] as string
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
  const [heading, , ...states] = rows as [string[], string[], ...string[][]]
  const edges = new Map<string, string>()
  for (const [state, ...targets] of states) {
    for (const [at, target] of targets.entries()) edges.set(`${state} ${heading[at + 1]}`, target)
  }
  return edges
}

/** Written out again, on purpose: a changed edge is a changed contract. */
const edges: readonly (readonly [SessionState, SessionEvent, SessionState])[] = [
  ['free', 'accept', 'loading'],
  ['loading', 'loaded', 'active'],
  ['loading', 'fail', 'free'],
  ['loading', 'drop', 'free'],
  ['loading', 'rebind', 'loading'],
  ['loading', 'leave', 'free'],
  ['active', 'drop', 'grace'],
  ['active', 'rebind', 'active'],
  ['active', 'leave', 'free'],
  ['grace', 'rebind', 'active'],
  ['grace', 'expire', 'free'],
  ['grace', 'leave', 'free'],
]

describe('lifecycle', () => {
  test('[SESSION-1] every edge there is leads where the table says, and there is no other', () => {
    const leads = new Map(edges.map(([state, event, target]) => [`${state} ${event}`, target]))
    expect([sessionStates.length, sessionEvents.length]).toEqual([4, 7])
    for (const state of sessionStates) {
      for (const event of sessionEvents) {
        expect(nextSessionState(state, event), `${state} ${event}`).toBe(leads.get(`${state} ${event}`) ?? null)
      }
    }
  })

  test('[SESSION-1] the page has the same table', () => {
    const table = documented()
    expect(table.size).toBe(sessionStates.length * sessionEvents.length)
    for (const state of sessionStates) {
      for (const event of sessionEvents) {
        expect(table.get(`${state} ${event}`), `${state} ${event}`).toBe(nextSessionState(state, event) ?? '-')
      }
    }
  })

  test('[SESSION-2] no order of events leads out of the four states, and only loading leads to active for the first time', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...sessionEvents), { maxLength: 200 }), (events) => {
        let state: SessionState = 'free'
        let hasLoaded = false
        for (const event of events) {
          const next = nextSessionState(state, event)
          if (next === null) continue
          expect(sessionStates).toContain(next)
          if (event === 'loaded') hasLoaded = true
          if (next === 'active' || next === 'grace') expect(hasLoaded).toBe(true)
          if (next === 'free') hasLoaded = false
          state = next
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('[SESSION-3] from every state a session can be freed, and only by an end', () => {
    for (const state of sessionStates) {
      if (state === 'free') continue
      expect(nextSessionState(state, 'leave')).toBe('free')
      for (const event of sessionEvents) {
        if (nextSessionState(state, event) === 'free') expect(['leave', 'expire', 'fail', 'drop']).toContain(event)
      }
    }
    expect(nextSessionState('active', 'drop')).toBe('grace')
  })
})
