import { ClientCommand, encodeMessage } from '@worldkeep/wire'

export interface CommandResult {
  /** 'ok', a refusal the command declares, or a code of the error catalogue. */
  readonly code: string
  /** It is in the store: no crash can take it back. */
  readonly durable: boolean
  readonly retryable: boolean
  /** The outcome of an earlier copy of this command. */
  readonly duplicate: boolean
}

interface Outstanding {
  readonly command: number
  readonly row: Uint8Array
  /** Has been on its way to the server at least once. */
  sent: boolean
  readonly resolve: (result: CommandResult) => void
}

/** Commands sent and not yet answered: the server's own bound of what one session may have waiting. */
const outstandingMax = 64

/** What a command resolves with when its session is over. */
export const sessionLost: CommandResult = { code: 'session_lost', durable: false, retryable: false, duplicate: false }

const queueFull: CommandResult = { code: 'command_queue_full', durable: false, retryable: true, duplicate: false }

/** Answers that mean: it has not been looked at, send it again as it was. */
const unprocessed = new Set(['command_queue_full', 'sequence_gap'])

/**
 * Numbers commands one by one and keeps each until it is answered, so that a resumed session gets every one of them
 * exactly once.
 */
export class CommandQueue {
  readonly #outstanding = new Map<number, Outstanding>()
  #lastSeq = 0

  /**
   * The message to send, or null when it has to wait for `unanswered` (not `connected`) or when too many are unanswered;
   * the promise then resolves at once with a refusal.
   */
  add(
    command: number,
    row: Uint8Array,
    options: { readonly connected: boolean },
  ): { readonly message: Uint8Array | null; readonly result: Promise<CommandResult> } {
    if (this.#outstanding.size >= outstandingMax) {
      return { message: null, result: Promise.resolve(queueFull) }
    }
    const seq = ++this.#lastSeq
    const sent = options.connected
    const result = new Promise<CommandResult>((resolve) => this.#outstanding.set(seq, { command, row, sent, resolve }))
    return { message: sent ? encode(seq, command, row) : null, result }
  }

  /** True when the server has not looked at it, and everything unanswered is to be sent again after a moment. */
  answered(seq: number, result: CommandResult): boolean {
    if (unprocessed.has(result.code)) return this.#outstanding.has(seq)
    const outstanding = this.#outstanding.get(seq)
    this.#outstanding.delete(seq)
    outstanding?.resolve(result)
    return false
  }

  /** Everything unanswered, in order, to be sent now. */
  unanswered(): readonly Uint8Array[] {
    return [...this.#outstanding].map(([seq, outstanding]) => {
      outstanding.sent = true
      return encode(seq, outstanding.command, outstanding.row)
    })
  }

  /**
   * A new session knows nothing of what was sent before: whether it happened cannot be told any more. What has never been
   * sent is numbered anew.
   */
  restart(): void {
    const outstanding = [...this.#outstanding.values()]
    this.#outstanding.clear()
    this.#lastSeq = 0
    for (const command of outstanding) {
      if (command.sent) command.resolve(sessionLost)
      else this.#outstanding.set(++this.#lastSeq, command)
    }
  }

  /** Nobody will answer any more, and nothing will be sent. */
  abandon(): void {
    for (const { resolve } of this.#outstanding.values()) resolve(sessionLost)
    this.#outstanding.clear()
    this.#lastSeq = 0
  }
}

function encode(seq: number, command: number, row: Uint8Array): Uint8Array {
  return encodeMessage(ClientCommand, { seq, command, clientTick: 0 }, row)
}
