import { component, u32 } from '@worldkeep/world'
import { createElement, Fragment, type ReactNode } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isEqualShallow, useOwn, useStats, useStatus, useWorld, useWorldClient, WorldProvider } from '../src/index.ts'
import { createFakeWorld } from './fake-world.ts'
import { openRoot } from './react-root.ts'

const Purse = component('purse', { audience: 'owner', fields: { coins: u32 } })

let world: ReturnType<typeof createFakeWorld>
let root: Awaited<ReturnType<typeof openRoot>>

beforeEach(async () => {
  world = createFakeWorld()
  root = await openRoot()
})

afterEach(() => root.close())

/** A component that uses one hook and tells what each of its renders read. */
function Probe<T>(props: { readonly useHook: () => T; readonly onRender: (read: T) => void }): ReactNode {
  const read = props.useHook()
  props.onRender(read)
  return null
}

const probe = <T>(useHook: () => T, onRender: (read: T) => void) => createElement(Probe<T>, { useHook, onRender })

const inProvider = (children: ReactNode, client = world.client) => createElement(WorldProvider, { client, children })

async function rendersOf<T>(useHook: () => T): Promise<T[]> {
  const renders: T[] = []
  await root.render(inProvider(probe(useHook, (read) => renders.push(read))))
  return renders
}

const useName = () => useWorld((client) => client.playerName)
const useInView = () => useWorld((client) => client.stats().entitiesInView)
const useBuilt = () => useWorld((client) => ({ inView: client.stats().entitiesInView }), isEqualShallow)
const useCoins = () => useOwn(Purse)?.coins ?? null

const frames = (count: number) => () => {
  for (let i = 0; i < count; i++) world.fire()
}

test('[REACT-1] a component renders again only when what it reads has changed', async () => {
  const renders = await rendersOf(useInView)
  await root.settle(frames(100))
  expect(renders).toEqual([3])
  await root.settle(() => world.fire({ stats: { ...world.state.stats, roundTripMs: 99 } }))
  expect(renders).toEqual([3])
  await root.settle(() => world.fire({ stats: { ...world.state.stats, entitiesInView: 4 } }))
  expect(renders).toEqual([3, 4])
})

test('[REACT-1] neighbours do not render for each other', async () => {
  const names: string[] = []
  const coins: (number | null)[] = []
  const children = [probe(useName, (name) => names.push(name)), probe(useCoins, (count) => coins.push(count))]
  await root.render(inProvider(createElement(Fragment, null, ...children)))
  await root.settle(() => world.fire({ own: { coins: 1 } }))
  await root.settle(() => world.fire({ own: { coins: 2 } }))
  expect(names).toEqual(['Ada'])
  expect(coins).toEqual([null, 1, 2])
})

test('[REACT-2] an equal selection keeps the identity of the first', async () => {
  const renders = await rendersOf(useBuilt)
  await root.settle(frames(10))
  expect(renders).toEqual([{ inView: 3 }])
})

test('[REACT-3] useOwn follows the row of the player, null before there is one', async () => {
  const renders = await rendersOf(useCoins)
  const row = { coins: 7 }
  await root.settle(() => world.fire({ own: row }))
  await root.settle(() => world.fire({ own: row }))
  expect(renders).toEqual([null, 7])
})

test('[REACT-4] useStatus renders for a new phase, attempt or error, not for an equal status', async () => {
  const renders = await rendersOf(useStatus)
  await root.settle(() => world.fire({ status: { ...world.state.status } }))
  expect(renders).toHaveLength(1)
  const error = { code: 'server_full', message: 'The world is full.', retryable: true }
  await root.settle(() => world.fire({ status: { ...world.state.status, phase: 'refused', error } }))
  await root.settle(() => world.fire({ status: { ...world.state.status, error: { ...error } } }))
  await root.settle(() => world.fire({ status: { ...world.state.status, phase: 'reconnecting', attempt: 2 } }))
  expect(renders.map(({ phase, attempt }) => `${phase} ${attempt}`)).toEqual([
    'active 0',
    'refused 0',
    'reconnecting 2',
  ])
})

test('[REACT-4] useStats renders when a number has changed', async () => {
  const renders = await rendersOf(useStats)
  await root.settle(() => world.fire({ stats: { ...world.state.stats } }))
  await root.settle(() => world.fire({ stats: { ...world.state.stats, serverTick: 21 } }))
  expect(renders.map((stats) => stats.serverTick)).toEqual([1, 21])
})

test('[REACT-5] a component that is gone listens no more, and another client is followed from then on', async () => {
  const renders = await rendersOf(useName)
  expect(world.listenerCount()).toBe(1)
  await root.render(null)
  expect(world.listenerCount()).toBe(0)
  expect(renders).toEqual(['Ada'])

  const names: string[] = []
  const other = createFakeWorld()
  other.state.playerName = 'Grace'
  const reader = probe(useName, (name) => names.push(name))
  await root.render(inProvider(reader))
  await root.render(inProvider(reader, other.client))
  expect(names).toEqual(['Ada', 'Grace'])
  expect([world.listenerCount(), other.listenerCount()]).toEqual([0, 1])
})

test('[REACT-6] a hook without a provider says what is missing', () => {
  expect(() => renderToString(probe(useWorldClient, () => undefined))).toThrow('WorldProvider')
})

test('[REACT-6] rendering on a server reads the client once', () => {
  const names: string[] = []
  renderToString(inProvider(probe(useName, (name) => names.push(name))))
  expect(names).toEqual(['Ada'])
  expect(world.listenerCount()).toBe(0)
})
