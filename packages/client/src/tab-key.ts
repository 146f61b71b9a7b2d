/** Tabs of one browser that are players of their own; one more shares the last place. */
const tabsMax = 8

interface Locks {
  request(
    name: string,
    options: { readonly ifAvailable: true },
    hold: (lock: object | null) => Promise<void> | undefined,
  ): Promise<void>
}

/**
 * A storage key of this tab's own: the first tab is the player this browser has always been, a second one at the same
 * time is a second player, and so on. The place is held by a Web Lock for as long as the tab lives, and is free again
 * after it. Where there are no locks (pages outside a secure context), all tabs share `key`.
 */
export async function claimTabKey(key: string): Promise<string> {
  const { locks } = (globalThis as { readonly navigator?: { readonly locks?: Locks } }).navigator ?? {}
  if (locks === undefined) return key
  for (let place = 1; place <= tabsMax; place++) {
    const placeKey = place === 1 ? key : `${key}.${place}`
    if (await tryHold(locks, placeKey)) return placeKey
  }
  return `${key}.${tabsMax}`
}

function tryHold(locks: Locks, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const hold = (lock: object | null): Promise<void> | undefined => {
      resolve(lock !== null)
      // Held until the page goes: a promise that never settles.
      return lock === null ? undefined : new Promise<void>(() => undefined)
    }
    // Forbidden, as in a sandboxed frame: the same as no locks at all.
    locks.request(name, { ifAvailable: true }, hold).catch(() => resolve(true))
  })
}
