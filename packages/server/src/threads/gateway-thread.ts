import { randomBytes } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { Doorbell } from '@worldkeep/kernel'
import { openGatewayBoard, openTickBoard } from '../core/counters.ts'
import { GatewayCore } from '../core/gateway/gateway-core.ts'
import { verifyToken } from '../http/tokens.ts'
import { PublicPort } from '../transport/public-port.ts'
import { loadGame, messageOf } from './load-game.ts'
import { osThreadId } from './os-thread-id.ts'
import { OutboundWatch } from './outbound-watch.ts'
import { RestPlan } from './rest-plan.ts'
import { systemClock } from './system-clock.ts'
import type { GatewayThreadData, HostMessage, ThreadMessage } from './thread-data.ts'

/* Drives the gateway core: sockets on one side, the tick's mailboxes on the other. */

/** Deadlines are looked at this often. */
const sweepIntervalMs = 250

/** Longest sleep without a ring of the doorbell; only a safety net. */
const napMs = 1_000

/** How long goodbyes may take to leave. */
const flushPatienceMs = 1_000

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

async function main(data: GatewayThreadData): Promise<void> {
  const game = await loadGame(data.game)
  const tickBoard = openTickBoard(data.boards)
  const tickSlot = tickBoard.slot('tick')
  const core = new GatewayCore({
    game,
    config: data.config,
    mailboxes: data.mailboxes,
    board: openGatewayBoard(data.boards),
    ports: {
      verify: (token) => verifyToken(data.tokenSecret, token),
      secret: () => randomBytes(16).toString('hex'),
    },
    currentTick: () => tickBoard.get(tickSlot),
    doorbell: null,
    clock: systemClock,
  })
  const plan = new RestPlan(1000 / data.config.tickHz)
  const outbound = new OutboundWatch(core, new Doorbell(data.doorbells.gateway), () =>
    plan.published(systemClock.nowMs()),
  )
  const port = new PublicPort(core, {
    clock: systemClock,
    hostSocketPath: data.hostSocketPath,
    pingLooksMax: pingLooksOf(data.config.pongTimeoutMs),
    // A thread that hears nothing sleeps in its loop instead, and is woken by the first message at once.
    rest: () => outbound.restFor(plan.restMs(systemClock.nowMs())),
  })
  try {
    tell({ kind: 'ready', port: await port.listen(data.host, data.port) })
  } catch (error) {
    tell({ kind: 'unusable', reason: 'port', message: explainListen(error, data) })
    return
  }
  const sweeper = setInterval(() => {
    port.sendPings()
    core.sweep(systemClock.nowMs())
  }, sweepIntervalMs)
  let running = true
  parentPort?.on('message', (message: HostMessage) => {
    if (message.kind === 'refuseNew') port.refuseNew()
    else if (message.kind === 'stop') {
      running = false
      outbound.ring()
    }
  })
  while (running) await outbound.next(napMs)
  core.drain()
  core.endAll('going_away')
  await port.close(flushPatienceMs)
  clearInterval(sweeper)
  tell({ kind: 'stopped' })
  parentPort?.close()
}

/** A ping may wait for a message for a second, and for a quarter of the time its answer has. */
function pingLooksOf(pongTimeoutMs: number): number {
  return Math.floor(Math.min(1_000, pongTimeoutMs / 4) / sweepIntervalMs)
}

function explainListen(error: unknown, data: GatewayThreadData): string {
  const code = (error as { readonly code?: string }).code
  const where = `${data.host}:${data.port}`
  if (code === 'EADDRINUSE') {
    return `Port ${data.port} is in use by another program. Stop that program, or choose another port: --port ${data.port + 1}`
  }
  if (code === 'EACCES') return `No permission to listen on ${where}. Choose a port above 1024: --port 4510`
  if (code === 'EADDRNOTAVAIL') return `This machine has no address ${data.host}. Choose another: --host 127.0.0.1`
  return `Cannot listen on ${where}: ${messageOf(error)}`
}

tell({ kind: 'started', osThreadId: osThreadId() })
await main(workerData as GatewayThreadData)
