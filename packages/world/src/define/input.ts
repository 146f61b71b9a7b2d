import { type Fields, type FieldType, type Row, RowCodec } from '@worldkeep/kernel'
import type { Motion } from '../space/motion.ts'
import { requireIdentifier } from './component.ts'

/**
 * The continuous input of a player: newest wins, never refused, never saved. `steer` turns it into a velocity and is the
 * one piece of a game that both sides run: the server in the apply stage, the client to predict its own movement.
 * It must depend on nothing but its arguments.
 */
export interface Input<F extends Fields = Fields> {
  readonly fields: F
  readonly codec: RowCodec<F>
  steer(motion: Motion, slot: number, intent: Readonly<Row<F>>): void
}

export type IntentOf<I> = I extends { readonly fields: infer F extends Fields } ? Readonly<Row<F>> : never

/** Declares the input of a game; see `Input`. */
export function input<F extends { readonly [name: string]: FieldType }>(options: {
  readonly fields: F
  steer(motion: Motion, slot: number, intent: Readonly<Row<F>>): void
}): Input<F> {
  for (const field of Object.keys(options.fields)) requireIdentifier(field, 'field of input')
  return { fields: options.fields, codec: new RowCodec(options.fields), steer: options.steer }
}
