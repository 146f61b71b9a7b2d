/** One connection to a server, as the client uses it. Messages are whole and in order. */
export interface Transport {
  send(bytes: Uint8Array): void
  close(): void
}

export interface TransportEvents {
  opened(): void
  received(bytes: Uint8Array): void
  /** Once, whatever the reason. `code` as in RFC 6455; 1006 when the peer said nothing. */
  closed(code: number): void
}

/** Opens a connection. Failure to open is a `closed`. */
export type Connect = (url: string, subprotocol: string, events: TransportEvents) => Transport
