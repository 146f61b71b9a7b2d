// `npm run audit [-- --json]`: docs/audit.md, verified. The ways in which a world server looks finished and is not, each
// closed by a test that exists; every hook of a tick, each with a test that shows it alive; and docs/requirements.md.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readJson, root } from './lib/run.mjs'
import { dim, green, red, say } from './lib/terminal.mjs'
import { checkRequirements, citationsIn, tableRows } from './requirements.mjs'

const page = 'docs/audit.md'
const requirementsPage = 'docs/requirements.md'
const hooksSource = 'packages/server/src/core/tick/tick-core.ts'

/** Their order is that of the page. None may be left out, and none be invented. */
export const failureModes = [
  'entrypoint',
  'composition used',
  'systems pumped',
  'bridges between layers',
  'frozen commands consumed',
  'trust boundary',
  'thread ownership',
  'leaks',
  'allocations',
  'backpressure allocation',
  'replication drift',
  'combat drift',
]

const notYet = 'not applicable yet'

/** What cannot be closed before there is something to close: the mode, and the folder whose coming ends the waiting. */
const waitingFor = new Map([['combat drift', 'packages/gameplay']])

/**
 * @typedef {{ severity: string, mode: string, file: string, method: string, finding: string }} Finding
 * @typedef {{ name: string, status: string, severity: string, proof: string }} Mode
 * @typedef {{ name: string, stage: string, proof: string }} Hook
 * @typedef {import('./requirements.mjs').Repository & { exists: (path: string) => boolean }} Repository
 * @param {Repository} repository
 * @returns {{ modes: Mode[], hooks: Hook[], findings: Finding[] }}
 */
export function audit(repository) {
  const text = repository.readFile(page) ?? ''
  const modes = tableRows(text, ['mode', 'severity', 'status', 'proof']).map(({ cells, line }) => ({
    line,
    name: cells.mode,
    severity: cells.severity,
    status: cells.status,
    proof: cells.proof,
  }))
  const hooks = tableRows(text, ['hook', 'stage', 'proof']).map(({ cells, line }) => ({
    line,
    name: cells.hook.replaceAll('`', ''),
    stage: cells.stage.replaceAll('`', ''),
    proof: cells.proof,
  }))
  const findings = [...auditModes(modes, repository), ...auditHooks(hooks, repository), ...auditRows(repository)]
  const withoutLine = ({ line: _line, ...rest }) => rest
  return { modes: modes.map(withoutLine), hooks: hooks.map(withoutLine), findings }
}

/** @param {(Mode & { line: number })[]} modes @param {Repository} repository @returns {Finding[]} */
function auditModes(modes, repository) {
  const names = modes.map(({ name }) => name)
  const missing = failureModes
    .filter((name) => !names.includes(name))
    .map((mode) => ({ severity: 'P0', mode, file: page, method: 'list of modes', finding: 'has no row' }))
  return [
    ...missing,
    ...modes.flatMap((mode, index) => auditMode(mode, names.indexOf(mode.name) === index, repository)),
  ]
}

/** @param {Mode & { line: number }} mode @param {boolean} isFirst @param {Repository} repository @returns {Finding[]} */
function auditMode({ name, severity, status, proof, line }, isFirst, repository) {
  const found = (method, finding) => ({ severity, mode: name, file: `${page}:${line}`, method, finding })
  if (!failureModes.includes(name)) return [found('list of modes', 'is no failure mode')]
  if (!isFirst) return [found('list of modes', 'has two rows')]
  const findings = /^P[0-3]$/.test(severity) ? [] : [found('severity', `'${severity}' is none of P0, P1, P2, P3`)]
  if (status === notYet) {
    const folder = waitingFor.get(name)
    if (folder === undefined) findings.push(found('status', 'has to be closed: it is applicable today'))
    else if (repository.exists(folder)) findings.push(found('status', `${folder} exists: it is applicable now`))
    return findings
  }
  if (status !== 'closed') findings.push(found('status', `is ${status || 'without a status'}`))
  return [...findings, ...auditProof(proof, repository).map((finding) => found('cited test', finding))]
}

/** @param {(Hook & { line: number })[]} hooks @param {Repository} repository @returns {Finding[]} */
function auditHooks(hooks, repository) {
  const found = (file, method, finding) => ({ severity: 'P1', mode: 'systems pumped', file, method, finding })
  const wired = hooksIn(repository.readFile(hooksSource) ?? '')
  if (wired.length === 0) return [found(hooksSource, 'list of hooks', 'no hook found in it')]
  const unproven = wired
    .filter(({ name, stage }) => !hooks.some((hook) => hook.name === name && hook.stage === stage))
    .map(({ name, stage }) => found(hooksSource, 'list of hooks', `hook '${name}' (${stage}) has no row in ${page}`))
  const cited = hooks.flatMap(({ name, proof, line }) => {
    if (!wired.some((hook) => hook.name === name))
      return [found(`${page}:${line}`, 'list of hooks', `'${name}' is no hook`)]
    const what = (finding) => `hook '${name}': ${finding}`
    return auditProof(proof, repository).map((finding) => found(`${page}:${line}`, 'cited test', what(finding)))
  })
  return [...unproven, ...cited]
}

/** @param {Repository} repository @returns {Finding[]} */
function auditRows(repository) {
  const { problems } = checkRequirements(repository.readFile(requirementsPage) ?? '', repository)
  return problems.map((problem) => {
    const [, file = requirementsPage, finding = problem] = /^(\S+): (.*)$/.exec(problem) ?? []
    return { severity: 'P1', mode: 'requirements', file, method: 'cited test', finding }
  })
}

/** @param {string} proof @param {Repository} repository @returns {string[]} what is wrong with it */
function auditProof(proof, repository) {
  const { existing, missing } = citationsIn(proof, repository)
  const wrong = missing.map((what) => `cites ${what}`)
  return existing === 0 && wrong.length === 0 ? ['cites no test'] : wrong
}

/** @param {string} text of the file that composes the tick */
const hooksIn = (text) =>
  [...text.matchAll(/\{\s*name: '([^']+)',\s*stage: '([^']+)'/g)].map(([, name, stage]) => ({ name, stage }))

/** @param {string[][]} rows the last column is not padded */
function columns(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)))
  return rows.map((row) => row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]))))
}

/** @param {ReturnType<typeof audit>} result */
function print({ modes, hooks, findings }) {
  const bare = (text) => text.replaceAll('`', '')
  const table = columns([['mode', 'status', 'proof'], ...modes.map((row) => [row.name, row.status, bare(row.proof)])])
  for (const [index, [mode, status, proof]] of table.entries()) {
    const paint = index === 0 || modes[index - 1].status === notYet ? dim : status.startsWith('closed') ? green : red
    const [first, ...others] = proof.split('; ')
    say(`${mode}  ${paint(status)}  ${index === 0 ? dim(first) : first}`)
    for (const other of others) say(`${' '.repeat(mode.length + status.length + 4)}${other}`)
  }
  if (findings.length > 0) {
    const head = ['severity', 'failure mode', 'file', 'method', 'finding']
    const rows = findings.map(({ severity, mode, file, method, finding }) => [severity, mode, file, method, finding])
    say('')
    for (const [index, row] of columns([head, ...rows]).entries()) say((index === 0 ? dim : red)(row.join('  ')))
  }
  const closed = modes.filter(({ status }) => status === 'closed').length
  const waiting = modes.filter(({ status }) => status === notYet).length
  say('')
  say(`audit: ${closed} closed, ${waiting} ${notYet}; ${hooks.length} hooks; ${findings.length} findings`)
}

function main() {
  const readFile = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)
  const exists = (path) => existsSync(join(root, path))
  const result = audit({ readFile, exists, scripts: readJson('package.json').scripts })
  if (process.argv.includes('--json')) say(JSON.stringify(result))
  else print(result)
  if (result.findings.length > 0) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main()
