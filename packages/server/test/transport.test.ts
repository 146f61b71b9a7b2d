import { createServer, type ServerResponse } from 'node:http'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { binarySubprotocol } from '@worldkeep/wire'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createGame } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { TestClient } from '../src/testing/test-client.ts'
import { type TransportHarness, transportContract } from '../src/testing/transport-contract.ts'
import { PublicPort, webSocketPath } from '../src/transport/public-port.ts'

/** Far more ticks than any step of the contract needs. */
const stepsMax = 2_000

/** Real sockets take real time: a tick of simulated time passes only when the network has had a turn. */
const turn = (): Promise<void> => sleep(1)

async function until(
  node: SimulatedNode,
  isDone: () => boolean,
  what: string,
  between: () => Promise<void>,
): Promise<void> {
  for (let i = 0; i < stepsMax; i++) {
    if (isDone()) return
    await node.step()
    await between()
  }
  throw new Error(`never happened: ${what}`)
}

transportContract('loopback', async (): Promise<TransportHarness> => {
  const game = createGame()
  const node = await SimulatedNode.start({ game })
  return {
    game,
    connect: async (client) => {
      const loopback = node.connect(client)
      client.wire = { send: (bytes) => loopback.sendToServer(bytes), close: () => loopback.closeByClient() }
      await node.deliver()
    },
    until: (isDone, what) => until(node, isDone, what, async () => undefined),
    sessions: () => node.tick.sessions.count,
    sessionsInGrace: () => node.tickBoard.read('sessionsInGrace'),
    dispose: () => node.dispose(),
  }
})

function connect(client: TestClient, port: number): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${webSocketPath}`, binarySubprotocol)
    socket.on('open', () => {
      client.opened()
      resolve(socket)
    })
    socket.on('error', reject)
    socket.on('message', (data) => client.received(data as Buffer))
    socket.on('close', (code) => client.closed(code))
    client.wire = { send: (bytes) => socket.send(bytes), close: () => socket.terminate() }
  })
}

transportContract('WebSocket', async (): Promise<TransportHarness> => {
  const game = createGame()
  const node = await SimulatedNode.start({ game })
  const port = new PublicPort(node.gateway, { clock: node.clock, hostSocketPath: '/nowhere' })
  const number = await port.listen('127.0.0.1', 0)
  return {
    game,
    connect: async (client) => void (await connect(client, number)),
    until: (isDone, what) => until(node, isDone, what, turn),
    sessions: () => node.tick.sessions.count,
    sessionsInGrace: () => node.tickBoard.read('sessionsInGrace'),
    dispose: async () => {
      await port.close(0)
      await node.dispose()
    },
  }
})

test('[GATE-17] the port lets its thread rest after messages, and not while a page is on its way', async () => {
  const node = await SimulatedNode.start({ game: createGame() })
  const hostSocketPath = join(tmpdir(), `worldkeep-test-${process.pid}.sock`)
  const waiting: ServerResponse[] = []
  const pages = createServer((_request, response) => waiting.push(response))
  await new Promise<void>((resolve) => pages.listen(hostSocketPath, resolve))
  let rests = 0
  const port = new PublicPort(node.gateway, { clock: node.clock, hostSocketPath, rest: () => rests++ })
  const number = await port.listen('127.0.0.1', 0)
  const client = new TestClient(createGame())
  await connect(client, number)
  const receive = (messages: number): Promise<void> =>
    until(node, () => node.gatewayBoard.read('messagesIn') >= messages, 'the message', turn)

  client.hello('player:ada')
  await receive(1)
  await until(node, () => rests === 1, 'a rest', turn)
  const page = fetch(`http://127.0.0.1:${number}/`)
  await until(node, () => waiting.length === 1, 'the request', turn)
  client.ping(1)
  await receive(2)
  await sleep(1)
  expect(rests).toBe(1)
  waiting[0]?.end('a page')
  expect(await (await page).text()).toBe('a page')
  client.ping(2)
  await until(node, () => rests === 2, 'a rest again', turn)

  await port.close(0)
  pages.close()
  await node.dispose()
})

test('[TRANSPORT-10] a peer that answers the pings of a whole pong deadline stays', async () => {
  const node = await SimulatedNode.start({ game: createGame(), config: { pongTimeoutMs: 5_000 } })
  const port = new PublicPort(node.gateway, { clock: node.clock, hostSocketPath: '/nowhere', pingLooksMax: 4 })
  const client = new TestClient(createGame())
  const socket = await connect(client, await port.listen('127.0.0.1', 0))
  let pings = 0
  socket.on('ping', () => pings++)
  client.hello('player:ada')
  await until(node, () => client.frames.length > 0, 'a frame', turn)
  const endMs = node.clock.nowMs() + 12_000
  await until(
    node,
    () => node.clock.nowMs() > endMs,
    'two deadlines',
    async () => {
      port.sendPings()
      await turn()
    },
  )
  expect(client.open).toBe(true)
  expect(pings).toBeGreaterThan(8)
  await port.close(0)
  await node.dispose()
})

test('[TRANSPORT-8] a frame whose beginning came with the request for the upgrade arrives whole', async () => {
  const node = await SimulatedNode.start({ game: createGame() })
  const port = new PublicPort(node.gateway, { clock: node.clock, hostSocketPath: '/nowhere' })
  const number = await port.listen('127.0.0.1', 0)
  const request = [
    `GET ${webSocketPath} HTTP/1.1`,
    ...['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    ...['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', `Sec-WebSocket-Protocol: ${binarySubprotocol}`],
  ]
  // Masked with zeroes, and what it carries looks like a frame of its own.
  const frame = Buffer.from([0x82, 0x86, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0])
  const socket = createConnection(number, '127.0.0.1')
  socket.write(Buffer.concat([Buffer.from(`${request.join('\r\n')}\r\n\r\n`), frame.subarray(0, 6)]))
  await new Promise((resolve) => socket.once('data', resolve))
  socket.write(frame.subarray(6))
  await until(node, () => node.gatewayBoard.read('messagesIn') === 1, 'the message', turn)
  expect(node.gatewayBoard.read('bytesIn')).toBe(6)
  socket.destroy()
  await port.close(0)
  await node.dispose()
})
