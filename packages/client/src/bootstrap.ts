/** What a client starts from: who it is, and where to connect. */
export interface Bootstrap {
  readonly accessToken: string
  readonly player: { readonly id: string; readonly name: string }
  readonly protocol: { readonly version: number; readonly declarations: string }
  readonly transports: readonly { readonly kind: string; readonly path: string; readonly subprotocol: string }[]
}

/** The server has answered, and the answer is no. */
export class BootstrapRefused extends Error {
  override readonly name = 'BootstrapRefused'
  readonly code: string
  readonly retryable: boolean

  constructor(code: string, message: string, options: { readonly retryable: boolean }) {
    super(message)
    this.code = code
    this.retryable = options.retryable
  }
}

/**
 * `POST /api/session/bootstrap`. Throws `BootstrapRefused` for an answer that is no, and whatever `fetch` throws when
 * there is none.
 */
export async function requestBootstrap(
  origin: string,
  options: { readonly token: string | null; readonly name: string | null },
): Promise<Bootstrap> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (options.token !== null) headers.authorization = `Bearer ${options.token}`
  const body = JSON.stringify(options.name === null ? {} : { name: options.name })
  const response = await fetch(`${origin}/api/session/bootstrap`, { method: 'POST', headers, body })
  const answer = (await response.json()) as unknown
  if (response.ok) return answer as Bootstrap
  const { error } = answer as {
    readonly error?: { readonly code?: string; readonly message?: string; readonly retryable?: boolean }
  }
  const retryable = error?.retryable ?? response.status >= 500
  throw new BootstrapRefused(error?.code ?? String(response.status), error?.message ?? 'The server refuses.', {
    retryable,
  })
}
