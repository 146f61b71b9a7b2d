import { parentPort, workerData } from 'node:worker_threads'
import { Crowd } from '@worldkeep/server/testing/crowd'

/*
 * Two crowds that do the same, one recorded and one not, in turns of a few seconds of their time: whatever else the
 * machine does hits both.
 */

export interface RecordOptions {
  readonly sessions: number
  readonly entities: number
  readonly ticks: number
  readonly checkpointIntervalTicks: number
}

export interface RecordMeasurement {
  /** Duration of every tick, by round. */
  readonly offMs: readonly Float32Array[]
  readonly onMs: readonly Float32Array[]
  /** Of the ticks among `onMs` that wrote a checkpoint. */
  readonly checkpointTicksMs: readonly number[]
  readonly recordedBytes: number
}

const durationsMax = 16_384
const warmUpTicks = 4_000
const turnTicks = 50

/** A crowd, and how long its ticks took. */
class Runner {
  readonly crowd: Crowd
  readonly checkpointTicksMs: number[] = []
  readonly #durations = new Float32Array(durationsMax)

  constructor(options: ConstructorParameters<typeof Crowd>[0]) {
    this.crowd = new Crowd({ ...options, clock: 'system', tickDurations: this.#durations })
    this.crowd.join()
  }

  run(into: Float32Array, from: number): void {
    const { crowd } = this
    for (let i = from; i < from + turnTicks; i++) {
      const checkpoints = crowd.checkpoints
      crowd.step()
      const tookMs = this.#durations[(crowd.board.read('ticks') - 1) & (durationsMax - 1)] as number
      into[i] = tookMs
      if (crowd.checkpoints > checkpoints) this.checkpointTicksMs.push(tookMs)
    }
  }
}

function measure(options: RecordOptions): RecordMeasurement {
  const { checkpointIntervalTicks, ...rest } = options
  const off = new Runner(rest)
  const on = new Runner(options)
  const roundTicks = checkpointIntervalTicks
  const rounds = Math.max(3, Math.ceil(options.ticks / roundTicks))
  const scratch = new Float32Array(warmUpTicks)
  for (let at = 0; at < warmUpTicks; at += turnTicks) {
    off.run(scratch, at)
    on.run(scratch, at)
  }
  on.checkpointTicksMs.length = 0
  const before = on.crowd.recordedBytes
  const offMs: Float32Array[] = []
  const onMs: Float32Array[] = []
  for (let round = 0; round < rounds; round++) {
    const [offRound, onRound] = [new Float32Array(roundTicks), new Float32Array(roundTicks)]
    for (let at = 0; at < roundTicks; at += turnTicks) {
      // Who goes first changes with every turn.
      const isOffFirst = (at / turnTicks + round) % 2 === 0
      if (isOffFirst) off.run(offRound, at)
      on.run(onRound, at)
      if (!isOffFirst) off.run(offRound, at)
    }
    offMs.push(offRound)
    onMs.push(onRound)
  }
  const recordedBytes = on.crowd.recordedBytes - before
  return { offMs, onMs, checkpointTicksMs: on.checkpointTicksMs, recordedBytes }
}

parentPort?.postMessage(measure(workerData as RecordOptions))
