import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Transport, TransportEvents } from '../src/transport/transport.ts'
import { connectWebSocket } from '../src/transport/websocket-node.ts'

let server: WebSocketServer
let url: string

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`
})
afterEach(() => {
  for (const socket of server.clients) socket.terminate()
  server.close()
})

/** What a transport says, and a promise of how it ends. */
function listen(): { readonly events: TransportEvents; readonly said: string[]; readonly ended: Promise<number> } {
  const said: string[] = []
  let end: (code: number) => void = () => undefined
  const ended = new Promise<number>((resolve) => {
    end = resolve
  })
  const events: TransportEvents = {
    opened: () => said.push('opened'),
    received: (bytes) => said.push(`received ${[...bytes].join(' ')}`),
    closed: (code) => {
      said.push(`closed ${code}`)
      end(code)
    },
  }
  return { events, said, ended }
}

const connected = async (): Promise<WebSocket> => ((await once(server, 'connection')) as [WebSocket])[0]

test('[CLIENT-80] messages go whole and in order both ways; text from a server is no message', async () => {
  const { events, said, ended } = listen()
  const transport = connectWebSocket(url, 'worldkeep.bin.v1', {
    ...events,
    opened: () => {
      events.opened()
      for (const byte of [1, 2, 3]) transport.send(Uint8Array.of(byte, byte))
    },
  })
  const socket = await connected()
  expect(socket.protocol).toBe('worldkeep.bin.v1')
  const heard: number[][] = []
  await new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      heard.push([...data])
      if (heard.length === 3) resolve()
    })
  })
  expect(heard).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ])
  socket.send('text')
  for (const byte of [4, 5]) socket.send(Uint8Array.of(byte))
  socket.close(4009)
  expect(await ended).toBe(4009)
  expect(said).toEqual(['opened', 'received 4', 'received 5', 'closed 4009'])
})

test('[CLIENT-81] a transport closes once, whoever closes, and what is sent afterwards is left aside', async () => {
  const { events, said, ended } = listen()
  const arrival = connected()
  const transport = await new Promise<Transport>((resolve) => {
    const opening = connectWebSocket(url, 'worldkeep.bin.v1', { ...events, opened: () => resolve(opening) })
  })
  const socket = await arrival
  transport.close()
  transport.close()
  transport.send(Uint8Array.of(1))
  const [code] = (await once(socket, 'close')) as [number]
  expect([code, await ended]).toEqual([1000, 1000])
  expect(said.filter((word) => word.startsWith('closed'))).toHaveLength(1)
})

test('[CLIENT-81] a connection that cannot be opened is a close, and so is one that breaks', async () => {
  const broken = listen()
  connectWebSocket(url, 'worldkeep.bin.v1', broken.events)
  const socket = await connected()
  socket.terminate()
  expect(await broken.ended).toBe(1006)

  const nowhere = listen()
  await new Promise((resolve) => server.close(resolve))
  const transport = connectWebSocket(url, 'worldkeep.bin.v1', nowhere.events)
  transport.send(Uint8Array.of(1))
  expect(await nowhere.ended).toBe(1006)
  expect(nowhere.said).toEqual(['closed 1006'])
})
