import { errorCatalogue, inboundFrameBytesMax, ServerFrame, ServerJoinAck } from '@worldkeep/wire'
import type { Game } from '@worldkeep/world'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pongsPerTickMax } from '../core/limits.ts'
import { TestClient } from './test-client.ts'

/** One transport under test: how a client connects, and how time passes. */
export interface TransportHarness {
  readonly game: Game
  connect(client: TestClient): Promise<void>
  /** Lets ticks pass until `isDone` answers true; fails the test when it never does. */
  until(isDone: () => boolean, what: string): Promise<void>
  /** Sessions the tick knows, those in their grace included. */
  sessions(): number
  sessionsInGrace(): number
  dispose(): Promise<void>
}

/** What every transport of a node promises. Run by each adapter. */
export function transportContract(name: string, create: () => Promise<TransportHarness>): void {
  describe(`transport contract: ${name}`, () => {
    let harness: TransportHarness
    beforeEach(async () => {
      harness = await create()
    })
    afterEach(() => harness.dispose())

    async function join(playerName: string): Promise<TestClient> {
      const client = new TestClient(harness.game)
      await harness.connect(client)
      client.hello(`player:${playerName}`)
      await harness.until(() => client.frames.length > 0, `${playerName} gets a frame`)
      return client
    }

    test('[TRANSPORT-1] the first two messages after hello are the join acknowledgement and a whole view', async () => {
      const client = await join('ada')
      expect(client.kinds.slice(0, 2)).toEqual([ServerJoinAck.kind, ServerFrame.kind])
      expect(client.kinds.filter((kind) => kind === ServerJoinAck.kind)).toHaveLength(1)
      expect(client.model?.entities.size).toBe(5)
      expect(client.malformed).toBe(false)
    })

    test('[TRANSPORT-2] messages arrive whole and in order, both ways', async () => {
      const client = await join('ada')
      // As many as are answered between two ticks.
      for (let echo = 1; echo <= pongsPerTickMax; echo++) client.ping(echo)
      await harness.until(() => client.pongs.length === pongsPerTickMax, 'all pongs')
      expect(client.pongs.map(({ echo }) => echo)).toEqual(
        Array.from({ length: pongsPerTickMax }, (_, index) => index + 1),
      )
    })

    test('[TRANSPORT-3] a message over the limit ends its connection and no other', async () => {
      const [ada, eve] = [await join('ada'), await join('eve')]
      eve.wire.send(new Uint8Array(inboundFrameBytesMax + 1).fill(4))
      await harness.until(() => !eve.open, 'the connection ends')
      expect(eve.closeCode).toBe(errorCatalogue.frame_too_large.closeCode)
      ada.ping(7)
      await harness.until(() => ada.pongs.length === 1, 'the other goes on')
    })

    test('[TRANSPORT-4] a refusal says why before the connection closes with its code', async () => {
      const client = new TestClient(harness.game)
      await harness.connect(client)
      client.hello('not a token')
      await harness.until(() => !client.open, 'the connection ends')
      expect(client.lastWord?.code).toBe(errorCatalogue.token_invalid.number)
      expect(client.closeCode).toBe(errorCatalogue.token_invalid.closeCode)
    })

    test('[TRANSPORT-5] a connection that drops leaves its session in grace', async () => {
      const client = await join('ada')
      client.wire.close()
      await harness.until(() => harness.sessionsInGrace() === 1, 'the grace')
      expect(harness.sessions()).toBe(1)
    })

    test('[TRANSPORT-6] a goodbye ends the session at once', async () => {
      const client = await join('ada')
      client.leave()
      await harness.until(() => harness.sessions() === 0, 'the end of the session')
      await harness.until(() => !client.open, 'the connection ends')
      expect(client.closeCode).toBe(1000)
    })

    test('[TRANSPORT-7] an input moves the own body, and the frame that shows it acknowledges it', async () => {
      const client = await join('ada')
      const seq = client.input({ x: 1, z: 0 })
      await harness.until(() => client.frames.at(-1)?.inputAck === seq, 'the acknowledgement')
      const handle = client.joinAck?.entity ?? 0
      expect(client.model?.entityOf(handle)?.track.velocity().xMps).toBe(4)
    })
  })
}
