/* As much of Colyseus 0.18 as the comparison uses; see https://docs.colyseus.io. */

/** One entity. Places are whole steps of `stepM`, the smallest type that is right to 2 cm in all worlds of the workloads. */
export interface Body {
  x: number
  z: number
  hp: number
}

export interface State {
  tick: number
  readonly bodies: Map<string, Body>
}

export interface StateView {
  add(body: Body): void
  remove(body: Body): void
}

interface FieldBuilder {
  view(): FieldBuilder
}

export interface SchemaModule {
  schema(fields: object, name: string): new () => object
  readonly t: { uint8(): FieldBuilder; uint16(): FieldBuilder; map(of: unknown): FieldBuilder }
  readonly StateView: new () => StateView
}

export interface RoomClient {
  readonly sessionId: string
  view: StateView
  send(type: number, message: number): void
}

export interface RoomBase {
  state: unknown
  patchRate: number | null
  autoDispose: boolean
  /** Seconds a client has from being told its seat to taking it. */
  seatReservationTimeout: number
  setTimestep(step: () => void, delayMs: number): void
  broadcastPatch(): void
  onMessage(
    type: string,
    callback: (client: RoomClient, message: { readonly x: number; readonly z: number }) => void,
  ): void
  onMessageBytes(type: number, callback: (client: RoomClient, bytes: Uint8Array) => void): void
}

export interface CoreModule {
  readonly Room: new () => RoomBase
  readonly Server: new (
    options: object,
  ) => {
    define(name: string, room: unknown): void
    listen(port: number, host: string): Promise<void>
  }
}

export interface TransportModule {
  readonly WebSocketTransport: new (options: object) => unknown
}

export interface ClientRoom {
  readonly state: Readonly<State>
  readonly connection: { readonly events: { onmessage?: (event: { readonly data: ArrayBuffer }) => void } }
  onMessage(type: number, callback: (message: number) => void): void
  onStateChange(callback: () => void): void
  onLeave(callback: (code: number) => void): void
  onDrop(callback: (code: number) => void): void
  send(type: string, message: object): void
  sendBytes(type: number, bytes: Uint8Array): void
  leave(): Promise<number>
}

export interface SdkModule {
  readonly Client: new (url: string) => { joinOrCreate(name: string): Promise<ClientRoom> }
}

export const roomName = 'field'

/** An input as users send one: a name and an object. */
export const inputMessage = 'input'

/** Types of the messages of the room. */
export const Message = { Input: 0, Self: 1 } as const

/** Ticks travel as u16: a run is shorter than the hour they last. */
export const tickMask = 0xffff

/** How fine places are, metres: a u16 spans the world, 1 cm or just above in the largest one of the workloads. */
export function stepOf(sizeM: number): number {
  return Math.max(0.01, sizeM / 0xffff)
}
