import { quantized, text, u8, u16 } from '@worldkeep/kernel'
import { expect, test } from 'vitest'
import { command } from '../src/define/command.ts'
import { component } from '../src/define/component.ts'
import { type GameOptions, system } from '../src/define/game.ts'
import { input } from '../src/define/input.ts'
import { cellsMax, commandsMax, componentsMax, slotsMax, zonesMax } from '../src/limits.ts'
import { World } from '../src/world.ts'
import { arena, Health, Label, Purse, Rest, type Walk, wander } from './arena.ts'

const zone = (sizeM: number, cellM: number, name = 'field') => ({ name, sizeM, cellM })
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index)
const simple = { audience: 'nearby', fields: { value: u8 } } as const
const handle = () => 'ok' as const

test('[WORLD-24] a game with a mistake is refused, with the name of what is wrong', () => {
  const refusals: readonly (readonly [Partial<GameOptions<typeof Walk>>, string])[] = [
    [{ name: 'My Game' }, 'game "My Game": a name is 1 … 32 letters and digits, first one small'],
    [{ components: [Health, component('health', simple)] }, 'two components are named health'],
    [
      { commands: [Rest, command('rest', { acknowledged: 'durable', fields: {}, handle })] },
      'two commands are named rest',
    ],
    [{ systems: [wander, system('wander', () => undefined)] }, 'two systems are named wander'],
    [{ zones: [zone(64, 16), zone(32, 16)] }, 'two zones are named field'],
    [{ zones: [] }, 'a game has at least one zone'],
    [{ zones: [zone(64.5, 16)] }, 'zone field: whole metres'],
    [{ zones: [zone(64, 0)] }, 'zone field: whole metres'],
    [{ zones: [zone(16, 64)] }, 'zone field: a zone is one cell to 65,535 m wide'],
    [{ zones: [zone(65_536, 64)] }, 'zone field: a zone is one cell to 65,535 m wide'],
    [{ zones: [zone(2048, 656)] }, 'zone field: a cell is at most 655 m wide'],
    [{ zones: [zone(1025, 1)] }, `1050625 cells in all zones, at most ${cellsMax}: choose larger cells`],
    [{ zones: [zone(1024, 1), zone(1, 1, 'closet')] }, `1048577 cells in all zones, at most ${cellsMax}`],
    [{ zones: numbered(zonesMax + 1).map((n) => zone(1, 1, `room${n}`)) }, `at most ${zonesMax} zones`],
    [
      { components: numbered(componentsMax + 1).map((n) => component(`c${n}`, simple)) },
      `at most ${componentsMax} components`,
    ],
    [
      {
        commands: numbered(commandsMax + 1).map((n) =>
          command(`c${n}`, { acknowledged: 'processed', fields: {}, handle }),
        ),
      },
      `at most ${commandsMax} commands`,
    ],
    [{ entitiesMax: 0 }, `entitiesMax 0: 1 … ${slotsMax}`],
    [{ entitiesMax: 2.5 }, 'entitiesMax 2.5'],
    [{ entitiesMax: slotsMax + 1 }, `entitiesMax ${slotsMax + 1}`],
  ]
  for (const [options, message] of refusals) expect(() => arena(options), message).toThrow(message)
  expect(() => arena()).not.toThrow()
})

test('[WORLD-24] names are plain identifiers', () => {
  for (const name of ['', 'Health', '1st', 'two words', 'snake_case', 'x'.repeat(33), 'é', '__proto__']) {
    expect(() => component(name, simple), name).toThrow(`component "${name}"`)
    expect(() => system(name, () => undefined), name).toThrow(`system "${name}"`)
    expect(() => component('good', { audience: 'nearby', fields: { [name]: u8 } })).toThrow('field of component good')
    expect(() => command('good', { acknowledged: 'processed', fields: { [name]: u8 }, handle })).toThrow(
      'field of command good',
    )
    expect(() => command(name, { acknowledged: 'processed', fields: {}, handle })).toThrow(`command "${name}"`)
    expect(() => input({ fields: { [name]: u8 }, steer: () => undefined })).toThrow('field of input')
  }
  expect(component('x'.repeat(32), simple).name).toHaveLength(32)
})

test('[WORLD-24] a command longer than a command may be is refused', () => {
  expect(() => command('essay', { acknowledged: 'processed', fields: { body: text(4096) }, handle })).toThrow(
    'command essay: 4098 bytes, at most 4096',
  )
})

test('[WORLD-24] a world holds what its game declares, in that order', () => {
  const game = arena()
  const world = new World(game, { tickHz: 20, seed: 1 })
  expect(world.tables.map((table) => table.component.name)).toEqual(game.components.map(({ name }) => name))
  for (const [index, declared] of game.components.entries()) expect(game.componentIndex(declared)).toBe(index)
})

test('[WORLD-25] everything that travels is in the hash', () => {
  const base = arena().declarationsHash
  expect(base).toMatch(/^[0-9a-f]{16}$/)
  const differing: readonly Partial<GameOptions<typeof Walk>>[] = [
    { name: 'arena2' },
    { components: [Health] },
    { components: [Label, Health] },
    { components: [component('health', { audience: 'nearby', fields: { current: u16, most: u16 } })] },
    { components: [component('health', { audience: 'nearby', fields: { max: u16, current: u16 } })] },
    { components: [component('health', { audience: 'nearby', fields: { current: u16, max: u8 } })] },
    { components: [component('health', { audience: 'owner', fields: { current: u16, max: u16 } })] },
    { components: [component('health', { audience: 'nearby', fields: { current: quantized(0, 9, 1), max: u16 } })] },
    { components: [component('health', { audience: 'nearby', fields: { current: quantized(0, 9, 0.5), max: u16 } })] },
    { components: [Health, component('name', { audience: 'nearby', fields: { text: text(12) } })] },
    { components: [Health, component('name', { audience: 'nearby', fields: { text: text(13) } })] },
    { components: [Purse] },
    { commands: [] },
    { commands: [command('rest', { acknowledged: 'durable', fields: { turns: u8 }, handle })] },
    { commands: [command('rest', { acknowledged: 'processed', fields: { turns: u16 }, handle })] },
    { commands: [command('rest', { acknowledged: 'processed', fields: { rounds: u8 }, handle })] },
    { commands: [command('sleep', { acknowledged: 'processed', fields: { turns: u8 }, handle })] },
    { input: input({ fields: { x: u8 }, steer: () => undefined }) as unknown as typeof Walk },
  ]
  const hashes = differing.map((options) => arena(options).declarationsHash)
  expect(new Set([base, ...hashes]).size).toBe(differing.length + 1)
})

test('[WORLD-25] what stays on the server is not: fields of server components, systems, limits, what commands do', () => {
  const secret = (fields: Parameters<typeof component>[1]['fields']) =>
    component('brain', { audience: 'server', fields })
  const base = arena({ components: [Health, secret({ mood: u8 })] }).declarationsHash
  expect(arena({ components: [Health, secret({ mood: u16, plan: text(99) })] }).declarationsHash).toBe(base)
  expect(arena({ systems: [], entitiesMax: 7 }).declarationsHash).toBe(arena().declarationsHash)
  const rest = command('rest', {
    acknowledged: 'processed',
    fields: { turns: u8 },
    refusals: ['no'],
    handle: () => 'no',
  })
  expect(arena({ commands: [rest] }).declarationsHash).toBe(arena().declarationsHash)
})

test('[WORLD-25] the first line that differs can be named', () => {
  const one = arena({ components: [Health] }).declarations
  const other = arena({
    components: [component('health', { audience: 'nearby', fields: { current: u16, max: u8 } })],
  }).declarations
  const at = one.findIndex((line, index) => line !== other[index])
  expect([one[at], other[at]]).toEqual(['component health.max: u16', 'component health.max: u8'])
})
