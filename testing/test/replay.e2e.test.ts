import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient, memoryStorage, type WorldClient } from '@worldkeep/client'
import { createGame } from '@worldkeep/meadow'
import { NodeProcess, temporaryFolder, until } from '@worldkeep/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

const cli = fileURLToPath(import.meta.resolve('@worldkeep/server/cli'))

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let nodes: NodeProcess[] = []
let clients: WorldClient[] = []

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  for (const client of clients) await client.close()
  for (const node of nodes) await node.kill()
  clients = []
  nodes = []
  await folder.remove()
})

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function worldkeep(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** A node that three players have walked in for a while. */
async function liveWorld(
  args: readonly string[] = [],
): Promise<{ readonly node: NodeProcess; readonly entity: number; readonly playerId: string }> {
  const node = await NodeProcess.start({ dataDir: folder.path, args })
  nodes.push(node)
  for (const name of ['Ada', 'Eve', 'Bob']) {
    const client = createClient({
      url: node.url,
      game: createGame(),
      storage: memoryStorage(),
      name,
    }) as unknown as WorldClient
    clients.push(client)
    await until(`${name} is in the world`, () => client.self() !== null)
  }
  for (const [index, client] of clients.entries()) client.setIntent({ x: 1, z: index - 1 })
  const ada = clients[0] as WorldClient
  await until('some seconds of life', () => ada.stats().serverTick > 80)
  ada.setIntent({ x: 0, z: 0 })
  await until('the recorder has written it', () => ada.stats().serverTick > 120)
  return { node, entity: ada.self()?.handle ?? 0, playerId: ada.playerId }
}

async function runFolder(): Promise<string> {
  const runs = await readdir(join(folder.path, 'recordings'))
  return join(folder.path, 'recordings', runs.sort().at(-1) ?? '')
}

test('[REPLAY-5] a node killed with -9 leaves a recording that replays, many times faster than it was lived', async () => {
  const { node, entity, playerId } = await liveWorld()
  await node.kill()
  const { code, stdout } = await worldkeep(
    'replay',
    await runFolder(),
    '--json',
    '--inspect',
    String(entity),
    '--session',
    playerId,
    '--watch',
    'motion.vx',
  )
  const report = JSON.parse(stdout) as Record<string, never>
  expect({ code, divergence: report.divergence, fromTick: report.fromTick }).toEqual({
    code: 0,
    divergence: null,
    fromTick: 0,
  })
  expect(report.ticksPlayed).toBeGreaterThan(80)
  expect(report.realTimes).toBeGreaterThan(5)
  expect(report.entity).toMatchObject({ entity, zone: 'meadow', components: { name: { text: 'Ada' } } })
  expect(report.session).toMatchObject({ player: playerId, entity })
  const values = (report.watched as { value: number }[]).map(({ value }) => value)
  // A diagonal at 5 m/s.
  expect(values).toContain(354)
  expect(values.at(-1)).toBe(0)
})

test('[REPLAY-6] --until shows the world as it was, and --record keeps one file of everything', async () => {
  const file = join(folder.path, 'kept.wkr')
  const { node, entity } = await liveWorld(['--record', file])
  expect((await node.stop()).code).toBe(0)
  const whole = JSON.parse((await worldkeep('replay', file, '--json')).stdout) as {
    readonly toTick: number
    readonly truncated: boolean
  }
  expect(whole.truncated).toBe(false)
  const early = JSON.parse(
    (await worldkeep('replay', file, '--json', '--until', '60', '--inspect', String(entity))).stdout,
  ) as {
    readonly toTick: number
  }
  expect(early.toTick).toBe(60)
  expect(whole.toTick).toBeGreaterThan(120)
})

test('[REPLAY-7] bisect finds nothing between a recording and the rules it was made with, and names what another seed changes', async () => {
  const file = join(folder.path, 'a.wkr')
  const { node } = await liveWorld(['--record', file])
  await node.stop()
  expect(await worldkeep('bisect', file)).toMatchObject({ code: 0, stdout: 'no difference\n' })
  const other = join(folder.path, 'b.wkr')
  const second = await NodeProcess.start({
    dataDir: join(folder.path, 'second'),
    args: ['--record', other, '--seed', '7'],
  })
  nodes.push(second)
  await until(
    'a few ticks',
    async () =>
      ((await (await fetch(`${second.url}/api/health`)).json()) as { dependencies: { tick: { tick: number } } })
        .dependencies.tick.tick > 40,
  )
  await second.stop()
  const found = JSON.parse((await worldkeep('bisect', file, other, '--json')).stdout) as {
    readonly tick: number
    readonly leaves: readonly string[]
  }
  expect(found.tick).toBe(1)
  expect(found.leaves).toContain('chance of meadow')
})

test('[REPLAY-8] what cannot be replayed is told in a sentence', async () => {
  const nothing = await worldkeep('replay', join(folder.path, 'nowhere.wkr'))
  expect(nothing.code).toBe(2)
  expect(nothing.stderr).toContain('cannot be read')
  expect((await worldkeep('replay')).stderr).toContain('Which recording?')
  expect((await worldkeep('replay', 'x', '--until', 'soon')).stderr).toContain('--until')
  expect((await worldkeep('replay', '--help')).stdout).toContain('worldkeep bisect')
})

test('[REPLAY-9] a world that failed keeps the tick it failed in, and fails again in a replay', async () => {
  const arena = fileURLToPath(import.meta.resolve('@worldkeep/server/testing/arena'))
  const end = await NodeProcess.run({ dataDir: folder.path, game: arena, gameOptions: { failAtTick: 30 } })
  expect(end.code).toBe(1)
  const { code, stdout } = await worldkeep('replay', await runFolder(), '--json')
  const report = JSON.parse(stdout) as {
    readonly toTick: number
    readonly fault: { readonly tick: number; readonly message: string }
  }
  expect({ code, toTick: report.toTick, tick: report.fault.tick }).toEqual({ code: 0, toTick: 29, tick: 30 })
  expect(report.fault.message).toContain('planted fault at tick 30')
})
