// The determinism fence: code that must give the same result on every machine touches no clock, no chance, no timer, no
// process, no built-in module of Node, and no maths whose last bit is the engine's choice. Uses TypeScript's parser and
// its scopes, so that a parameter called `process` is fine and a renamed `Math` is not. Where a tick runs, nothing walks a
// Map or a Set either: their order is their history (lib/ordered-iteration.mjs).

import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { findUnorderedIteration } from './lib/ordered-iteration.mjs'
import { root } from './lib/run.mjs'
import { filesUnder } from './lib/stamp.mjs'
import { say } from './lib/terminal.mjs'

const fencedFolders = [
  'packages/kernel/src',
  'packages/wire/src',
  'packages/world/src',
  'packages/replication/src',
  'packages/session/src',
  'packages/server/src/core',
  'apps/meadow/src/game',
]

/** What a tick can reach. */
const orderedFolders = [
  'packages/kernel/src',
  'packages/world/src',
  'packages/replication/src/emit',
  'packages/session/src',
  'packages/server/src/core/replay',
  'packages/server/src/core/tick',
  'apps/meadow/src/game',
]

const useClock = 'take the time as a parameter, or a clock port'
const useTick = 'count ticks, or let the host call'
const useHost = 'let the host pass the value in'
const useName = 'name the global itself, so that this check sees it'

/** Globals, and what to use instead. */
const bannedGlobals = new Map([
  ['Date', useClock],
  ['performance', useClock],
  ['PerformanceObserver', useClock],
  ['Temporal', useClock],
  ['setTimeout', useTick],
  ['setInterval', useTick],
  ['setImmediate', useTick],
  ['clearTimeout', useTick],
  ['clearInterval', useTick],
  ['clearImmediate', useTick],
  ['queueMicrotask', useTick],
  ['requestAnimationFrame', useTick],
  ['cancelAnimationFrame', useTick],
  ['requestIdleCallback', useTick],
  ['scheduler', useTick],
  ['AbortSignal', useTick],
  ['MessageChannel', useTick],
  ['BroadcastChannel', useTick],
  ['process', useHost],
  ['navigator', useHost],
  ['crypto', 'use the seeded random of @worldkeep/kernel, or take a port'],
  ['require', useHost],
  ['fetch', useHost],
  ['WebSocket', useHost],
  ['XMLHttpRequest', useHost],
  ['EventSource', useHost],
  ['Worker', useHost],
  ['localStorage', useHost],
  ['sessionStorage', useHost],
  ['Intl', 'its result depends on the machine: format at the edge'],
  ['WeakRef', 'it shows when the collector ran'],
  ['FinalizationRegistry', 'it shows when the collector ran'],
  ['eval', 'this check cannot see into it'],
  ['Function', 'this check cannot see into it'],
  ['globalThis', useName],
  ['window', useName],
  ['self', useName],
  ['global', useName],
])

/** What IEEE 754 or the language defines to the last bit. Everything else of `Math` is refused. */
const exactMath = new Set(
  'E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs ceil clz32 floor fround imul max min round sign sqrt trunc'.split(' '),
)

/** Methods whose result depends on the machine's language. */
const localeMethods = new Set(
  'localeCompare toLocaleString toLocaleDateString toLocaleTimeString toLocaleLowerCase toLocaleUpperCase'.split(' '),
)

const nodeModules = new Set(builtinModules)

/**
 * @typedef {{ file: string, line: number, message: string }} Finding
 * @param {Map<string, string>} sources text by file name
 * @returns {Finding[]}
 */
export function findNondeterminism(sources) {
  /** Without libraries every global is unknown to the checker: what it knows is declared in the file itself. */
  const options = {
    noLib: true,
    noResolve: true,
    types: [],
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    jsx: ts.JsxEmit.Preserve,
  }
  const parsed = new Map(
    [...sources].map(([file, text]) => [file, ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true)]),
  )
  const program = ts.createProgram([...sources.keys()], options, {
    ...ts.createCompilerHost(options, true),
    getSourceFile: (file) => parsed.get(file),
    fileExists: (file) => parsed.has(file),
    readFile: (file) => sources.get(file),
    getCurrentDirectory: () => '',
  })
  const checker = program.getTypeChecker()
  return [...sources.keys()].flatMap((file) => findInFile(program.getSourceFile(file), checker))
}

/** @param {ts.SourceFile} source @param {ts.TypeChecker} checker @returns {Finding[]} */
function findInFile(source, checker) {
  const findings = []
  const report = (node, message) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
    findings.push({ file: source.fileName, line: line + 1, message })
  }

  const visit = (node) => {
    if (isOnlyType(node)) return
    if (ts.isIdentifier(node)) checkIdentifier(node)
    else if (ts.isPropertyAccessExpression(node)) checkProperty(node, node.name.text)
    else if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
      checkProperty(node, node.argumentExpression.text)
    } else if (ts.isBinaryExpression(node)) checkOperator(node)
    else if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) checkModule(node, node.moduleSpecifier)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      checkModule(node, node.arguments[0])
    }
    ts.forEachChild(node, visit)
  }

  const checkIdentifier = (node) => {
    if (isNameOfMember(node)) return
    const name = node.text
    const instead = bannedGlobals.get(name)
    if (instead === undefined && name !== 'Math') return
    if (!isGlobal(node, checker)) return
    if (name !== 'Math') report(node, `\`${name}\` is not deterministic: ${instead}`)
    else if (!isReadByName(node))
      report(node, 'write `Math.name` in full, so that this check sees which function it is')
  }

  const checkProperty = (node, name) => {
    if (localeMethods.has(name))
      report(node, `\`${name}\` depends on the machine's language: compare and format by code`)
    const isMath = ts.isIdentifier(node.expression) && node.expression.text === 'Math'
    if (!isMath || exactMath.has(name) || !isGlobal(node.expression, checker)) return
    if (name === 'random')
      report(node, '`Math.random` is not deterministic: use the seeded random of @worldkeep/kernel')
    else report(node, `\`Math.${name}\` may differ between engines: use fixed point or a table of @worldkeep/kernel`)
  }

  const checkOperator = (node) => {
    const isPower = node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken
    const isPowerAssignment = node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken
    if (isPowerAssignment || (isPower && !isConstant(node, checker))) {
      report(node, '`**` may differ between engines: multiply, shift, or use a table (constants are fine)')
    }
  }

  const checkModule = (node, specifier) => {
    if (specifier === undefined) return
    if (!ts.isStringLiteralLike(specifier)) {
      report(node, 'an import of a computed name: this check cannot see what it is')
    } else if (specifier.text.startsWith('node:') || nodeModules.has(specifier.text)) {
      report(node, `\`${specifier.text}\` belongs to Node: take a port, and let the host implement it`)
    }
  }

  visit(source)
  return findings
}

/** Types are erased. `class X extends Y` looks like a type to the parser, and is none. @param {ts.Node} node */
function isOnlyType(node) {
  if (ts.isExpressionWithTypeArguments(node)) {
    return ts.isHeritageClause(node.parent) && node.parent.token === ts.SyntaxKind.ImplementsKeyword
  }
  return ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
}

/** `x.Date`, `{ Date: 1 }`, `label:` — a name, not a use of the global. @param {ts.Identifier} node */
function isNameOfMember(node) {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) return parent.name === node
  if (ts.isBindingElement(parent)) return parent.propertyName === node
  if (ts.isImportSpecifier(parent)) return true
  if (ts.isExportSpecifier(parent)) return parent.propertyName !== undefined && parent.name === node
  if (ts.isMethodDeclaration(parent) || ts.isAccessor(parent) || ts.isPropertyDeclaration(parent)) {
    return parent.name === node
  }
  return ts.isMetaProperty(parent) || ts.isJsxAttribute(parent) || ts.isLabeledStatement(parent)
}

/** @param {ts.Identifier} node @param {ts.TypeChecker} checker */
function isGlobal(node, checker) {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node)
  const declarations = symbol?.declarations ?? []
  // `declare const performance` only gives the global a type.
  return declarations.every(
    (declaration) => (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Ambient) !== 0,
  )
}

/** @param {ts.Identifier} node a use of `Math` */
function isReadByName(node) {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  return ts.isElementAccessExpression(parent) && ts.isStringLiteralLike(parent.argumentExpression)
}

/**
 * Literals, and `const`s made of literals in the same file: few, and settled before the first tick.
 *
 * @param {ts.Expression} node
 * @param {ts.TypeChecker} checker
 * @returns {boolean}
 */
function isConstant(node, checker) {
  if (ts.isParenthesizedExpression(node)) return isConstant(node.expression, checker)
  if (ts.isPrefixUnaryExpression(node)) return isConstant(node.operand, checker)
  if (ts.isBinaryExpression(node)) return isConstant(node.left, checker) && isConstant(node.right, checker)
  if (!ts.isIdentifier(node)) return ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)
  const declaration = checker.getSymbolAtLocation(node)?.valueDeclaration
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return false
  const isConst = (declaration.parent.flags & ts.NodeFlags.Const) !== 0
  return isConst && declaration.initializer !== undefined && isConstant(declaration.initializer, checker)
}

function main() {
  const isSource = (file) => /\.tsx?$/.test(file)
  const sourcesIn = (folders) =>
    new Map(
      folders
        .flatMap((folder) => filesUnder(folder))
        .filter(isSource)
        .map((file) => [file, readFileSync(join(root, file), 'utf8')]),
    )
  // A folder that was renamed would leave the fence unseen.
  const empty = [...fencedFolders, ...orderedFolders].filter((folder) => !filesUnder(folder).some(isSource))
  for (const folder of empty) say(`${folder}: no source file in this fenced folder`)
  const fenced = sourcesIn(fencedFolders)
  const findings = [...findNondeterminism(fenced), ...findUnorderedIteration(sourcesIn(orderedFolders))]
  for (const { file, line, message } of findings) say(`${file}:${line}: ${message}`)
  say(`determinism: ${fenced.size} files, ${findings.length} findings`)
  if (findings.length > 0 || empty.length > 0) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
