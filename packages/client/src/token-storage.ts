/** Where the access token outlives the page. */
export interface TokenStorage {
  get(): string | null
  set(token: string): void
  remove(): void
}

export function memoryStorage(): TokenStorage {
  let kept: string | null = null
  return {
    get: () => kept,
    set: (token) => {
      kept = token
    },
    remove: () => {
      kept = null
    },
  }
}

/** The browser's storage, or memory where there is none or it is forbidden. */
export function browserStorage(key: string): TokenStorage {
  try {
    const { localStorage } = globalThis
    localStorage.getItem(key)
    return {
      get: () => localStorage.getItem(key),
      set: (token) => localStorage.setItem(key, token),
      remove: () => localStorage.removeItem(key),
    }
  } catch {
    return memoryStorage()
  }
}
