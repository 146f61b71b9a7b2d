import type { WorldClient } from '@worldkeep/client'
import { seqIsNewer } from '@worldkeep/kernel'
import type { Walk } from '@worldkeep/meadow'
import { build } from 'hdr-histogram-js'

/** Inputs one client can have on the way: three seconds of them; older ones are not measured. */
const inFlightMax = 32

/** From sending an input to the frame that acknowledges it, over all clients. Counts while `open`. */
export class AckMeter {
  open = false
  readonly #histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  })

  watch(client: WorldClient<typeof Walk>): void {
    const seqs: number[] = []
    const sentMs: number[] = []
    client.onInput((seq) => {
      if (seqs.length === inFlightMax) {
        seqs.shift()
        sentMs.shift()
      }
      seqs.push(seq)
      sentMs.push(performance.now())
    })
    client.onFrame((_tick, inputAck) => {
      if (inputAck === null) return
      const nowMs = performance.now()
      while (seqs.length > 0 && !seqIsNewer(seqs[0], inputAck)) {
        seqs.shift()
        const tookMs = nowMs - (sentMs.shift() as number)
        if (this.open) this.#histogram.recordValue(Math.max(1, Math.round(tookMs * 1000)))
      }
    })
  }

  percentileMs(percentile: number): number {
    return this.#histogram.getValueAtPercentile(percentile) / 1000
  }
}
