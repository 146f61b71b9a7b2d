import { expect, test } from 'vitest'
import { type ClientPhase, isPhaseChange } from '../src/status.ts'

const phases = ['idle', 'connecting', 'active', 'reconnecting', 'refused', 'unavailable', 'left'] as const

/** Rows: from. Columns: to, in the order of `phases`. */
// biome-ignore format: a table, one phase to a line.
const table: { readonly [P in ClientPhase]: string } = {
  //            idle conn activ reco refus unava left
  idle:        '-    +    -    -    -     -     -',
  connecting:  '-    +    +    +    +     +     +',
  active:      '-    -    -    +    +     -     +',
  reconnecting:'-    -    +    +    +     +     +',
  refused:     '-    +    -    -    -     -     -',
  unavailable: '-    +    -    -    -     -     -',
  left:        '-    +    -    -    -     -     -',
}

test('[CLIENT-2] a client goes from phase to phase along the table, and no other way', () => {
  for (const from of phases) {
    const actual = phases.map((to) => (isPhaseChange(from, to) ? '+' : '-'))
    expect(actual, `from ${from}`).toEqual(table[from].split(/\s+/))
  }
})
