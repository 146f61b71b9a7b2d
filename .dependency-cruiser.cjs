// Who may import whom. Imports go to strictly lower ranks; an import of a workspace package arrives at its built entry
// (`packages/x/dist/...`), an import within a package stays in `src`.
// tools/ranks.mjs runs this, and testing/test/ranks.test.ts proves that every rule fires.
// Stays on TypeScript 6: with 7 the cruiser finds no modules and passes on nothing (tools/ranks.mjs would fail then).

const { builtinModules } = require('node:module')

const ranks = [
  ['kernel'],
  ['wire', 'world'],
  ['replication', 'session', 'store'],
  ['gameplay', 'client', 'webtransport'],
  ['cluster'],
  ['server', 'react'],
]

/** Packages whose every step must be repeatable: no Node, no npm, only each other. */
const deterministic = ['kernel', 'wire', 'world', 'replication', 'session']

const lowerThan = (rank) => ranks.slice(0, rank).flat()
const anyOf = (names) => names.join('|')
const builtins = `^(node:)?(${anyOf(builtinModules.map((name) => name.replaceAll('/', '\\/')))})$`

/** What resolves to nothing keeps its name, and is the business of `no-unresolvable` alone. */
const unresolved = '^(@worldkeep/|\\.)'

const rankRules = ranks.flatMap((names, rank) =>
  names.map((name) => ({
    name: `rank-${name}`,
    comment: `${name} may import ${lowerThan(rank).join(', ') || 'nothing'}: imports go to strictly lower ranks`,
    severity: 'error',
    from: { path: `^packages/${name}/src/` },
    to: {
      path: '^(packages|apps|testing|benches)/',
      pathNot: `^packages/(${anyOf([name, ...lowerThan(rank)])})/`,
    },
  })),
)

module.exports = {
  forbidden: [
    ...rankRules,
    {
      name: 'rank-apps',
      comment: 'a game knows nothing of the tests and the benchmarks',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/' },
      to: { path: '^(testing|benches)/' },
    },
    {
      name: 'rank-testing-benches',
      comment: 'tests and benchmarks run the apps, and leave each other alone',
      severity: 'error',
      from: { path: '^(testing|benches)/' },
      to: { path: '^(testing|benches)/', pathNot: '^$1/' },
    },
    {
      name: 'deterministic-imports-nothing-foreign',
      comment: 'kernel, wire, world, replication and session use no built-in module of Node and no npm package',
      severity: 'error',
      from: { path: `^packages/(${anyOf(deterministic)})/src/` },
      to: { pathNot: ['^packages/', unresolved] },
    },
    {
      name: 'server-core-does-no-io',
      comment: 'packages/server/src/core runs under virtual time in one thread: workspace packages only',
      severity: 'error',
      from: { path: '^packages/server/src/core/' },
      to: { pathNot: ['^packages/', unresolved] },
    },
    {
      name: 'server-core-reaches-no-io',
      comment: 'not through other files of the server either',
      severity: 'error',
      from: { path: '^packages/server/src/core/' },
      to: { path: `(^|/)node_modules/|${builtins}`, reachable: true },
    },
    {
      name: 'game-imports-world-only',
      comment: 'a game definition needs @worldkeep/world and nothing else',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/game/' },
      to: { pathNot: ['^apps/[^/]+/src/game/', '^packages/world/dist/', unresolved] },
    },
    {
      name: 'web-imports-public-packages',
      comment: 'a web client is made of @worldkeep/world, client and react, React, PixiJS, and its own game',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/web/' },
      to: {
        pathNot: [
          '^apps/[^/]+/(src|public)/',
          '^packages/(world|client|react)/dist/',
          '(^|/)node_modules/(@types/)?(react|react-dom|pixi\\.js)/',
          unresolved,
        ],
      },
    },
    {
      name: 'no-deep-imports-of-source',
      comment: "another package's source is private: import the package by its name",
      severity: 'error',
      from: { path: '^((?:packages|apps)/[^/]+|testing|benches)/' },
      to: { path: '^(packages/[^/]+|apps/[^/]+|testing|benches)/(src|test)/', pathNot: '^($1|testing)/' },
    },
    {
      name: 'no-deep-imports-of-output',
      comment: 'a relative path into a dist folder goes around the exports of the package: import it by its name',
      severity: 'error',
      // A worker of a test runs compiled code, and has no other way to it.
      from: { path: '^(packages|apps|testing|benches)/', pathNot: '^packages/[^/]+/test/.*[.]mjs$' },
      to: {
        path: '^(packages/[^/]+|apps/[^/]+|testing|benches)/dist/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['aliased-workspace', 'aliased-subpath-import'],
      },
    },
    {
      name: 'no-unresolvable',
      comment: 'an import that resolves to nothing is checked by nothing (build first, or export the subpath)',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-circular',
      // A circle closed by `import type` is a forward declaration: erased, it has no order of loading to get wrong.
      comment: 'two files that need each other are one idea, or miss a third',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    // Cruised on their own account: `src` and `test`. What they import elsewhere is named, and not entered.
    doNotFollow: { path: ['(^|/)node_modules/', '(^|/)dist/'] },
    tsConfig: { fileName: `${__dirname}/tsconfig.base.json` },
    // Types count: a package that knows the types of a higher one is not below it.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'browser', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
