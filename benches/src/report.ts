import type { Report } from './scenario.ts'

/** The result as a person reads it. */
export function printTable({ rows }: Report): void {
  for (const [name, value] of rows) console.log(`${name.padEnd(20)}${value}`)
}
