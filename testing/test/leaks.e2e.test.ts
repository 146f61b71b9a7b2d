import { fileURLToPath } from 'node:url'
import { createClient, memoryStorage, type WorldClient } from '@worldkeep/client'
import { createGame } from '@worldkeep/meadow'
import { startHost } from '@worldkeep/server'
import { NodeProcess, temporaryFolder, until } from '@worldkeep/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

const meadow = fileURLToPath(import.meta.resolve('@worldkeep/meadow'))

let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(() => folder.remove())

function visit(url: string, name: string): WorldClient {
  return createClient({ url, game: createGame(), storage: memoryStorage(), name }) as unknown as WorldClient
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

test('[LEAK-2] a node that has seen 200 visitors come and go ends by itself when it is told to stop (C-106)', async () => {
  const node = await NodeProcess.start({ dataDir: folder.path })
  for (let round = 0; round < 10; round++) {
    const visitors = Array.from({ length: 20 }, (_, index) => visit(node.url, `v${round}x${index}`))
    for (const visitor of visitors) await until('the visitor is in the world', () => visitor.self() !== null)
    await Promise.all(visitors.map((visitor) => visitor.close()))
  }
  await until('everybody has left', async () => (await metric(node.url, 'worldkeep_tick_sessions')) === 0)
  expect(await metric(node.url, 'worldkeep_gateway_connections')).toBe(0)
  expect(await metric(node.url, 'worldkeep_gateway_connections_opened_total')).toBeGreaterThanOrEqual(200)
  const { code, stderr } = await node.stop()
  expect(stderr).not.toContain('"level":50')
  expect(code).toBe(0)
})

test('[LEAK-3] hosts started and stopped in one process leave no handle behind (C-106)', async () => {
  const start = async (): Promise<void> => {
    const host = await startHost({ game: meadow, dataDir: folder.path, port: 0, logLevel: 'error' })
    const visitor = visit(`http://127.0.0.1:${host.port}`, 'ada')
    await until('the visitor is in the world', () => visitor.self() !== null)
    await visitor.close()
    await host.stop()
  }
  // The first one loads what stays loaded.
  await start()
  const settled = (): string => process.getActiveResourcesInfo().sort().join(' ')
  const before = settled()
  for (let i = 0; i < 3; i++) await start()
  await until('only what was there before is there', () => settled() === before)
  expect(settled()).toBe(before)
})
