import { Doorbell } from '@worldkeep/kernel'
import { describe, expect, test } from 'vitest'
import { OutboundWatch } from '../src/threads/outbound-watch.ts'

/** Long enough to fail by its timeout if it were ever slept through. */
const foreverMs = 60_000

function watched(): { readonly watch: OutboundWatch; readonly bell: Doorbell; readonly drains: () => number } {
  const shared = Doorbell.create()
  let drains = 0
  const watch = new OutboundWatch({ drain: () => drains++ }, new Doorbell(shared))
  return { watch, bell: new Doorbell(shared), drains: () => drains }
}

describe('the gateway between two turns', () => {
  test('[GATE-17] a rest ends at once when the tick has published, and sends it', async () => {
    const { watch, bell, drains } = watched()
    const woken = watch.next(foreverMs)
    expect(drains()).toBe(1)
    bell.ring()
    watch.restFor(foreverMs)
    expect(drains()).toBe(2)
    await woken
  })

  test('[GATE-17] a rest in which nothing is published ends by itself and sends nothing', () => {
    const { watch, drains } = watched()
    watch.restFor(1)
    expect(drains()).toBe(0)
  })

  test('[GATE-17] what is published while the loop turns is not slept through', async () => {
    const { watch, bell, drains } = watched()
    const woken = watch.next(foreverMs)
    bell.ring()
    await woken
    void watch.next(1)
    expect(drains()).toBe(2)
  })
})
