import { assert, type Fields, type FieldType, type Row, RowCodec } from '@worldkeep/kernel'
import { commandBytesMax } from '../limits.ts'
import type { World } from '../world.ts'
import { requireIdentifier } from './component.ts'

/**
 * What an acknowledgement promises. `processed`: the command has run. `durable`: its effects have been committed to the
 * store, together with everything else durable of its tick.
 */
export type Acknowledged = 'processed' | 'durable'

/** Who sent a command: always the verified session's own player and entity, never anything a client wrote. */
export interface Actor {
  readonly playerId: string
  /** The entity the session controls. */
  readonly entity: number
  readonly slot: number
}

/**
 * A command a client may send. The handler runs on the tick thread, in the apply stage, once. It either refuses with one
 * of its declared reasons before it has changed anything, or applies all of its effects and returns 'ok'. The `args` row
 * is reused after the call.
 */
export interface Command<Name extends string = string, F extends Fields = Fields, Refusal extends string = string> {
  readonly name: Name
  readonly acknowledged: Acknowledged
  readonly fields: F
  readonly refusals: readonly Refusal[]
  readonly codec: RowCodec<F>
  handle(world: World, actor: Actor, args: Readonly<Row<F>>): Refusal | 'ok'
}

export type ArgsOf<C> = C extends { readonly fields: infer F extends Fields } ? Readonly<Row<F>> : never

/** Declares a command; see `Command`. */
export function command<
  const Name extends string,
  F extends { readonly [name: string]: FieldType },
  const Refusal extends string = never,
>(
  name: Name,
  options: {
    readonly acknowledged: Acknowledged
    readonly fields: F
    readonly refusals?: readonly Refusal[]
    /** Only declared refusals: what it returns declares nothing. */
    handle(world: World, actor: Actor, args: Readonly<Row<F>>): NoInfer<Refusal> | 'ok'
  },
): Command<Name, F, Refusal> {
  requireIdentifier(name, 'command')
  for (const field of Object.keys(options.fields)) requireIdentifier(field, `field of command ${name}`)
  const codec = new RowCodec(options.fields)
  assert(codec.bytesMax <= commandBytesMax, `command ${name}: ${codec.bytesMax} bytes, at most ${commandBytesMax}`)
  const { acknowledged, fields, refusals = [], handle } = options
  return { name, acknowledged, fields, refusals, codec, handle }
}
