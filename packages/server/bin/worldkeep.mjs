#!/usr/bin/env node
// Stands here so that an install can link it before anything is built.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cli = new URL('../dist/cli.js', import.meta.url)
if (existsSync(fileURLToPath(cli))) {
  await import(cli.href)
} else {
  process.stderr.write('Worldkeep is not built yet. Build it first: npm run build\n')
  process.exitCode = 2
}
