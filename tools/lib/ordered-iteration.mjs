// What iterates over a Map or a Set, where a tick could depend on it. Both keep the order in which things came: two runs
// with another history (one that was restored from a checkpoint, one that was not) hold the same and walk it differently.
// Needs real types, so this half of the fence reads the libraries and the packages as built.

import { join } from 'node:path'
import ts from 'typescript'
import { root } from './run.mjs'

const unordered = new Set('Map ReadonlyMap Set ReadonlySet MapIterator SetIterator'.split(' '))

/** Above the statement, with a reason why the order is always the same or does not matter. */
const excuse = /\/\/ ordered: \S/

/**
 * @typedef {{ file: string, line: number, message: string }} Finding
 * @param {Map<string, string>} sources text by file name, relative to the repository
 * @returns {Finding[]}
 */
export function findUnorderedIteration(sources) {
  const byPath = new Map([...sources].map(([file, text]) => [join(root, file), { file, text }]))
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const settings = { ...options, noEmit: true, composite: false, incremental: false, types: [] }
  const host = ts.createCompilerHost(settings, true)
  const onDisk = { getSourceFile: host.getSourceFile, fileExists: host.fileExists, readFile: host.readFile }
  const program = ts.createProgram([...byPath.keys()], settings, {
    ...host,
    getSourceFile: (path, version, ...rest) => {
      const source = byPath.get(path)
      if (source === undefined) return onDisk.getSourceFile(path, version, ...rest)
      return ts.createSourceFile(path, source.text, version, true)
    },
    fileExists: (path) => byPath.has(path) || onDisk.fileExists(path),
    readFile: (path) => byPath.get(path)?.text ?? onDisk.readFile(path),
  })
  return [...byPath].flatMap(([path, { file }]) => findInFile(program.getSourceFile(path), file, program))
}

/** @param {ts.SourceFile} source @param {string} file @param {ts.Program} program @returns {Finding[]} */
function findInFile(source, file, program) {
  const checker = program.getTypeChecker()
  const findings = []
  const visit = (node) => {
    const walked = walkedBy(node)
    const name = walked === undefined ? undefined : unorderedNameOf(checker.getTypeAtLocation(walked), program)
    if (name !== undefined && !isExcused(node, source)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
      const message = `the order of a \`${name}\` is its history: walk an array or sorted ids, or say \`// ordered: why\` above`
      findings.push({ file, line: line + 1, message })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return findings
}

/**
 * The expression whose elements this node takes one after the other.
 *
 * @param {ts.Node} node
 * @returns {ts.Expression | undefined}
 */
function walkedBy(node) {
  if (ts.isForOfStatement(node) || ts.isSpreadElement(node)) return node.expression
  if (ts.isYieldExpression(node) && node.asteriskToken !== undefined) return node.expression
  if (ts.isVariableDeclaration(node) && ts.isArrayBindingPattern(node.name)) return node.initializer
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  const method = node.expression.name.text
  if (method === 'forEach') return node.expression.expression
  return method === 'from' || method === 'fromEntries' ? node.arguments[0] : undefined
}

/**
 * `Map`, `SetIterator` …, when the type or one that it extends is the language's own.
 *
 * @param {ts.Type} type
 * @param {ts.Program} program
 * @returns {string | undefined}
 */
function unorderedNameOf(type, program) {
  if (type.isUnionOrIntersection()) {
    for (const part of type.types) {
      const name = unorderedNameOf(part, program)
      if (name !== undefined) return name
    }
    return undefined
  }
  const symbol = type.getSymbol()
  const isOfTheLanguage = (symbol?.declarations ?? []).some((declaration) =>
    program.isSourceFileDefaultLibrary(declaration.getSourceFile()),
  )
  if (isOfTheLanguage && unordered.has(symbol.name)) return symbol.name
  const constraint = type.isTypeParameter() ? program.getTypeChecker().getBaseConstraintOfType(type) : undefined
  const bases = constraint === undefined ? (type.isClassOrInterface() ? (type.getBaseTypes() ?? []) : []) : [constraint]
  return bases.map((base) => unorderedNameOf(base, program)).find((name) => name !== undefined)
}

/** The comment stands above the statement or the member that the node is in. @param {ts.Node} node @param {ts.SourceFile} source */
function isExcused(node, source) {
  let within = node
  while (!ts.isStatement(within) && !ts.isClassElement(within)) within = within.parent
  const comments = ts.getLeadingCommentRanges(source.text, within.getFullStart()) ?? []
  return comments.some(({ pos, end }) => excuse.test(source.text.slice(pos, end)))
}
