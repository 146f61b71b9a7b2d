import { expect, test } from 'vitest'
import { ArgumentError, helpText, parseArguments } from '../src/arguments.ts'
import type { Scenario } from '../src/scenario.ts'

const run = () => Promise.reject(new Error('only the arguments are looked at'))
const scenarios: { readonly [name: string]: Scenario } = {
  walk: { summary: 'one crowd', defaults: { seconds: 7 }, run },
  race: {
    summary: 'several crowds',
    defaults: {},
    variants: { names: ['S', 'M'], byDefault: 'M', parts: ['us', 'them'] },
    run,
  },
}

test('[BENCH-1] a scenario has its defaults, and the numbers it was given', () => {
  const parsed = parseArguments(['walk', '--clients', '12', '--json'], scenarios)
  if (parsed === 'help') throw new Error('nobody asked for help')
  expect(parsed).toMatchObject({ scenario: 'walk', json: true })
  expect(parsed.workload).toMatchObject({ clients: 12, seconds: 7, variant: '', rounds: null, only: [] })
})

test('[BENCH-1] the second word names a workload of the scenario', () => {
  const workloadOf = (args: readonly string[]) => {
    const parsed = parseArguments(args, scenarios)
    return parsed === 'help' ? null : parsed.workload
  }
  expect(workloadOf(['race'])).toMatchObject({ variant: 'M', rounds: null, only: [] })
  expect(workloadOf(['race', 'S', '--rounds', '2', '--only', 'them,us'])).toMatchObject({
    variant: 'S',
    rounds: 2,
    only: ['them', 'us'],
  })
})

test.each([
  [[], /Name one scenario/],
  [['swim'], /no scenario swim.*walk, race/],
  [['walk', 'S'], /walk has no workloads/],
  [['race', 'XXL'], /no such workload.*S, M/],
  [['race', 'S', 'M'], /Name one scenario/],
  [['race', '--only', 'us,nobody'], /us, them/],
  [['walk', '--only', 'us'], /no parts/],
  [['race', '--rounds', '0'], /--rounds 0.*1 to 100/],
  [['walk', '--clients', '1e3'], /--clients 1e3/],
  [['walk', '--seconds', '0.5'], /--seconds 0.5/],
  [['walk', '--colour'], /--colour/],
])('[BENCH-1] refuses %j', (args, message) => {
  expect(() => parseArguments(args, scenarios)).toThrow(ArgumentError)
  expect(() => parseArguments(args, scenarios)).toThrow(message)
})

test('[BENCH-1] help names every scenario and its workloads', () => {
  expect(parseArguments(['--help'], scenarios)).toBe('help')
  expect(helpText(scenarios)).toContain('several crowds: S, M (M)')
})
