/**
 * One connection as the gateway writes to it: a WebSocket, or a loopback in tests. Every adapter passes the same
 * contract suite.
 */
export interface ConnectionSink {
  /** Room the adapter wants in front of each message for its own header, so that a message goes out in one write. */
  readonly headroomBytes: number
  /** Memory for one message, headroom included; its contents are the caller's to fill. */
  allocate(byteLength: number): Uint8Array
  /** Sends what lies after the headroom. The bytes belong to the sink from then on. */
  send(bytes: Uint8Array): void
  ping(): void
  /** Bytes accepted and not yet taken by the peer's side of the network. */
  unsentBytes(): number
  /** Ends the connection after what was sent; `closed` of the gateway follows in any case. */
  close(code: number, reason: string): void
}
