import { assert, type Fields, type FieldType, type Row } from '@worldkeep/kernel'

/**
 * Who receives a component. `motion`: latest wins, may ride datagrams. `nearby`: reliable, everyone who sees the cell.
 * `owner`: only the session that controls the entity. `server`: nobody.
 */
export type Audience = 'motion' | 'nearby' | 'owner' | 'server'

/** A declaration: columns, codecs, state hash, saved form and the client's types all come from it. */
export interface Component<Name extends string = string, F extends Fields = Fields> {
  readonly name: Name
  readonly audience: Audience
  /** Part of a player's saved state. */
  readonly saved: boolean
  readonly fields: F
}

export type RowOf<C> = C extends Component<string, infer F> ? Row<F> : never

/**
 * Declares a component. Throws on a name or field name that is not a plain identifier.
 *
 *     const Health = component('health', { audience: 'nearby', fields: { current: u16, max: u16 } })
 */
export function component<const Name extends string, F extends { readonly [name: string]: FieldType }>(
  name: Name,
  options: { readonly audience: Audience; readonly saved?: boolean; readonly fields: F },
): Component<Name, F> {
  requireIdentifier(name, 'component')
  for (const field of Object.keys(options.fields)) requireIdentifier(field, `field of component ${name}`)
  return { name, audience: options.audience, saved: options.saved ?? false, fields: options.fields }
}

export function requireIdentifier(name: string, what: string): void {
  assert(
    /^[a-z][a-zA-Z0-9]{0,31}$/.test(name),
    `${what} "${name}": a name is 1 … 32 letters and digits, first one small`,
  )
}
