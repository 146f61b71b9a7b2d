import { Random } from '@worldkeep/kernel'
import { afterEach, expect, test } from 'vitest'
import { SimulatedNode } from '../src/testing/simulated-node.ts'
import { CloakSelf, createHall, Earn, Enter, type Hall, JoinTeam, MarkSelf } from './hall.ts'
import { type Guest, join, resume } from './party.ts'
import { expectTruth } from './truth.ts'

let node: SimulatedNode

afterEach(() => node.dispose())

const names = ['ada', 'eve', 'bob', 'kim']

/** A tick of which the gateway takes nothing, and the time it costs. */
async function tickUndrained(ms: number): Promise<void> {
  await node.deliver()
  node.tick.tick()
  node.clock.advanceMs(ms)
}

interface Weather {
  readonly seed: number
  readonly hides: boolean
  readonly farRadiusCells: number
  readonly viewEntitiesMax: number
  /** Chances in a hundred per tick. */
  readonly stall: number
  readonly late: number
  readonly drop: number
}

/** Readers that stall, a gateway that is late, mailboxes that are full, connections that break: for so many ticks. */
async function live(hall: Hall, guests: Guest[], weather: Weather): Promise<void> {
  const random = new Random(weather.seed)
  for (let tick = 0; tick < 250; tick++) {
    for (let i = 0; i < guests.length; i++) {
      const guest = guests[i] as Guest
      if (random.below(100) < 12) guest.client.input({ x: random.between(-1, 1), z: random.between(-1, 1) })
      if (weather.hides && random.below(100) < 6) act(guest, random)
      if (random.below(100) < weather.stall) guest.loopback.stalled = !guest.loopback.stalled
      if (random.below(100) < weather.drop) {
        guests[i] = await resume(node, guest, names[i] as string, { awayTicks: random.below(12) })
      }
    }
    if (random.below(100) < weather.late) for (let late = random.below(9); late >= 0; late--) await tickUndrained(50)
    await node.step()
    for (const { client } of guests) expect(client.malformed, `at tick ${node.tick.world.tick()}`).toBe(false)
  }
  for (const { loopback, client } of guests) {
    loopback.stalled = false
    client.input({ x: 0, z: 0 })
  }
  hall.unrest = 0
}

function act({ client }: Guest, random: Random): void {
  const what = random.below(5)
  if (what === 0) client.command(Enter, { room: random.below(3) })
  else if (what === 1) client.command(JoinTeam, { team: random.below(3) })
  else if (what === 2) client.command(MarkSelf, { team: random.below(3) })
  else if (what === 3) client.command(CloakSelf, { depth: random.below(2) })
  else client.command(Earn, { coins: 1 + random.below(9) })
}

const calm = { farRadiusCells: 0, viewEntitiesMax: 1000, stall: 0, late: 0, drop: 0 }

test.each([
  ['slow readers', { ...calm, stall: 8 }],
  ['a late gateway', { ...calm, late: 15 }],
  ['broken connections', { ...calm, drop: 2 }],
  ['everything at once', { ...calm, stall: 5, late: 10, drop: 1 }],
  ['everything at once, with a far ring', { ...calm, farRadiusCells: 2, stall: 5, late: 10, drop: 1 }],
  ['everything at once, in a crowd', { ...calm, viewEntitiesMax: 40, stall: 5, late: 10, drop: 1 }],
])(
  '[FLOOD-29] no view is ever malformed, and all are true in the end: %s (C-047, X-18)',
  async (_what, weather) => {
    for (let seed = 1; seed <= 4; seed++) {
      // What is hidden is not known of an earlier frame: then views begin anew instead of going on.
      const hides = seed % 2 === 0
      const hall = createHall({ others: 200, unrest: 30, hides })
      node = await SimulatedNode.start({
        game: hall.game,
        config: {
          ...{ farRadiusCells: weather.farRadiusCells, viewEntitiesMax: weather.viewEntitiesMax },
          ...{ sendBacklogBytesMax: 256, pongTimeoutMs: 600_000, idleTimeoutMs: 600_000 },
        },
        mailboxes: { outbound: { byteLength: 1 << 16, recordsMax: 512 } },
      })
      const guests: Guest[] = []
      for (const name of names) guests.push(await join(node, hall.game, name))
      await live(hall, guests, { ...weather, seed, hides })
      // A beat of the far ring and more.
      await node.steps(12)
      for (const guest of guests) expectTruth(node, guest, { part: weather.viewEntitiesMax < 1000 ? 'shown' : 'all' })
      if (!hides) expect(node.tickBoard.read('viewsRewound')).toBeGreaterThan(5)
      if (seed < 4) await node.dispose()
    }
  },
  60_000,
)
