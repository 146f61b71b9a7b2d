// `npm run build [-- --production]`: every package, the demo game and its web client. Prints what it had to do.

import { ensureBuilt } from './lib/build.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { say, secondsSince } from './lib/terminal.mjs'

const startMs = performance.now()
try {
  await ensureInstalled()
  await ensureBuilt({ production: process.argv.includes('--production') })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
say(`built in ${secondsSince(startMs)}`)
