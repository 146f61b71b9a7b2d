import { fileURLToPath } from 'node:url'
import { ensureService, launchChromium, NodeProcess, temporaryFolder, until } from '@worldkeep/testing'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

const web = fileURLToPath(new URL('../../apps/meadow/dist/web', import.meta.url))

const chromium = ensureService('chromium')

let browser: Browser
let context: BrowserContext
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let node: NodeProcess

beforeAll(async () => {
  if (chromium.isAvailable) browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
})
beforeEach(async () => {
  folder = await temporaryFolder()
  node = await startNode(0)
  context = await browser.newContext({ viewport: { width: 900, height: 600 } })
})
afterEach(async () => {
  await context.close()
  await node.kill()
  await folder.remove()
})

/** Coins lie so close together that a walk across the village cannot miss them all. */
const dense = { coins: 2000, villageShare: 1, villageM: 160 }

function startNode(port: number, gameOptions: { readonly coins?: number } = dense): Promise<NodeProcess> {
  return NodeProcess.start({ dataDir: folder.path, port, gameOptions, args: ['--web', web] })
}

async function open(): Promise<Page> {
  const page = await context.newPage()
  await page.goto(node.url)
  await page.locator('html[data-ready="true"]').waitFor({ state: 'attached', timeout: 60_000 })
  return page
}

async function place(page: Page): Promise<{ readonly xM: number; readonly zM: number }> {
  const { selfX, selfZ } = await page.evaluate(
    () => ({ ...document.documentElement.dataset }) as Record<string, string>,
  )
  return { xM: Number(selfX), zM: Number(selfZ) }
}

async function others(page: Page): Promise<number> {
  return Number(await page.evaluate(() => document.documentElement.dataset.others))
}

async function phase(page: Page): Promise<string | null> {
  return page.getByTestId('connection').getAttribute('data-phase')
}

async function walk(page: Page, key: string, metres: number): Promise<void> {
  const from = await place(page)
  await page.keyboard.down(key)
  await until(`the body has walked ${metres} m`, async () => {
    const now = await place(page)
    return Math.max(Math.abs(now.xM - from.xM), Math.abs(now.zM - from.zM)) > metres
  })
  await page.keyboard.up(key)
}

/** Where the body stands once the picture has not changed for several of its updates. */
async function settled(page: Page): Promise<{ readonly xM: number; readonly zM: number }> {
  const readings: string[] = []
  await until(
    'the body stands still',
    async () => {
      readings.push(JSON.stringify(await place(page)))
      return readings.length > 4 && new Set(readings.slice(-4)).size === 1
    },
    { everyMs: 300 },
  )
  return place(page)
}

test.skipIf(!chromium.isAvailable)(
  '[WEB-1] a browser opens the page, walks by keys and by click, and the corner shows live numbers',
  async () => {
    const page = await open()
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(error.message))
    await walk(page, 'KeyD', 3)
    await walk(page, 'ArrowUp', 3)
    const before = await settled(page)
    await page.mouse.click(450 + 120, 300)
    await until('the click has moved the body', async () => (await place(page)).xM - before.xM > 2)
    await until(
      'the numbers are live',
      async () => Number.parseInt((await page.getByTestId('entities-in-view').textContent()) ?? '', 10) > 1,
    )
    await until(
      'a round trip has been measured',
      async () => Number.parseFloat((await page.getByTestId('round-trip').textContent()) ?? '') > 0,
    )
    expect(await page.locator('canvas').count()).toBeGreaterThan(0)
    expect(failures).toEqual([])
  },
)

test.skipIf(!chromium.isAvailable)(
  '[WEB-2] a second tab is a second player, and the first sees it come, walk and go',
  async () => {
    const first = await open()
    const second = await open()
    await until('the first tab sees another player', async () => (await others(first)) === 1)
    await until('the second tab sees another player', async () => (await others(second)) === 1)
    expect(await second.getByTestId('player-name').textContent()).not.toBe(
      await first.getByTestId('player-name').textContent(),
    )
    expect(await phase(first)).toBe('active')
    await second.bringToFront()
    await walk(second, 'KeyA', 2)
    await second.close()
    await first.bringToFront()
    expect(await phase(first)).toBe('active')
  },
)

test.skipIf(!chromium.isAvailable)(
  '[WEB-3] a page whose server drops dead comes back without a reload, where it was last saved',
  async () => {
    const page = await open()
    await walk(page, 'KeyS', 3)
    await settled(page)
    await page.evaluate(() => {
      ;(globalThis as { survived?: boolean }).survived = true
    })
    await node.kill()
    await until('the page notices', async () => (await phase(page)) === 'reconnecting')
    node = await startNode(node.port)
    await until('the page is back', async () => (await phase(page)) === 'active')
    await walk(page, 'KeyW', 1)
    expect(await page.evaluate(() => (globalThis as { survived?: boolean }).survived)).toBe(true)
  },
)

test.skipIf(!chromium.isAvailable)(
  '[WEB-5] a connection that is cut resumes the same session, and the body stands where it stood',
  async () => {
    const page = await open()
    await walk(page, 'KeyS', 3)
    const stood = await settled(page)
    await page.evaluate(() => (globalThis as unknown as { meadow: { dropConnection(): void } }).meadow.dropConnection())
    await until('the page notices', async () => (await phase(page)) === 'reconnecting')
    await until('the page is back', async () => (await phase(page)) === 'active')
    const now = await settled(page)
    expect(Math.abs(now.xM - stood.xM)).toBeLessThan(0.05)
    expect(Math.abs(now.zM - stood.zM)).toBeLessThan(0.05)
  },
)

test.skipIf(!chromium.isAvailable)(
  '[WEB-4] after an orderly restart and a reload the player is who and where they were, with their coins',
  async () => {
    const page = await open()
    for (const key of ['KeyD', 'KeyS', 'KeyA', 'KeyA', 'KeyW', 'KeyW', 'KeyD', 'KeyD', 'KeyS']) {
      await walk(page, key, 12)
      if (Number(await page.getByTestId('purse').textContent()) > 0) break
    }
    const stood = await settled(page)
    const coins = await page.getByTestId('purse').textContent()
    const name = await page.getByTestId('player-name').textContent()
    expect(Number(coins)).toBeGreaterThan(0)
    const end = await node.stop()
    expect(end.stdout).toContain('Saved 1 player;')
    // No coins this time: one grown underfoot would be picked up at once, and the purse be another.
    node = await startNode(node.port, { coins: 0 })
    await page.reload()
    await page.locator('html[data-ready="true"]').waitFor({ state: 'attached', timeout: 60_000 })
    await until('the purse is back', async () => (await page.getByTestId('purse').textContent()) === coins)
    expect(await page.getByTestId('player-name').textContent()).toBe(name)
    const now = await settled(page)
    expect(Math.abs(now.xM - stood.xM)).toBeLessThan(0.05)
    expect(Math.abs(now.zM - stood.zM)).toBeLessThan(0.05)
  },
)
