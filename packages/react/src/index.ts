export { isEqualShallow } from './is-equal-shallow.ts'
export type { IsEqual, Selector } from './selection.ts'
export { useOwn, useStats, useStatus, useWorld } from './use-world.ts'
export { useWorldClient, WorldProvider } from './world-context.ts'
