// Behind `npm start`: installs and builds what is missing, then becomes the node. start.mjs has checked the Node version.

import { existsSync } from 'node:fs'
import { become } from './lib/become.mjs'
import { ensureBuilt } from './lib/build.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { inRoot } from './lib/run.mjs'

const command = 'packages/server/dist/cli.js'
const game = 'apps/meadow/dist/game/index.js'
const web = 'apps/meadow/dist/web'

/** @param {string[]} userArgs what followed `npm start --` */
export async function launch(userArgs) {
  const wantsHelp = userArgs.includes('--help') || userArgs.includes('-h')
  try {
    if (!(wantsHelp && existsSync(inRoot(command)))) {
      await ensureInstalled()
      await ensureBuilt()
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
  await become(command, ['start', '--game', game, '--web', web, ...userArgs])
}
