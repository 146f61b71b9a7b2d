import type { Report, Row } from './scenario.ts'

const nameWidthMin = 20
const colours = { good: '\x1b[32m', bad: '\x1b[31m' } as const
const plain = '\x1b[0m'

/** The result as a person reads it; with colours on a terminal that wants them. */
export function printTable({ rows }: Report): void {
  const width = Math.max(nameWidthMin, ...rows.map(([name]) => name.length + 2))
  for (const row of rows) console.log(lineOf(row, width, process.stdout.isTTY && process.env.NO_COLOR === undefined))
}

function lineOf([name, value, tone]: Row, width: number, inColour: boolean): string {
  const text = inColour && tone !== undefined ? `${colours[tone]}${value}${plain}` : value
  return `${name.padEnd(width)}${text}`.trimEnd()
}
