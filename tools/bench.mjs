// `npm run bench [-- args]`: builds what is missing, then runs the workloads.

import { become } from './lib/become.mjs'
import { ensureBuilt } from './lib/build.mjs'
import { ensureInstalled } from './lib/install.mjs'

try {
  await ensureInstalled()
  await ensureBuilt({ web: false })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
await become('benches/dist/main.js', process.argv.slice(2))
