import { Agent, createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '@worldkeep/kernel'
import { binarySubprotocol, inboundFrameBytesMax } from '@worldkeep/wire'
import { type WebSocket, WebSocketServer } from 'ws'
import type { GatewayCore } from '../core/gateway/gateway-core.ts'
import { ClientFrames, type ClientFramesTarget } from './client-frames.ts'
import { forwardToHost } from './http-forward.ts'
import { WebSocketSink } from './websocket-sink.ts'

/** Where clients connect. */
export const webSocketPath = '/ws'

/** A closing handshake that takes longer is cut. */
const closePatienceMs = 1_000

export interface PublicPortOptions {
  readonly clock: Clock
  readonly hostSocketPath: string
  /** How many calls of `sendPings` a ping may wait for a message that takes it along; 0: it leaves at once. */
  readonly pingLooksMax?: number
  /** Called at the end of each turn of the loop that brought messages, when nobody waits for a page; may block. */
  readonly rest?: () => void
}

/**
 * The one public port of a node: WebSockets end here, every other request is handed to the host, so that game and web
 * pages share one address.
 */
export class PublicPort {
  readonly #core: GatewayCore
  readonly #clock: Clock
  readonly #server: Server
  readonly #webSockets: WebSocketServer
  readonly #sinks = new Set<WebSocketSink>()
  readonly #hostConnections = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #pingLooksMax: number
  readonly #rest: () => void
  #forwarding = 0
  #publishScheduled = false
  #refusing = false

  constructor(core: GatewayCore, options: PublicPortOptions) {
    this.#core = core
    this.#clock = options.clock
    this.#pingLooksMax = options.pingLooksMax ?? 0
    this.#rest = options.rest ?? (() => undefined)
    this.#webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: inboundFrameBytesMax,
      handleProtocols: (offered) => (offered.has(binarySubprotocol) ? binarySubprotocol : false),
    })
    const host = { socketPath: options.hostSocketPath, agent: this.#hostConnections }
    this.#server = createServer((request, response) => {
      this.#forwarding++
      response.once('close', () => this.#forwarding--)
      forwardToHost(request, response, host)
    })
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** The port it listens on. Rejects with the system's error. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off('error', reject)
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  /** From now on nobody new is let in; who is here stays. */
  refuseNew(): void {
    this.#refusing = true
  }

  /** Sends the pings that have waited long enough for a message to take them along. Call before each sweep. */
  sendPings(): void {
    for (const sink of this.#sinks) sink.sendPing()
  }

  /** Waits for goodbyes to leave, at most `patienceMs`, then closes everything. */
  async close(patienceMs: number): Promise<void> {
    const deadlineMs = this.#clock.nowMs() + patienceMs
    while (this.#core.openConnections() > 0 && this.#clock.nowMs() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    for (const sink of this.#sinks) sink.terminate()
    this.#webSockets.close()
    this.#hostConnections.destroy()
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = (request.url ?? '').split('?')[0]
    if (path !== webSocketPath)
      return refuseUpgrade(socket, '404 Not Found', `WebSockets are served at ${webSocketPath}.`)
    if (this.#refusing) return refuseUpgrade(socket, '503 Service Unavailable', 'The server is stopping.')
    if (!(request.headers['sec-websocket-protocol'] ?? '').includes(binarySubprotocol)) {
      return refuseUpgrade(socket, '400 Bad Request', `Offer the WebSocket subprotocol ${binarySubprotocol}.`)
    }
    ;(socket as Socket).setNoDelay(true)
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, socket, head))
    return undefined
  }

  #open(webSocket: WebSocket, socket: Duplex, head: Buffer): void {
    const sink = new WebSocketSink(webSocket, socket, this.#pingLooksMax)
    // The close that follows an error tells the gateway; without a listener the error would end the thread.
    webSocket.on('error', () => undefined)
    const connection = this.#core.open(sink, this.#clock.nowMs())
    if (connection === null) return cutLater(webSocket)
    this.#sinks.add(sink)
    webSocket.binaryType = 'nodebuffer'
    const receive = (data: Uint8Array, isBinary: boolean): void => {
      if (isBinary) this.#core.receive(connection, data, this.#clock.nowMs())
      else this.#core.end(connection, 'bad_request')
      this.#schedulePublish()
      if (connection.life.phase === 'closed') cutLater(webSocket)
    }
    const ponged = (): void => this.#core.ponged(connection, this.#clock.nowMs())
    // Bytes that came with the request are with `ws` already, and may be the beginning of a frame.
    if (head.length === 0) readFrames(webSocket, socket, { message: (bytes) => receive(bytes, true), pong: ponged })
    webSocket.on('message', (data, isBinary) => receive(data as Buffer, isBinary))
    webSocket.on('pong', ponged)
    webSocket.on('close', () => {
      this.#sinks.delete(sink)
      this.#core.closed(connection)
    })
  }

  /** One publication per turn of the loop, however many messages it brought. */
  #schedulePublish(): void {
    if (this.#publishScheduled) return
    this.#publishScheduled = true
    setImmediate(() => {
      this.#publishScheduled = false
      this.#core.publish()
      // A page takes several turns of the loop; each would wait for its rest.
      if (this.#forwarding === 0) this.#rest()
    })
  }
}

/**
 * Takes messages out of what the socket reads before `ws` sees it. `push` is where Node hands a stream what it has read;
 * should it ever hand it over in another way, everything goes through `ws`. So it does while `ws` holds bytes back.
 */
function readFrames(webSocket: WebSocket, socket: Duplex, target: Pick<ClientFramesTarget, 'message' | 'pong'>): void {
  const push = socket.push.bind(socket)
  let wantsMore = true
  const frames = new ClientFrames(inboundFrameBytesMax, {
    ...target,
    other: (bytes) => {
      wantsMore = push(bytes)
    },
    mayRead: () =>
      webSocket.readyState === webSocket.OPEN && socket.readableFlowing === true && socket.readableLength === 0,
  })
  socket.push = (chunk: Buffer | null) => {
    if (chunk === null) return push(null)
    wantsMore = true
    frames.read(chunk)
    return wantsMore
  }
}

/** A peer that does not answer the closing handshake does not keep its place. */
function cutLater(webSocket: WebSocket): void {
  setTimeout(() => webSocket.terminate(), closePatienceMs).unref()
}

function refuseUpgrade(socket: Duplex, status: string, message: string): void {
  const body = JSON.stringify({ error: { message } })
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
