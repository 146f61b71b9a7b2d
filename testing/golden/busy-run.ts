import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { RecordedRun, SimulatedNode, TestClient } from '@worldkeep/server/testing'
import { createGame, Earn, Health, Hit } from '@worldkeep/testing/golden-game'
import type { Game } from '@worldkeep/world'

/* The script behind the golden recordings: a busy node, the same ticks at every rate. */

export const busyRatesHz = [10, 20, 60] as const
export const busyTicks = 600
const checkpointIntervalTicks = 150
/** From the root of the repository, where `worldkeep replay` is called. */
const gameModule = 'testing/dist/golden/busy-game.js'

export function busyFile(tickHz: number): string {
  return fileURLToPath(new URL(`busy-${tickHz}hz-600ticks.wkr`, import.meta.url))
}

/** Replaces the recordings; see README.md for when that is right. */
export async function recordBusyRuns(): Promise<void> {
  for (const tickHz of busyRatesHz) {
    rmSync(busyFile(tickHz), { force: true })
    await liveBusyRun(tickHz, busyFile(tickHz))
  }
}

/** Lives the script from boot on; the state hash of each tick, sixteen hex digits. Records it where `path` says so. */
export async function liveBusyRun(tickHz: number, path?: string, game = createGame()): Promise<readonly string[]> {
  const config = { tickHz, snapshotHz: tickHz, graceS: 3, checkpointIntervalS: 5, sessionsMax: 8 }
  const node = await SimulatedNode.start({ game, config, record: { checkpointIntervalTicks } })
  const run = path === undefined ? null : new RecordedRun(node, { game, module: gameModule, path })
  const hashes: string[] = []
  try {
    const script = new BusyScript(node, game)
    for (let tick = 1; tick <= busyTicks; tick++) {
      script.act(tick)
      await node.step()
      hashes.push(node.tick.world.stateHash.total.hex())
      run?.drain()
    }
  } finally {
    run?.close()
    await node.dispose()
  }
  return hashes
}

/** Who does what before which tick. */
class BusyScript {
  readonly #node: SimulatedNode
  readonly #game: Game
  readonly #guests = new Map<string, TestClient>()

  constructor(node: SimulatedNode, game: Game) {
    this.#node = node
    this.#game = game
  }

  act(tick: number): void {
    if (tick === 2) this.#join('ada')
    if (tick === 5) this.#join('eve')
    if (tick === 120) this.#join('bob')
    // Ada's connection drops, and she is back within her grace.
    if (tick === 200) this.#guests.get('ada')?.wire.close()
    if (tick === 212) this.#join('ada', this.#guests.get('ada')?.joinAck?.resumeToken)
    if (tick === 300) this.#guests.get('eve')?.leave()
    // Bob never comes back: his body goes with the end of his grace.
    if (tick === 320) this.#guests.get('bob')?.wire.close()
    if (tick === 400) this.#join('eve')
    for (const [index, name] of ['ada', 'eve', 'bob'].entries()) this.#play(this.#guests.get(name), tick, index)
  }

  #play(guest: TestClient | undefined, tick: number, index: number): void {
    if (guest === undefined || !guest.open || guest.model === null) return
    if (tick % 4 === index) guest.input({ x: ((tick + index) % 7) / 3 - 1, z: ((tick * 3 + index) % 5) / 2 - 1 })
    if (tick % 9 === index) guest.command(Hit, { target: this.#target(guest) })
    if (tick % 25 === index) guest.command(Earn, { amount: tick })
    // Refused, and told so.
    if (tick % 50 === index) guest.command(Earn, { amount: 0 })
  }

  /** The weakest that is seen, the lower handle of two: no order of arrival matters. */
  #target(guest: TestClient): number {
    let [target, health] = [0, Number.POSITIVE_INFINITY]
    for (const seen of guest.model?.entities.values() ?? []) {
      const current = guest.model?.row(seen, Health)?.current ?? Number.POSITIVE_INFINITY
      if (current > health || (current === health && seen.handle > target)) continue
      target = seen.handle
      health = current
    }
    return target
  }

  #join(name: string, resume = ''): void {
    const guest = new TestClient(this.#game)
    const loopback = this.#node.connect(guest)
    guest.wire = { send: (bytes) => loopback.sendToServer(bytes), close: () => loopback.closeByClient() }
    guest.hello(`player:${name}`, { resume })
    this.#guests.set(name, guest)
  }
}
