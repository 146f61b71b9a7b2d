import { fileURLToPath } from 'node:url'
import { NodeProcess, temporaryFolder, until } from '@worldkeep/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** Ticks that go wrong, in a node as its users run it. */

const arena = fileURLToPath(import.meta.resolve('@worldkeep/server/testing/arena'))

interface Health {
  readonly status: string
  readonly dependencies: {
    readonly tick: {
      readonly status: string
      readonly tick: number
      readonly hooks: readonly { readonly name: string; readonly runs: number; readonly stale: boolean }[]
      readonly lastStall: {
        readonly stage: string
        readonly hook: string
        readonly system: string
        readonly durationMs: number
        readonly ongoing: boolean
        readonly tick: number
      } | null
    }
  }
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let node: NodeProcess | null = null

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  await node?.kill()
  node = null
  await folder.remove()
})

async function startArena(gameOptions: { readonly [name: string]: unknown }): Promise<NodeProcess> {
  node = await NodeProcess.start({ dataDir: folder.path, game: arena, gameOptions })
  return node
}

const healthOf = async ({ url }: NodeProcess): Promise<Health> =>
  (await (await fetch(`${url}/api/health`)).json()) as Health

async function metric({ url }: NodeProcess, name: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const line = metrics.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  if (line === undefined) throw new Error(`no metric ${name}`)
  return Number(line.slice(name.length))
}

const logLines = (text: string): readonly { readonly [field: string]: unknown }[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly [field: string]: unknown })

test('[GUARD-12] a system that spins for 1.2 s is named in the log, in health and in metrics, and then all is well (Cx-06)', async () => {
  const running = await startArena({ stallAtTick: 60, stallMs: 1200 })
  await until('the stall is over', async () => (await healthOf(running)).dependencies.tick.lastStall?.ongoing === false)
  const { lastStall } = (await healthOf(running)).dependencies.tick
  expect(lastStall).toMatchObject({ tick: 60, stage: 'simulate', hook: 'systems', system: 'stall' })
  expect(lastStall?.durationMs).toBeGreaterThanOrEqual(500)
  const said = logLines(running.log()).find(({ msg }) => msg === 'the tick gets no further')
  expect(said).toMatchObject({ service: 'host', stage: 'simulate', hook: 'systems', system: 'stall', tick: 60 })
  expect(await metric(running, 'worldkeep_tick_stalls_total')).toBeGreaterThanOrEqual(1)
  await until('the node is well again', async () => (await healthOf(running)).status === 'ok')
})

test('[GUARD-8] health and metrics list every hook, those of the game too (C-012, C-103)', async () => {
  const running = await startArena({})
  await until('some ticks have run', async () => (await healthOf(running)).dependencies.tick.tick > 10)
  const { hooks } = (await healthOf(running)).dependencies.tick
  for (const name of ['lifecycle mailbox', 'inbound freeze', 'commands', 'handshakes', 'replication', 'arenaPoll']) {
    const report = hooks.find((candidate) => candidate.name === name)
    expect(report, name).toMatchObject({ stale: false })
    expect(report?.runs).toBeGreaterThan(5)
    expect(await metric(running, `worldkeep_hook_stale{hook="${name}"}`)).toBe(0)
  }
})

test('[GUARD-9] a poll that fails once costs one tick, is said once, and the world goes on (A-008)', async () => {
  const running = await startArena({ pollFaultAtTick: 20 })
  await until('the world is past it', async () => (await healthOf(running)).dependencies.tick.tick > 30)
  expect(await metric(running, 'worldkeep_tick_poll_faults_total')).toBe(1)
  const said = logLines(running.log()).filter(({ msg }) => String(msg).startsWith('TICK_POLL_FAULT'))
  expect(said).toHaveLength(1)
  expect(said[0]).toMatchObject({ service: 'tick' })
  expect(String(said[0]?.msg)).toContain('tick 20, stage poll, hook arenaPoll')
  expect((await running.stop()).code).toBe(0)
})

test('[GUARD-10] three polls in a row that fail stop the node, with the reason', async () => {
  const end = await NodeProcess.run({
    dataDir: folder.path,
    game: arena,
    gameOptions: { pollFaultAtTick: 20, pollFaults: 3 },
  })
  expect(end.code).toBe(1)
  expect(end.stdout).toContain('tick 22, stage poll, hook arenaPoll')
})

test('[GUARD-10] a fault in a system stops the node; the reason has tick, system and seed (Ax-17)', async () => {
  const gameOptions = { failAtTick: 20 }
  const end = await NodeProcess.run({ dataDir: folder.path, game: arena, gameOptions, args: ['--seed', '4242'] })
  expect(end.code).toBe(1)
  expect(end.stdout).toContain(
    'tick 20, stage simulate, hook systems, system fault, seed 4242: planted fault at tick 20',
  )
  expect(end.stdout + end.stderr).toContain('arena.js')
})

test('[GUARD-5] a world that cannot start ends the node, with exit code 2 and the reason', async () => {
  const end = await NodeProcess.run({
    dataDir: folder.path,
    game: arena,
    gameOptions: { dummies: 1, failAtStart: true },
  })
  expect(end.code).toBe(2)
  expect(end.stderr).toContain('The world of arena cannot start: planted fault at the start')
})
