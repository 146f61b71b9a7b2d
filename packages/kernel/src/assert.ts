/** A broken promise of our own code. Never used for a peer's bytes or for the weather (disk, network). */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed'
}

/** On in production: a world that goes on from a broken invariant saves the damage. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailed(message)
}

/** The branch a complete union never reaches. */
export function assertNever(value: never, what: string): never {
  throw new AssertionFailed(`${what}: unexpected ${JSON.stringify(value)}`)
}
