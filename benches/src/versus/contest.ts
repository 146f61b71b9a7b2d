import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ViewVerdict } from '../check/truth.ts'
import { mergeVerdicts } from '../check/view-check.ts'
import { forkScript } from '../process/fork-script.ts'
import { Asker } from '../process/procedures.ts'
import { percentile } from '../statistics.ts'
import type {
  ClientMeasurement,
  ContenderClients,
  ContenderName,
  ContenderServer,
  JoinReport,
  ServerMeasurement,
} from './contender.ts'
import { type Crowd, tickHz } from './workloads.ts'

/*
 * One contender, once:
 *
 *     this process ──┬── server process: measured
 *                    │        ▲ WebSockets on 127.0.0.1
 *                    └── client process, or several: all clients, and the truth check
 */

const joinsPerS = 50

/** After the last one is in. The engine compiles on other threads meanwhile: for longer where there are more of them. */
const warmUpMs = 10_000

const checksWhileMeasuring = 3

/** A check is agreed this long before its tick. */
const checkLeadTicks = tickHz

/** An orderly end takes up to a few seconds; after this it is not orderly. */
const endPatienceMs = 15_000

/** Clients one process can decode for, whoever's they are. */
const clientsPerProcessMax = 250

/** What one contender did in one round. */
export interface Contest {
  readonly contender: ContenderName
  readonly cpuMsPerS: number
  readonly bytesPerClientS: number
  readonly streamBytesPerClientS: number
  readonly framesPerClientS: number
  readonly achievedTickHz: number
  readonly tickP50Ms: number
  readonly tickP99Ms: number
  /** Entities in a view, on average. */
  readonly visible: number
  readonly bytesPerVisible: number
  readonly streamBytesPerVisible: number
  readonly rssMb: number
  /** Of all client processes together; one core each is the most there is. */
  readonly clientCpuMsPerS: number
  readonly viewsChecked: number
  readonly viewErrors: number
  readonly maxPositionErrorM: number
  /** Only where many join at once. */
  readonly burst: { readonly tookMs: number; readonly dropped: number; readonly clamps: number } | null
}

export interface ContestOptions {
  readonly crowd: Crowd
  readonly seconds: number
  readonly seed: number
  readonly profileDir: string | null
  readonly signal: AbortSignal
  say(line: string): void
}

interface Players {
  readonly server: Asker<ContenderServer>
  readonly clients: readonly Asker<ContenderClients>[]
}

export async function runContest(contender: ContenderName, options: ContestOptions): Promise<Contest> {
  const { crowd, signal, profileDir } = options
  signal.throwIfAborted()
  const folder = await mkdtemp(join(tmpdir(), 'worldkeep-bench-'))
  const script = (name: string): URL => new URL(`./${contender}/${name}-process.js`, import.meta.url)
  const processes = Math.ceil(crowd.clients / clientsPerProcessMax) + (crowd.burstClients > 0 ? 1 : 0)
  const players: Players = {
    server: new Asker(`${contender} server`, forkScript(script('server'), { folder, profileDir })),
    clients: Array.from(
      { length: processes },
      (_, i) => new Asker(`${contender} client ${i + 1}`, forkScript(script('client'), { folder, profileDir: null })),
    ),
  }
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  aborted.catch(() => undefined)
  try {
    return await Promise.race([measure(contender, players, { ...options, folder }), aborted])
  } finally {
    await Promise.all(players.clients.map((client) => client.end(endPatienceMs)))
    await players.server.end(endPatienceMs)
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(
  contender: ContenderName,
  players: Players,
  options: ContestOptions & { readonly folder: string },
): Promise<Contest> {
  const { server, clients } = players
  const { crowd, seconds, seed, folder, signal } = options
  const { url } = await server.ask('start', { crowd, seed, folder })
  const walkers = crowd.burstClients > 0 ? clients.slice(0, -1) : clients
  const share = Math.ceil(crowd.clients / walkers.length)
  await Promise.all(
    walkers.map((asker, i) => {
      const first = i * share
      const count = Math.min(share, crowd.clients - first)
      return asker.ask('join', { url, crowd, seed, first, count, joinsPerS: joinsPerS / walkers.length })
    }),
  )
  await setTimeout(warmUpMs, undefined, { signal })
  await Promise.all([server.ask('measureStart'), ...clients.map((asker) => asker.ask('measureStart'))])
  const endMs = performance.now() + seconds * 1000
  const burst = crowd.burstClients > 0 ? await joinBurst(clients.at(-1), { ...options, url }) : null
  const verdicts: ViewVerdict[] = []
  for (let i = 0; i < checksWhileMeasuring; i++) {
    const pauseMs = (endMs - performance.now()) / (checksWhileMeasuring - i) - (checkLeadTicks * 1000) / tickHz
    await setTimeout(Math.max(0, pauseMs), undefined, { signal })
    verdicts.push(...(await checkViews(players, options)))
  }
  await setTimeout(Math.max(0, endMs - performance.now()), undefined, { signal })
  const [ofServer, ofClients] = await Promise.all([
    server.ask('measureStop'),
    Promise.all(clients.map((asker) => asker.ask('measureStop'))),
  ])
  return summarize(contender, crowd, { ofServer, ofClients, verdict: mergeVerdicts(verdicts), burst })
}

/** Many more at once, while all others walk. */
async function joinBurst(
  asker: Players['clients'][number] | undefined,
  { crowd, seed, url }: ContestOptions & { readonly url: string },
): Promise<JoinReport> {
  if (asker === undefined) throw new Error('there is no process for those who join at once')
  const { burstClients, clients } = crowd
  return await asker.ask('join', { url, crowd, seed, first: clients, count: burstClients, joinsPerS: burstClients })
}

/** Both sides agree on a tick to come; at its end the server says what is true, and the clients what they see. */
async function checkViews({ server, clients }: Players, { say }: ContestOptions): Promise<readonly ViewVerdict[]> {
  const atTick = (await server.ask('tick')) + checkLeadTicks
  await Promise.all(clients.map((asker) => asker.ask('armCheck', { atTick })))
  const truth = await server.ask('truth', { atTick })
  if (truth === null) return []
  if (truth.tick !== atTick)
    throw new Error(`the server was asked about tick ${atTick}, and answered about ${truth.tick}`)
  const verdict = mergeVerdicts(await Promise.all(clients.map((asker) => asker.ask('judge', truth))))
  if (verdict.viewErrors > 0) say(`    tick ${atTick}: ${verdict.viewsChecked} views, ${verdict.viewErrors} errors`)
  for (const detail of verdict.details.slice(0, 5)) say(`      ${detail}`)
  return [verdict]
}

function summarize(
  contender: ContenderName,
  crowd: Crowd,
  measured: {
    readonly ofServer: ServerMeasurement
    readonly ofClients: readonly ClientMeasurement[]
    readonly verdict: ViewVerdict
    readonly burst: JoinReport | null
  },
): Contest {
  const { ofServer, ofClients, verdict, burst } = measured
  const seconds = ofServer.elapsedMs / 1000
  const durations = ofServer.tickDurationsMs.toSorted()
  const total = (of: (one: ClientMeasurement) => number): number => {
    return ofClients.reduce((sum, one) => sum + (of(one) * 1000) / one.elapsedMs, 0)
  }
  const clients = crowd.clients + crowd.burstClients
  const visible = ofServer.visiblePerClient ?? verdict.entitiesInViews / Math.max(1, verdict.viewsChecked)
  const bytesPerClientS = total((one) => one.bytes) / clients
  const streamBytesPerClientS = total((one) => one.streamBytes) / clients
  const ticksPerS = ofServer.ticks / seconds
  return {
    contender,
    cpuMsPerS: ofServer.cpuMs / seconds,
    bytesPerClientS,
    streamBytesPerClientS,
    framesPerClientS: total((one) => one.frames) / clients,
    achievedTickHz: ticksPerS,
    tickP50Ms: percentile(durations, 50),
    tickP99Ms: percentile(durations, 99),
    visible,
    bytesPerVisible: bytesPerClientS / ticksPerS / visible,
    streamBytesPerVisible: streamBytesPerClientS / ticksPerS / visible,
    rssMb: ofServer.rssBytes / 2 ** 20,
    clientCpuMsPerS: total((one) => one.cpuMs),
    viewsChecked: verdict.viewsChecked,
    viewErrors: verdict.viewErrors,
    maxPositionErrorM: verdict.maxPositionErrorM,
    burst: burst === null ? null : { ...burst, clamps: ofServer.clamps ?? 0 },
  }
}
