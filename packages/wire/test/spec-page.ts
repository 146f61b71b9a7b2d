import { readFileSync } from 'node:fs'

const page = readFileSync(new URL('../../../docs/spec/wire.md', import.meta.url), 'utf8')

/** Rows of the table under the heading `title`, cells without their backticks; the heading row is left out. */
export function tableUnder(title: string): readonly (readonly string[])[] {
  const start = page.indexOf(`## ${title}\n`)
  if (start < 0) throw new Error(`docs/spec/wire.md has no section "${title}"`)
  const section = page.slice(start).split(/\n## /)[0] as string
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
}
