import type { TestClient } from '@worldkeep/server/testing'
import { createGame as createWalkers } from '../meadow/game.ts'
import type { Report, Row, Scenario } from '../scenario.ts'
import { round } from '../statistics.ts'
import { directions } from '../versus/walk.ts'
import { crowds } from '../versus/workloads.ts'
import { createGame as createSpinners } from '../versus/worldkeep/game.ts'
import { type ByteCount, countBytes } from './byte-count.ts'

/** Most bytes of an update of place and velocity, and of a visible entity of the meadow, whatever it does. */
const updateBytesMax = 8
const meadowBytesMax = 0.5

/** Players of the meadow, who see what there is to see; and how often one of them turns. */
const meadowClients = 40
const turnEveryTicks = 40

export const bytes: Scenario = {
  summary: 'bytes per visible entity and snapshot, beside full snapshots as JSON and MessagePack',
  defaults: { ticks: 400 },
  run: async ({ entities, sizeM, ticks }, { signal, say }) => {
    say('200 players in one block, who all turn in every tick')
    const turning = await countBytes({ game: createSpinners(crowds['D-turn']), clients: 200, ticks: ticks / 4 })
    signal.throwIfAborted()
    say(`the meadow: ${entities} wanderers on ${sizeM} m, ${meadowClients} players who turn every two seconds`)
    const game = createWalkers({ sizeM, wanderers: entities, coins: 0, villageShare: 0, playersMax: meadowClients })
    const meadow = await countBytes({ game, clients: meadowClients, ticks, act: walk })
    return report(turning, meadow)
  },
}

/** Ten inputs a second, and another direction every two seconds. */
function walk(client: TestClient, tick: number, index: number): void {
  if ((tick + index) % 2 !== 0) return
  const turn = Math.floor((tick + index * 7) / turnEveryTicks)
  const [x, z] = directions[(turn * 5 + index * 3) % directions.length] as readonly [number, number]
  client.input({ x: x / 1000, z: z / 1000 })
}

function report(turning: ByteCount, meadow: ByteCount): Report {
  const isGood =
    turning.bytes <= updateBytesMax && meadow.bytes < meadowBytesMax && turning.viewErrors + meadow.viewErrors === 0
  const result = {
    scenario: 'bytes',
    turning: rounded(turning),
    meadow: rounded(meadow),
    updateBytesMax,
    meadowBytesMax,
  }
  return {
    result,
    rows: [...rows('turning', turning, updateBytesMax), ...rows('meadow', meadow, meadowBytesMax)],
    isGood,
  }
}

function rows(name: string, count: ByteCount, bytesMax: number): readonly Row[] {
  const tone = count.bytes <= bytesMax ? 'good' : 'bad'
  return [
    [name, `${round(count.bytes, 3)} bytes per visible entity and snapshot, at most ${bytesMax}`, tone],
    ['  without framing', `${round(count.payloadBytes, 3)}`],
    ['  as JSON', `${round(count.jsonBytes, 1)}: ${round(count.jsonBytes / count.bytes, 0)} times as many`],
    [
      '  as MessagePack',
      `${round(count.messagePackBytes, 1)}: ${round(count.messagePackBytes / count.bytes, 0)} times as many`,
    ],
    ['  visible entities', `${round(count.visible, 1)}`],
    [
      '  view errors',
      `${count.viewErrors}; furthest from its place ${round(count.maxPositionErrorM, 4)} m`,
      count.viewErrors === 0 ? 'good' : 'bad',
    ],
  ]
}

function rounded(count: ByteCount): { readonly [name: string]: number } {
  return Object.fromEntries(Object.entries(count).map(([name, value]) => [name, round(value as number, 4)]))
}
