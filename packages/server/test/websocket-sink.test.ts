import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { WebSocketSink } from '../src/transport/websocket-sink.ts'

/** What leaves, write by write. */
class Wire extends Duplex {
  readonly writes: string[] = []

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(bytes.toString('hex'))
    done()
  }
}

function sinkOn(
  wire: Wire,
  { readyState = WebSocket.OPEN as number, pingLooksMax = 2 }: { readyState?: number; pingLooksMax?: number } = {},
): WebSocketSink {
  const webSocket = { readyState, OPEN: WebSocket.OPEN } as WebSocket
  return new WebSocketSink(webSocket, wire, pingLooksMax)
}

function message(sink: WebSocketSink, payload: Uint8Array): Uint8Array {
  const bytes = sink.allocate(sink.headroomBytes + payload.length)
  bytes.set(payload, sink.headroomBytes)
  return bytes
}

test('[TRANSPORT-10] a ping leaves in front of the next message, in one write, and once', () => {
  const wire = new Wire()
  const sink = sinkOn(wire)
  sink.ping()
  expect(wire.writes).toEqual([])
  for (let i = 0; i < 2; i++) sink.send(message(sink, Uint8Array.of(5, 6)))
  sink.sendPing()
  expect(wire.writes).toEqual(['890082020506', '82020506'])
})

test('[TRANSPORT-10] a ping that no message takes along leaves by itself when it has waited long enough, once', () => {
  const wire = new Wire()
  const sink = sinkOn(wire)
  sink.ping()
  sink.sendPing()
  expect(wire.writes).toEqual([])
  for (let look = 0; look < 4; look++) sink.sendPing()
  expect(wire.writes).toEqual(['8900'])
})

test('[TRANSPORT-10] a ping that may not wait leaves at once', () => {
  const wire = new Wire()
  sinkOn(wire, { pingLooksMax: 0 }).ping()
  expect(wire.writes).toEqual(['8900'])
})

test('[TRANSPORT-10] nothing leaves a connection that closes', () => {
  const wire = new Wire()
  const sink = sinkOn(wire, { readyState: WebSocket.CLOSING, pingLooksMax: 1 })
  sink.ping()
  sink.sendPing()
  sink.send(message(sink, Uint8Array.of(1)))
  expect(wire.writes).toEqual([])
})

test('[TRANSPORT-2] messages of every length have the header of RFC 6455, with and without a ping', () => {
  const wire = new Wire()
  const sink = sinkOn(wire)
  const headers = new Map([
    [125, '827d'],
    [126, '827e007e'],
    [65_535, '827effff'],
    [65_536, '827f0000000000010000'],
  ])
  for (const [length, header] of headers) {
    sink.send(message(sink, new Uint8Array(length)))
    sink.ping()
    sink.send(message(sink, new Uint8Array(length)))
    const body = '00'.repeat(length)
    expect(wire.writes.splice(0)).toEqual([header + body, `8900${header}${body}`])
  }
})
