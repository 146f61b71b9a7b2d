import { execFileSync } from 'node:child_process'
import type { Seq, Tick } from '@worldkeep/kernel'
import type { EntityHandle } from '@worldkeep/world'
import { expect, expectTypeOf, test } from 'vitest'

/** Identifiers that mean one thing everywhere, and the one file that says what. */
const owners = {
  SessionId: 'packages/session/src/ids.ts',
  PlayerId: 'packages/session/src/ids.ts',
  EntityHandle: 'packages/world/src/tables/entity-table.ts',
  Tick: 'packages/kernel/src/units.ts',
  Seq: 'packages/kernel/src/units.ts',
} as const

test('[ID-1] each identifier is declared once, in the file of its owner (C-065)', () => {
  for (const [name, owner] of Object.entries(owners)) {
    const declaration = `^(export )?(type|interface|class) ${name}\\b`
    const where = [
      'packages',
      'apps',
      '--include=*.ts',
      '--include=*.tsx',
      '--exclude-dir=dist',
      '--exclude-dir=node_modules',
    ]
    const files = execFileSync('grep', ['-rlE', declaration, ...where], { encoding: 'utf8' })
      .trim()
      .split('\n')
    expect(files, name).toEqual([owner])
  }
})

test('[ID-2] a tick, a sequence number and a handle are not each other (C-066)', () => {
  expectTypeOf<Tick>().not.toEqualTypeOf<Seq>()
  const tick = 3 as Tick
  // @ts-expect-error a tick is no sequence number
  const seq: Seq = tick
  // @ts-expect-error nor is it an entity
  const handle: EntityHandle = tick
  expect([seq, handle]).toEqual([3, 3])
})
