import { errorCodeOf, errorEntry } from '@worldkeep/wire'
import type { ClientError } from './status.ts'

/** After these the same try cannot succeed. */
export const hopeless: ReadonlySet<string> = new Set([
  'no_transport',
  'protocol_mismatch',
  'game_mismatch',
  'superseded',
  'bad_request',
  'hello_expected',
  'unknown_message',
  'frame_too_large',
])

/** After these the token is worth nothing, and a fresh start may help. */
export const tokenGone: ReadonlySet<string> = new Set(['token_invalid', 'token_expired'])

/** Nobody answered. */
export const unreachable: ClientError = {
  code: 'unreachable',
  message: 'The server cannot be reached.',
  retryable: true,
}

/** The connection stands, and nobody speaks. */
export const silent: ClientError = {
  code: 'ping_timeout',
  message: 'The connection stopped answering pings.',
  retryable: true,
}

/** An error of the wire's catalogue; one that this side does not know is told by its number. */
export function errorOf(number: number, message: string): ClientError {
  const code = errorCodeOf(number)
  if (code === null) return { code: String(number), message, retryable: false }
  return { code, message, retryable: errorEntry(code).retryable }
}
