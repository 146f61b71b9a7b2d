import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ViewVerdict } from '../check/truth.ts'
import { forkScript } from '../process/fork-script.ts'
import { Asker } from '../process/procedures.ts'
import type { Scenario, Workload } from '../scenario.ts'
import { percentile, round } from '../statistics.ts'
import type { ClientMeasurement, ClientProcedures } from './client-process.ts'
import { type MeadowResult, meadowRows } from './meadow-result.ts'
import type { ServerMeasurement, ServerProcedures } from './server-process.ts'

/*
 *     this process ──┬── server process: a node            one child each, so that each one's CPU time is its own;
 *                    │        ▲ WebSockets on 127.0.0.1    only questions and answers go through this process
 *                    └── client process: all players
 */

const warmUpMs = 3_000

/** Checks of all views while measuring; one more follows at the end. */
const checksWhileMeasuring = 3

/** A check is agreed this long before its tick. */
const checkLeadS = 1

/** An orderly end takes up to a few seconds; after this it is not orderly. */
const endPatienceMs = 15_000

interface Players {
  readonly server: Asker<ServerProcedures>
  readonly clients: Asker<ClientProcedures>
}

interface Context {
  readonly folder: string
  readonly signal: AbortSignal
  say(line: string): void
}

export const meadow: Scenario = {
  summary: 'players walk all over the demo world among wanderers',
  defaults: {},
  run: async (workload, { signal, say }) => {
    signal.throwIfAborted()
    const folder = await mkdtemp(join(tmpdir(), 'worldkeep-bench-'))
    const server = new Asker<ServerProcedures>(
      'server',
      forkScript(new URL('./server-process.js', import.meta.url), { folder, profileDir: workload.profileDir }),
    )
    const clients = new Asker<ClientProcedures>(
      'client',
      forkScript(new URL('./client-process.js', import.meta.url), { folder, profileDir: null }),
    )
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    aborted.catch(() => undefined)
    try {
      const result = await Promise.race([measure({ server, clients }, workload, { folder, signal, say }), aborted])
      return { result, rows: meadowRows(result), isGood: result.viewErrors === 0 }
    } finally {
      await clients.end(endPatienceMs)
      await server.end(endPatienceMs)
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function measure(players: Players, workload: Workload, context: Context): Promise<MeadowResult> {
  const { server, clients } = players
  const { folder, signal, say } = context
  const node = await server.ask('start', { workload, folder })
  say(`node on port ${node.port}; ${workload.clients} clients join`)
  await joinAll(clients, { url: `http://127.0.0.1:${node.port}`, workload }, context)
  await setTimeout(warmUpMs, undefined, { signal })
  say(`measuring for ${workload.seconds} s`)
  await Promise.all([server.ask('measureStart'), clients.ask('measureStart')])
  const endMs = performance.now() + workload.seconds * 1000
  const verdicts: ViewVerdict[] = []
  for (let i = 0; i < checksWhileMeasuring; i++) {
    const pauseMs = (endMs - performance.now()) / (checksWhileMeasuring + 1 - i) - checkLeadS * 1000
    await setTimeout(Math.max(0, pauseMs), undefined, { signal })
    verdicts.push(await checkViews(players, node, context))
  }
  await setTimeout(Math.max(0, endMs - performance.now()), undefined, { signal })
  const [ofServer, ofClients] = await Promise.all([server.ask('measureStop'), clients.ask('measureStop')])
  verdicts.push(await checkViews(players, node, context))
  say(`the clients together: ${round(ofClients.cpuMs / (ofClients.elapsedMs / 1000), 1)} ms CPU/s, in one process`)
  return summarize(workload, node, { ofServer, ofClients, verdicts })
}

async function joinAll(
  clients: Asker<ClientProcedures>,
  argument: { readonly url: string; readonly workload: Workload },
  { signal, say }: Context,
): Promise<void> {
  let done = false
  const joining = clients.ask('join', argument).finally(() => {
    done = true
  })
  const progress = async (): Promise<void> => {
    await setTimeout(1_000, undefined, { signal })
    while (!done) {
      say(`  ${await clients.ask('joined')} of ${argument.workload.clients} are in`)
      await setTimeout(1_000, undefined, { signal })
    }
  }
  await Promise.all([joining, progress()])
}

/** Both sides agree on a tick to come; at its end the server says what is true, and the clients what they see. */
async function checkViews(
  { server, clients }: Players,
  rates: { readonly tickHz: number; readonly snapshotHz: number },
  { say }: Context,
): Promise<ViewVerdict> {
  const soonTick = (await server.ask('tick')) + rates.tickHz * checkLeadS
  const ticksPerSnapshot = rates.tickHz / rates.snapshotHz
  const atTick = Math.ceil(soonTick / ticksPerSnapshot) * ticksPerSnapshot
  await clients.ask('armCheck', { atTick })
  const truth = await server.ask('inspect', { atTick })
  if (truth.tick !== atTick)
    throw new Error(`the server was asked about tick ${atTick}, and answered about ${truth.tick}`)
  const verdict = await clients.ask('judge', truth)
  say(`  tick ${atTick}: ${verdict.viewsChecked} views checked, ${verdict.viewErrors} errors`)
  for (const detail of verdict.details) say(`    ${detail}`)
  return verdict
}

function summarize(
  workload: Workload,
  rates: { readonly tickHz: number; readonly snapshotHz: number },
  measured: {
    readonly ofServer: ServerMeasurement
    readonly ofClients: ClientMeasurement
    readonly verdicts: readonly ViewVerdict[]
  },
): MeadowResult {
  const { ofServer, ofClients, verdicts } = measured
  const seconds = ofServer.elapsedMs / 1000
  const clientSeconds = (ofClients.elapsedMs / 1000) * workload.clients
  const durations = ofServer.tickDurationsMs.toSorted()
  return {
    scenario: 'meadow',
    clients: workload.clients,
    entities: workload.entities,
    sizeM: workload.sizeM,
    tickHz: rates.tickHz,
    snapshotHz: rates.snapshotHz,
    seconds: round(seconds, 2),
    serverCpuMsPerS: round(ofServer.cpuMs / seconds, 1),
    cpuMsPerClientS: round(ofServer.cpuMs / seconds / workload.clients, 3),
    threads: threadShares(ofServer, seconds),
    tickMs: {
      p50: round(percentile(durations, 50), 3),
      p99: round(percentile(durations, 99), 3),
      max: round(percentile(durations, 100), 3),
    },
    achievedTickHz: round(ofServer.ticks / seconds, 2),
    bytesPerClientS: Math.round(ofClients.bytes / clientSeconds),
    framesPerClientS: round(ofClients.frames / clientSeconds, 2),
    ackMs: { p50: round(ofClients.ackP50Ms, 1), p99: round(ofClients.ackP99Ms, 1) },
    rssMb: round(ofServer.rssBytes / 2 ** 20, 1),
    gc: { tickThreadCount: ofServer.gcCount, tickThreadMs: round(ofServer.gcMs, 2) },
    viewsChecked: sum(verdicts.map(({ viewsChecked }) => viewsChecked)),
    viewErrors: sum(verdicts.map(({ viewErrors }) => viewErrors)),
    maxPositionErrorM: round(Math.max(...verdicts.map(({ maxPositionErrorM }) => maxPositionErrorM)), 4),
  }
}

/** Who is left over is the collector's, the compiler's and the system's own threads. */
function threadShares({ cpuMs, threadsMs }: ServerMeasurement, seconds: number): MeadowResult['threads'] {
  if (threadsMs === null) return { main: null, tick: null, gateway: null, persistence: null, other: null }
  const { main, tick, gateway, persistence } = threadsMs
  const share = (ms: number): number => round(ms / seconds, 1)
  return {
    main: share(main),
    tick: share(tick),
    gateway: share(gateway),
    persistence: share(persistence),
    other: share(Math.max(0, cpuMs - main - tick - gateway - persistence)),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
