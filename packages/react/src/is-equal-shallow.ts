/** Same fields with the same values. For selectors that build a small object each time they are asked. */
export function isEqualShallow<T>(a: T, b: T): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const fieldsOfA = Object.entries(a)
  const valuesOfB = new Map(Object.entries(b))
  if (fieldsOfA.length !== valuesOfB.size) return false
  return fieldsOfA.every(([field, value]) => valuesOfB.has(field) && Object.is(value, valuesOfB.get(field)))
}
