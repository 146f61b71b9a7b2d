/** Who has to act on an error. */
export type ErrorCategory =
  | 'AUTH'
  | 'VERSION'
  | 'CAPACITY'
  | 'RATE_LIMIT'
  | 'VALIDATION'
  | 'INTERNAL'
  | 'DEPENDENCY'
  | 'CONSISTENCY'

export interface ErrorEntry {
  /** Travels on the wire; never renumber, never reuse. */
  readonly number: number
  readonly category: ErrorCategory
  readonly message: string
  /** Whether doing the same again later can work. */
  readonly retryable: boolean
  /** WebSocket close code when the error ends the connection; 0 when it does not. */
  readonly closeCode: number
}

function entry(
  number: number,
  category: ErrorCategory,
  message: string,
  options: { retryable?: boolean; closeCode?: number } = {},
): ErrorEntry {
  return { number, category, message, retryable: options.retryable ?? false, closeCode: options.closeCode ?? 0 }
}

/** The one catalogue of everything a peer can be told. Codes are the keys. */
// biome-ignore format: a table, one entry to a line.
export const errorCatalogue = {
  bad_request: entry(1, 'VALIDATION', 'The message does not follow the protocol.', { closeCode: 4000 }),
  frame_too_large: entry(2, 'VALIDATION', 'The message is larger than allowed.', { closeCode: 1009 }),
  unknown_message: entry(3, 'VALIDATION', 'There is no message of this kind.', { closeCode: 4000 }),
  unknown_command: entry(4, 'VALIDATION', 'The game has no such command.'),
  bad_command: entry(5, 'VALIDATION', 'The arguments of the command are not what the game declares.'),
  hello_expected: entry(6, 'AUTH', 'The first message must be hello.', { closeCode: 4000 }),
  already_joined: entry(7, 'AUTH', 'This connection has said hello already.'),
  token_invalid: entry(8, 'AUTH', 'The access token is not valid. Ask for a new one.', { closeCode: 4401 }),
  token_expired: entry(9, 'AUTH', 'The access token has expired. Ask for a new one.', { closeCode: 4401 }),
  protocol_mismatch: entry(10, 'VERSION', 'Client and server speak different versions of the protocol.', { closeCode: 4408 }),
  game_mismatch: entry(11, 'VERSION', 'Client and server run different declarations of the game. Reload the client.', { closeCode: 4408 }),
  queue_full: entry(12, 'CAPACITY', 'Too many players are joining at once. Try again in a moment.', { retryable: true, closeCode: 4005 }),
  server_full: entry(13, 'CAPACITY', 'The world is full. Try again later.', { retryable: true, closeCode: 4005 }),
  command_queue_full: entry(14, 'RATE_LIMIT', 'Too many commands are waiting. Send them more slowly.', { retryable: true }),
  hello_timeout: entry(15, 'AUTH', 'No hello arrived in time.', { closeCode: 4000 }),
  idle_timeout: entry(16, 'AUTH', 'Nothing was heard from this connection for too long.', { retryable: true, closeCode: 4412 }),
  superseded: entry(17, 'AUTH', 'The player has joined from somewhere else.', { closeCode: 4009 }),
  slow_reader: entry(18, 'CAPACITY', 'The connection reads too slowly to follow the world.', { retryable: true, closeCode: 4013 }),
  going_away: entry(19, 'DEPENDENCY', 'The server is stopping. Come back in a moment.', { retryable: true, closeCode: 1001 }),
  store_unavailable: entry(20, 'DEPENDENCY', 'Saving is not possible right now, so nothing was done. Try again later.', { retryable: true }),
  store_busy: entry(21, 'DEPENDENCY', 'Too much is waiting to be saved, so nothing was done. Try again in a moment.', { retryable: true }),
  load_failed: entry(22, 'DEPENDENCY', 'The saved player could not be loaded. Try again later.', { retryable: true, closeCode: 4014 }),
  client_tick_refused: entry(23, 'VALIDATION', 'A client does not stamp time: the server does.'),
  internal: entry(24, 'INTERNAL', 'The server has failed. It is not your fault.', { retryable: true, closeCode: 1011 }),
  not_controlling: entry(25, 'CONSISTENCY', 'The player has no body in the world right now.', { retryable: true }),
  ping_timeout: entry(26, 'AUTH', 'The connection stopped answering pings.', { retryable: true, closeCode: 4412 }),
  sequence_gap: entry(27, 'CONSISTENCY', 'A command before this one never arrived. Number them one by one.'),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalogue

const codes = Object.keys(errorCatalogue) as ErrorCode[]
const codeByNumber = new Map<number, ErrorCode>(codes.map((code) => [errorCatalogue[code].number, code]))

export function errorCodes(): readonly ErrorCode[] {
  return codes
}

/** The code of a number from the wire, or null when this side does not know it. */
export function errorCodeOf(number: number): ErrorCode | null {
  return codeByNumber.get(number) ?? null
}

export function errorEntry(code: ErrorCode): ErrorEntry {
  return errorCatalogue[code]
}
