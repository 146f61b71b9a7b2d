import { setTimeout as sleep } from 'node:timers/promises'
import { binarySubprotocol } from '@worldkeep/wire'
import { WebSocket } from 'ws'
import { createGame } from '../src/testing/arena.ts'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { type TransportHarness, transportContract } from '../src/testing/transport-contract.ts'
import { PublicPort, webSocketPath } from '../src/transport/public-port.ts'

/** Far more ticks than any step of the contract needs. */
const stepsMax = 2_000

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

transportContract('WebSocket', async (): Promise<TransportHarness> => {
  const game = createGame()
  const node = await SimulatedNode.start({ game })
  const port = new PublicPort(node.gateway, { clock: node.clock, hostSocketPath: '/nowhere' })
  const number = await port.listen('127.0.0.1', 0)
  // Real sockets take real time: a tick of simulated time passes only when the network has had a turn.
  const turn = async (): Promise<void> => {
    await sleep(1)
  }
  return {
    game,
    connect: (client) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${number}${webSocketPath}`, binarySubprotocol)
        socket.on('open', () => {
          client.opened()
          resolve()
        })
        socket.on('error', reject)
        socket.on('message', (data) => client.received(data as Buffer))
        socket.on('close', (code) => client.closed(code))
        client.wire = { send: (bytes) => socket.send(bytes), close: () => socket.terminate() }
      }),
    until: (isDone, what) => until(node, isDone, what, turn),
    sessions: () => node.tick.sessions.count,
    sessionsInGrace: () => node.tickBoard.read('sessionsInGrace'),
    dispose: async () => {
      await port.close(0)
      await node.dispose()
    },
  }
})
