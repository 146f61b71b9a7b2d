import { alloc } from './alloc/scenario.ts'
import { ArgumentError, helpText, parseArguments } from './arguments.ts'
import { bytes } from './bytes/scenario.ts'
import { meadow } from './meadow/scenario.ts'
import { record } from './record/scenario.ts'
import { printTable } from './report.ts'
import { Interrupted, type Scenario } from './scenario.ts'
import { versus } from './versus/scenario.ts'

/* `npm run bench -- <scenario>`: one line of JSON or a table on standard output, progress on standard error. */

const scenarios: { readonly [name: string]: Scenario } = { meadow, bytes, alloc, record, versus }

/** 0: measured and good. 1: not good, or something broke. 2: the arguments were. 130: interrupted. */
async function main(): Promise<number> {
  try {
    const parsed = parseArguments(process.argv.slice(2), scenarios)
    if (parsed === 'help') {
      console.log(helpText(scenarios))
      return 0
    }
    const { scenario, json, workload } = parsed
    const report = await (scenarios[scenario] as Scenario).run(workload, {
      signal: interruption(),
      say: (line) => console.error(line),
    })
    if (json) console.log(JSON.stringify(report.result))
    else printTable(report)
    return report.isGood ? 0 : 1
  } catch (error) {
    if (error instanceof Interrupted) return 130
    console.error(error instanceof ArgumentError ? error.message : error)
    return error instanceof ArgumentError ? 2 : 1
  }
}

/** Aborts at the first Ctrl-C, so that everything is cleaned up; a second one finds the usual sudden end. */
function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => controller.abort(new Interrupted()))
  return controller.signal
}

process.exitCode = await main()
