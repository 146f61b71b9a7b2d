// `npm run check [-- --fix]`: everything that needs no database, browser or running node. Under two minutes.

import { ensureInstalled } from './lib/install.mjs'
import { checkSteps, runSteps } from './lib/steps.mjs'
import { say, secondsSince } from './lib/terminal.mjs'

const startMs = performance.now()
await ensureInstalled()
const { failed } = await runSteps(checkSteps({ fix: process.argv.includes('--fix') }))
say(failed.length === 0 ? `all checks ok in ${secondsSince(startMs)}` : `failed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
