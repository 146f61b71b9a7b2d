// The first thing a newcomer runs, perhaps on an old Node: syntax of Node 12 only, and no imports before the check.
var floor = [20, 19]
var version = process.versions.node.split('.').map(Number)

if (version[0] < floor[0] || (version[0] === floor[0] && version[1] < floor[1])) {
  console.error(
    'Worldkeep needs Node ' +
      floor.join('.') +
      ' or newer; this is ' +
      process.version +
      '. Install it from https://nodejs.org and run npm start again.',
  )
  process.exit(1)
} else {
  import('./launch.mjs').then((launcher) => launcher.launch(process.argv.slice(2)))
}
