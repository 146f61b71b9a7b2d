import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import {
  createArena,
  type Loopback,
  type Move,
  SimulatedNode,
  type SimulatedNodeOptions,
} from '@worldkeep/server/testing'
import { binarySubprotocol, protocolVersion } from '@worldkeep/wire'
import { vi } from 'vitest'
import { type ClientOptions, createClient, type WorldClient } from '../src/client.ts'
import { memoryStorage } from '../src/token-storage.ts'
import type { Connect, Transport, TransportEvents } from '../src/transport/transport.ts'

/** What one client asked the bootstrap for. */
interface Asked {
  readonly token: string | null
  readonly name: string | null
}

const msPerTick = 50

/** Far more ticks than anything here takes. */
const stepsMax = 4_000

/**
 * A whole node and the clients that play on it, in virtual time: a step is one tick of the node and its time for every
 * timer of the clients. Bootstrap goes over real HTTP, messages over loopbacks that can be cut.
 */
export class Lab {
  readonly game = createArena()
  readonly asked: Asked[] = []
  readonly lines: Line[] = []
  /** Null while the server is down. */
  #node: SimulatedNode | null
  readonly #options: Partial<SimulatedNodeOptions>
  readonly #clients: WorldClient[] = []
  #http: Server
  #port = 0
  #dataDir = ''
  #guests = 0
  /** Requests without their answer: time stands still for them, because HTTP takes real time. */
  #asking = 0
  /** The next tokens given out, whatever they are worth. */
  readonly planted: string[] = []
  /** Connections open, and nothing ever comes through them. */
  deaf = false

  static async open(options: Partial<SimulatedNodeOptions> = {}): Promise<Lab> {
    const lab = new Lab(options)
    lab.#node = await SimulatedNode.start({ game: lab.game, ...options })
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
      now: 1_000_000,
    })
    lab.#countFetches()
    await lab.#listen()
    return lab
  }

  private constructor(options: Partial<SimulatedNodeOptions>) {
    this.#options = options
    this.#node = null
    this.#http = createServer()
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close()
    vi.useRealTimers()
    vi.unstubAllGlobals()
    await this.#unlisten()
    await this.#node?.dispose()
  }

  get node(): SimulatedNode {
    if (this.#node === null) throw new Error('the server is down')
    return this.#node
  }

  get line(): Line {
    const line = this.lines.at(-1)
    if (line === undefined) throw new Error('nobody has connected')
    return line
  }

  /** A client of this node, not yet in the world. */
  client(options: Partial<ClientOptions<typeof Move>> = {}): WorldClient<typeof Move> {
    const client = createClient({
      game: this.game,
      url: `http://127.0.0.1:${this.#port}`,
      storage: memoryStorage(),
      transport: this.#connect,
      ...options,
    })
    this.#clients.push(client as unknown as WorldClient)
    return client
  }

  /** A client in the world, its body in view. */
  async join(options: Partial<ClientOptions<typeof Move>> = {}): Promise<WorldClient<typeof Move>> {
    const client = this.client(options)
    await this.until('the body is in view', () => client.self() !== null)
    return client
  }

  async step(): Promise<void> {
    while (this.#asking > 0) await turn()
    await this.#node?.step()
    this.passClientTime(msPerTick)
    await turn()
  }

  async steps(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.step()
  }

  async until(what: string, isDone: () => boolean): Promise<void> {
    for (let i = 0; i < stepsMax; i++) {
      if (isDone()) return
      await this.step()
    }
    throw new Error(`never happened: ${what}`)
  }

  /** Time of the clients alone. */
  passClientTime(ms: number): void {
    vi.advanceTimersByTime(ms)
  }

  /** As a power cut: connections break, HTTP is refused. What is stored stays. */
  async crash(): Promise<void> {
    await this.node.crash()
    this.#node = null
    await this.#unlisten()
    for (const line of this.lines) line.break()
  }

  async restart(): Promise<void> {
    this.#node = await SimulatedNode.start({ game: this.game, ...this.#options, dataDir: this.#dataDir })
    await this.#listen()
  }

  readonly #connect: Connect = (_url, _subprotocol, events) => {
    const line = new Line(this.node, events, { cut: this.deaf })
    this.lines.push(line)
    return line
  }

  async #listen(): Promise<void> {
    this.#dataDir = this.node.dataDir
    this.#http = createServer((request, response) => void this.#answer(request, response))
    await new Promise<void>((resolve) => this.#http.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (this.#http.address() as AddressInfo).port
  }

  async #unlisten(): Promise<void> {
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { name = null } = JSON.parse(await text(request)) as { readonly name?: string }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? null
    this.asked.push({ token, name })
    const player = token === null ? (name ?? `Guest${++this.#guests}`) : /^player:(\w+)$/.exec(token)?.[1]
    response.setHeader('content-type', 'application/json')
    if (player === undefined) {
      response.statusCode = 401
      response.end(JSON.stringify({ error: { code: 'token_invalid', message: 'No.', retryable: false } }))
      return
    }
    const bootstrap = {
      accessToken: this.planted.shift() ?? `player:${player}`,
      player: { id: `id-${player}`, name: player },
      protocol: { version: protocolVersion, declarations: this.game.declarationsHash },
      transports: [{ kind: 'websocket', path: '/ws', subprotocol: binarySubprotocol }],
    }
    response.end(JSON.stringify(bootstrap))
  }

  #countFetches(): void {
    const plainFetch = globalThis.fetch
    vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>): Promise<Response> => {
      this.#asking++
      try {
        const response = await plainFetch(...args)
        return new Response(await response.text(), { status: response.status })
      } finally {
        this.#asking--
      }
    })
  }
}

/** One connection of a client, and what can happen to it. */
export class Line implements Transport {
  readonly #loopback: Loopback
  readonly #events: TransportEvents
  /** Nothing comes through any more, and nobody is told. */
  #cut: boolean
  /** What the client says gets lost. */
  #mute = false
  #closed = false

  constructor(node: SimulatedNode, events: TransportEvents, options: { readonly cut: boolean }) {
    this.#events = events
    this.#cut = options.cut
    this.#loopback = node.connect({
      opened: () => events.opened(),
      received: (bytes) => {
        if (!this.#cut) events.received(bytes)
      },
      closed: (code) => {
        if (!this.#cut) this.#close(code)
      },
    })
  }

  send(bytes: Uint8Array): void {
    if (!this.#cut && !this.#mute) this.#loopback.sendToServer(bytes)
  }

  close(): void {
    this.#loopback.closeByClient()
  }

  mute(): void {
    this.#mute = true
  }

  /** The cable is pulled: both sides keep waiting for each other. */
  cut(): void {
    this.#cut = true
  }

  /** What is on the way is lost, and both sides hear of it. */
  break(): void {
    this.#cut = true
    this.#loopback.closeByClient()
    this.#close(1006)
  }

  /** Lets the client hear what no server said. */
  inject(bytes: Uint8Array): void {
    this.#events.received(bytes)
  }

  #close(code: number): void {
    if (this.#closed) return
    this.#closed = true
    this.#events.closed(code)
  }
}
