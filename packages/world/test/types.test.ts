import { expect, expectTypeOf, test } from 'vitest'
import { type ArgsOf, command } from '../src/define/command.ts'
import { component, type RowOf } from '../src/define/component.ts'
import { type IntentOf, input } from '../src/define/input.ts'
import { entity, TickPhase, text, u16 } from '../src/index.ts'
import { arena, arenaWorld, type Frozen, Health, Label, type Walk } from './arena.ts'

/* Checked by the compiler (`tsc -p tsconfig.test.json`): a line under `@ts-expect-error` that compiles is an error. */

const Buy = command('buy', {
  acknowledged: 'durable',
  fields: { item: entity, count: u16, note: text(8) },
  refusals: ['sold_out', 'too_poor'],
  handle: (_world, actor, args) => {
    expectTypeOf(args).toEqualTypeOf<Readonly<{ item: number; count: number; note: string }>>()
    expectTypeOf(actor.playerId).toEqualTypeOf<string>()
    return args.count > 3 ? 'sold_out' : 'ok'
  },
})

test('[WORLD-30] rows, arguments and intents are inferred from what is declared', () => {
  expectTypeOf<RowOf<typeof Health>>().toEqualTypeOf<{ current: number; max: number }>()
  expectTypeOf<RowOf<typeof Label>>().toEqualTypeOf<{ text: string }>()
  expectTypeOf<keyof RowOf<typeof Frozen>>().toEqualTypeOf<never>()
  expectTypeOf<ArgsOf<typeof Buy>>().toEqualTypeOf<Readonly<{ item: number; count: number; note: string }>>()
  expectTypeOf<IntentOf<typeof Walk>>().toEqualTypeOf<Readonly<{ x: number; z: number }>>()
  expectTypeOf(Health.name).toEqualTypeOf<'health'>()
  expectTypeOf(Buy.name).toEqualTypeOf<'buy'>()
  expectTypeOf(arena().input).toEqualTypeOf<typeof Walk>()
  const { columns } = arenaWorld().table(Label)
  expectTypeOf(columns.text.get(0)).toEqualTypeOf<string>()
  expect(columns.text.get(0)).toBe('')
})

test('[WORLD-30] a wrong field, value or refusal does not compile', () => {
  const world = arenaWorld()
  world.guard.enter(TickPhase.Apply)
  const health = world.table(Health)
  health.add(0, { current: 1 })
  // @ts-expect-error there is no such field
  health.add(0, { curent: 1 })
  // @ts-expect-error a number field takes numbers
  health.add(0, { max: 'many' })
  // @ts-expect-error there is no such column
  expect(health.columns.mana).toBeUndefined()
  // @ts-expect-error a text column takes texts
  const write = (): void => world.table(Label).columns.text.set(0, 5)
  // @ts-expect-error there is no such audience
  component('odd', { audience: 'everyone', fields: {} })
  command('odd', {
    acknowledged: 'processed',
    fields: {},
    refusals: ['no'],
    // @ts-expect-error a refusal that is not declared
    handle: () => 'maybe',
  })
  // @ts-expect-error an intent has only the declared axes
  input({ fields: { x: u16 }, steer: (_motion, _slot, intent) => expect(intent.y).toBeUndefined() })
  expect(write).toBeTypeOf('function')
  expect(health.row(0)).toEqual({ current: 1, max: 0 })
})
