import type { Report, Row } from '../scenario.ts'
import { median, round } from '../statistics.ts'
import { bars as barsOf, type Judgement, judgeBars, type Round } from './bars.ts'
import { type ContenderName, contenderNames } from './contender.ts'
import type { Contest } from './contest.ts'
import type { Crowd } from './workloads.ts'

/** Numbers of a contest that a median is taken of. */
type Figure = { [K in keyof Contest]: Contest[K] extends number ? K : never }[keyof Contest]

/** What is shown of every contender: name of the row, and digits behind the point. */
const figures: readonly (readonly [Figure, string, number])[] = [
  ['cpuMsPerS', 'server CPU, ms/s', 1],
  ['bytesPerClientS', 'payload, B/s per client', 0],
  ['streamBytesPerClientS', '  with framing', 0],
  ['framesPerClientS', 'frames/s per client', 2],
  ['bytesPerVisible', 'B per visible and snapshot', 2],
  ['streamBytesPerVisible', '  with framing', 2],
  ['visible', 'visible entities', 1],
  ['achievedTickHz', 'ticks per second', 2],
  ['tickP50Ms', 'tick p50, ms', 2],
  ['tickP99Ms', 'tick p99, ms', 2],
  ['rssMb', 'server memory, MB', 0],
  ['clientCpuMsPerS', 'CPU of the clients, ms/s', 0],
  ['viewsChecked', 'views checked', 0],
  ['viewErrors', '  errors', 0],
  ['maxPositionErrorM', '  position off by, m', 4],
]

const columnWidth = 12

/** Blocks of an eighth, for pictures. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const
const pictureWidth = 40

export interface VersusOptions {
  readonly crowd: Crowd
  readonly seconds: number
  readonly versions: { readonly [name: string]: string }
  /** Who did not get to the end in which round, and why. */
  readonly failures: readonly string[]
}

/** Good: all bars that could be judged hold, and no client of Worldkeep saw what was not so. */
export function reportOf(rounds: readonly Round[], options: VersusOptions): Report {
  const { crowd, seconds, versions, failures } = options
  const names = contenderNames.filter((name) => rounds.some((each) => each[name] !== undefined))
  const medians = new Map(names.map((name) => [name, mediansOf(contestsOf(rounds, name))]))
  const judgements = judgeBars(barsOf[crowd.name], rounds)
  const viewErrors = contestsOf(rounds, 'worldkeep').reduce((sum, contest) => sum + contest.viewErrors, 0)
  const isGood = failures.length === 0 && viewErrors === 0 && judgements.every(({ holds }) => holds !== false)
  return {
    result: {
      scenario: 'versus',
      workload: crowd.name,
      clients: crowd.clients,
      entities: crowd.entities,
      sizeM: crowd.sizeM,
      seconds,
      rounds: rounds.length,
      versions,
      contenders: Object.fromEntries(medians),
      bars: judgements,
      viewErrors,
      failures,
      isGood,
    },
    rows: [
      ['workload', `${crowd.name}: ${crowd.clients} clients, ${crowd.entities} entities, ${crowd.sizeM} m`],
      ['measured', `${rounds.length} rounds of ${seconds} s each; medians`],
      ...Object.entries(versions).map(([name, version]): Row => [name, version]),
      ['', ''],
      ...table(names, medians),
      ['', ''],
      ...picture('server CPU, ms/s', names, (name) => medians.get(name)?.cpuMsPerS ?? 0),
      ...picture('payload, B/s per client', names, (name) => medians.get(name)?.bytesPerClientS ?? 0),
      ...verdicts(judgements, viewErrors),
      ...failures.map((failure): Row => ['failed', failure, 'bad']),
    ],
    isGood,
  }
}

type Medians = { readonly [figure in Figure]: number }

function contestsOf(rounds: readonly Round[], name: ContenderName): readonly Contest[] {
  return rounds.map((each) => each[name]).filter((contest) => contest !== undefined)
}

function mediansOf(contests: readonly Contest[]): Medians {
  const entries = figures.map(([figure, , digits]) => [
    figure,
    round(median(contests.map((contest) => contest[figure])), digits),
  ])
  return Object.fromEntries(entries) as Medians
}

function table(names: readonly ContenderName[], medians: ReadonlyMap<ContenderName, Medians>): readonly Row[] {
  const line = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(columnWidth)).join('')
  const values = (figure: Figure, digits: number): string =>
    line(names.map((name) => (medians.get(name)?.[figure] ?? 0).toFixed(digits)))
  return [['', line(names)], ...figures.map(([figure, label, digits]): Row => [label, values(figure, digits)])]
}

function picture(label: string, names: readonly ContenderName[], of: (name: ContenderName) => number): readonly Row[] {
  const most = Math.max(1e-9, ...names.map(of))
  return [
    [label, ''],
    ...names.map((name): Row => [`  ${name}`, `${blocks((of(name) / most) * pictureWidth)} ${of(name)}`]),
    ['', ''],
  ]
}

function blocks(width: number): string {
  const steps = Math.max(1, Math.round(width * 8))
  return '█'.repeat(Math.floor(steps / 8)) + (eighths[steps % 8] as string)
}

function verdicts(judgements: readonly Judgement[], viewErrors: number): readonly Row[] {
  const rows = judgements.map((judgement): Row => {
    const { label, kind, limit, aim, measured, holds, reachesAim, unit } = judgement
    const verdict =
      holds === null ? 'not measured' : !holds ? 'missed' : reachesAim === true ? 'holds, aim reached' : 'holds'
    const shown = measured === null ? '-' : write(measured, unit)
    const text = `${kind} ${write(limit, unit)}, aim ${write(aim, unit)}: ${shown}, ${verdict}`
    return holds === null ? [label, text] : [label, text, holds ? 'good' : 'bad']
  })
  return [...rows, ['view errors', `${viewErrors}`, viewErrors === 0 ? 'good' : 'bad']]
}

/** A ratio below 1 as people say it: 1/4. */
function write(value: number, unit: Judgement['unit']): string {
  if (unit !== 'ratio') return `${round(value, 2)} ${unit}`.trim()
  return value < 1 ? `1/${round(1 / value, 2)}` : `${round(value, 2)} x`
}
