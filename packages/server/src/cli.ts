#!/usr/bin/env node
import { help, parseCommandLine } from './cli/arguments.ts'
import { banner, farewell } from './cli/banner.ts'
import { parseReplay, replayHelp } from './cli/replay-arguments.ts'
import { runReplay } from './cli/replay-command.ts'
import { ConfigError } from './host/config.ts'
import { type Host, NodeUnusable, startHost } from './host/host.ts'
import { packageVersion } from './host/version.ts'
import { GameUnusable } from './threads/load-game.ts'

/** Exit codes: 1 the node has failed, 2 it was told something that cannot be. */
async function main(): Promise<number> {
  const [name = '', ...rest] = process.argv.slice(2)
  if (name === 'replay' || name === 'bisect') return replayOrBisect(name, rest)
  const command = parseCommandLine(process.argv.slice(2), process.env, process.stderr.isTTY === true)
  if (command.kind === 'help') {
    process.stdout.write(help)
    return 0
  }
  if (command.kind === 'version') {
    process.stdout.write(`${packageVersion()}\n`)
    return 0
  }
  const host = await startHost(command.options)
  process.stdout.write(banner(host))
  stopOnSignals(host)
  const summary = await host.stopped
  process.stdout.write(farewell(summary))
  return summary.failure === null && summary.unsaved === 0 ? 0 : 1
}

async function replayOrBisect(name: 'replay' | 'bisect', argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(replayHelp)
    return 0
  }
  return runReplay(parseReplay(name, argv), (line) => process.stdout.write(`${line}\n`))
}

/** The first signal stops in order; a second one does not wait. */
function stopOnSignals(host: Host): void {
  let asked = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(1)
      asked = true
      process.stdout.write('\nStopping …\n')
      void host.stop()
    })
  }
}

// Whoever reads our output may stop reading, as `head` does: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  process.exitCode = await main()
} catch (error) {
  const known = error instanceof ConfigError || error instanceof NodeUnusable || error instanceof GameUnusable
  process.stderr.write(known ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = known ? 2 : 1
}
