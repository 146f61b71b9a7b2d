import type { Game } from '@worldkeep/world'
import type { TokenStorage } from './token-storage.ts'
import type { Connect } from './transport/transport.ts'

/** What a connection is made with. */
export interface LinkOptions {
  readonly game: Game
  /** Origin of the server, `http://localhost:4510`. Left out: where the page came from. */
  readonly url?: string
  /** Wished display name; left out: the one known, or one the server makes up. */
  readonly name?: string
  /** Where the token is kept; left out: the browser's storage under `storageKey`, or memory. */
  readonly storage?: TokenStorage
  readonly storageKey?: string
  /** Sends the input this often even when it has not changed. Left out: only on change. */
  readonly inputRepeatHz?: number
  /** Keeps who goes out of view, as they were, in `remembered`. */
  readonly keepOnExit?: boolean
  /** Another transport than WebSocket. */
  readonly transport?: Connect
}
