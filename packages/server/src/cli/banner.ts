import { styleText } from 'node:util'
import type { Host, StopSummary } from '../host/host.ts'

const colourful = process.stdout.isTTY === true && process.env.NO_COLOR === undefined

function style(format: 'bold' | 'green' | 'dim' | 'red', text: string): string {
  return colourful ? styleText(format, text) : text
}

/** What somebody who has just started a node wants to know. */
export function banner(host: Host): string {
  const { config } = host
  const shown =
    config.host === '0.0.0.0' || config.host === '::' || config.host === '127.0.0.1' ? 'localhost' : config.host
  const address = `http://${shown}:${host.port}`
  const lines = [
    `${style('bold', `Worldkeep ${host.version}`)}  ${style('dim', host.gameName)}`,
    '',
    `  address   ${address}`,
    `  store     ${host.store.kind} ${style('dim', host.store.location)}`,
    `  tick      ${config.core.tickHz} Hz, snapshots ${config.core.snapshotHz} Hz`,
    '',
    config.web === null
      ? `  Connect a client to ${style('green', address)}`
      : `  Open ${style('green', address)} and walk around. A second tab is a second player.`,
    style('dim', '  Ctrl-C stops the node and saves everybody.'),
    '',
  ]
  return `${lines.join('\n')}\n`
}

/** What became of everybody's world. */
export function farewell(summary: StopSummary): string {
  const saved = `Saved ${summary.saved} ${summary.saved === 1 ? 'player' : 'players'}; ${summary.committedActions} durable ${summary.committedActions === 1 ? 'action was' : 'actions were'} committed while the node ran.`
  const lines = [saved]
  if (summary.unsaved > 0) lines.push(style('red', `${summary.unsaved} could not be saved.`))
  if (summary.failure !== null) lines.push(style('red', `Stopped because ${summary.failure}`))
  return `${lines.join('\n')}\n`
}
