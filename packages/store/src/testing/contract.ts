import { afterEach, describe, expect, test } from 'vitest'
import { StoreCorrupt, StoreErrorCode, StoreLocationUnusable, StoreRefused, StoreUnavailable } from '../errors.ts'
import { commitRowsMax, documentCharsMax, documentDepthMax, nameCharsMax, playerIdCharsMax } from '../limits.ts'
import type { Json, PlayerState, WorldStore } from '../port.ts'
import { actionOf, batchOf, playerOf } from './samples.ts'

/** How the suite makes and breaks one adapter's store. */
export interface StoreHarness {
  /** A store, not opened, at a fresh and empty location. */
  create(): Promise<WorldStore>
  /** Another store, not opened, at the location of the last `create()`. Leaves the former as it is. */
  reopen(): Promise<WorldStore>
  /** Closes every store made since the last call and removes their locations. */
  dispose(): Promise<void>
  /** Makes the saved components of one player unreadable, behind the store's back. Called while no store is open. */
  corrupt(playerId: string): Promise<void>
  /** What a second `open()` of a location that is open does (STORE-12). */
  readonly secondOpen: 'refused' | 'takes over'
}

/** Rules STORE-1 to STORE-12 of `docs/spec/store.md`, for one adapter. */
export function storeContract(name: string, harness: StoreHarness): void {
  describe(`store contract: ${name}`, () => {
    afterEach(() => harness.dispose())

    const openFresh = async () => {
      const store = await harness.create()
      return { store, ...(await store.open()) }
    }
    const openAgain = async (former: WorldStore) => {
      await former.close()
      const store = await harness.reopen()
      return { store, ...(await store.open()) }
    }

    test('[STORE-1] everything of a player comes back as it was written', async () => {
      const { store, epoch } = await openFresh()
      const players = roundTripPlayers()
      await store.commit([batchOf(epoch, { players: players.slice(0, 2) })])
      await store.savePlayers(players.slice(2))
      for (const player of players) expect(await store.loadPlayer(player.playerId)).toEqual(player)
      expect(await store.countPlayers()).toBe(players.length)
    })

    test('[STORE-1] actions are counted by session, whatever their payload', async () => {
      const { store, epoch } = await openFresh()
      const payloads: readonly Json[] = [null, 'text "quoted" \\ {}', 1.5, [1, [2]], { deep: { er: true } }]
      const actions = payloads.map((payload, seq) => actionOf('session a', seq, { payload, resultCode: -seq }))
      await store.commit([batchOf(epoch, { actions: [...actions, actionOf('session b', 0)] })])
      expect(await store.countActions('session a')).toBe(payloads.length)
      expect(await store.countActions('session b')).toBe(1)
      expect(await store.countActions('session c')).toBe(0)
    })

    test('[STORE-2] an unknown player is null', async () => {
      const { store } = await openFresh()
      expect(await store.loadPlayer('nobody')).toBeNull()
      expect(await store.countPlayers()).toBe(0)
    })

    test('[STORE-3] committing the same batches again changes nothing', async () => {
      const { store, epoch } = await openFresh()
      const batches = [
        batchOf(epoch, { tick: 1, players: [playerOf('ada', { revision: 1 })], actions: [actionOf('s', 1)] }),
        batchOf(epoch, { tick: 2, players: [playerOf('ada', { revision: 2, xCm: 7 })], actions: [actionOf('s', 2)] }),
      ]
      for (let attempt = 0; attempt < 3; attempt++) await store.commit(batches)
      expect(await store.loadPlayer('ada')).toEqual(playerOf('ada', { revision: 2, xCm: 7 }))
      expect(await store.countActions('s')).toBe(2)
    })

    test('[STORE-4] an older or equal revision never overwrites', async () => {
      const { store, epoch } = await openFresh()
      const newest = playerOf('ada', { revision: 5, zone: 'cave' })
      await store.savePlayers([newest])
      await store.savePlayers([playerOf('ada', { revision: 5, zone: 'equal' })])
      await store.savePlayers([playerOf('ada', { revision: 4, zone: 'older' })])
      await store.commit([batchOf(epoch, { players: [playerOf('ada', { revision: 3, zone: 'oldest' })] })])
      expect(await store.loadPlayer('ada')).toEqual(newest)
    })

    test('[STORE-5] one refused row refuses the whole commit', async () => {
      const { store, epoch } = await openFresh()
      await store.savePlayers([playerOf('ada')])
      const good = batchOf(epoch, { players: [playerOf('ada', { revision: 2 })], actions: [actionOf('s', 1)] })
      const refusedRows = [
        batchOf(epoch, { tick: 2, players: [playerOf('x'.repeat(playerIdCharsMax + 1))] }),
        batchOf(epoch, { tick: 2, players: [playerOf('bob', { name: 'x'.repeat(nameCharsMax + 1) })] }),
        batchOf(epoch, { tick: 2, players: [playerOf('bob', { revision: -1 })] }),
        batchOf(epoch, { tick: 2, actions: [actionOf('s', 2), actionOf('', 3)] }),
      ]
      for (const refused of refusedRows) {
        const error = await rejectionOf(store.commit([good, refused]))
        expect(error).toBeInstanceOf(StoreRefused)
        expect(error).toMatchObject({ code: StoreErrorCode.ConstraintFailed, retryable: false })
      }
      expect(await store.loadPlayer('ada')).toEqual(playerOf('ada'))
      expect(await store.countPlayers()).toBe(1)
      expect(await store.countActions('s')).toBe(0)
      await store.commit([good])
      expect(await store.countActions('s')).toBe(1)
    })

    test('[STORE-6] the newest revision inside one commit wins, whatever the order', async () => {
      const { store, epoch } = await openFresh()
      const revisions = [3, 1, 9, 4, 9]
      const batches = revisions.map((revision, tick) =>
        batchOf(epoch, { tick, players: [playerOf('ada', { revision, xCm: revision }), playerOf(`other ${tick}`)] }),
      )
      await store.commit(batches)
      expect(await store.loadPlayer('ada')).toEqual(playerOf('ada', { revision: 9, xCm: 9 }))
      expect(await store.countPlayers()).toBe(1 + revisions.length)
    })

    test('[STORE-7] what was committed or saved is there after a reopen', async () => {
      const first = await openFresh()
      await first.store.commit([batchOf(first.epoch, { players: [playerOf('ada')], actions: [actionOf('s', 1)] })])
      await first.store.savePlayers([playerOf('bob')])
      const second = await openAgain(first.store)
      expect(await second.store.loadPlayer('ada')).toEqual(playerOf('ada'))
      expect(await second.store.loadPlayer('bob')).toEqual(playerOf('bob'))
      expect(await second.store.countActions('s')).toBe(1)
    })

    test('[STORE-8] every open starts a greater epoch, and a write of another epoch is refused', async () => {
      let { store, epoch } = await openFresh()
      for (let count = 0; count < 3; count++) {
        const next = await openAgain(store)
        expect(next.epoch).toBeGreaterThan(epoch)
        for (const wrongEpoch of [epoch, next.epoch + 1]) {
          const error = await rejectionOf(next.store.commit([batchOf(wrongEpoch, { players: [playerOf('ada')] })]))
          expect(error).toMatchObject({ code: StoreErrorCode.EpochStale, retryable: false })
        }
        expect(await next.store.loadPlayer('ada')).toBeNull()
        ;({ store, epoch } = next)
      }
    })

    test('[STORE-9] 2,000 players and as many actions commit as one', async () => {
      const { store, epoch } = await openFresh()
      const ids = Array.from({ length: 2_000 }, (_, index) => `player ${index}`)
      const players = ids.map((id, index) => playerOf(id, { xCm: index }))
      await store.commit([batchOf(epoch, { players, actions: ids.map((_, seq) => actionOf('s', seq)) })])
      expect(await store.countPlayers()).toBe(2_000)
      expect(await store.countActions('s')).toBe(2_000)
      expect(await store.loadPlayer('player 1999')).toEqual(players[1_999])
    })

    test('[STORE-9] more rows than the limit are refused before any is written', async () => {
      const { store } = await openFresh()
      const players = Array.from({ length: commitRowsMax + 1 }, (_, index) => playerOf(`player ${index}`))
      expect(await rejectionOf(store.savePlayers(players))).toMatchObject({ code: StoreErrorCode.TooLarge })
      expect(await store.countPlayers()).toBe(0)
    })

    test('[STORE-10] a value that would not come back as it was is refused', async () => {
      const { store } = await openFresh()
      const documents = playerOf('ada').documents
      const withInventory = (inventory: Json) => playerOf('ada', { documents: { ...documents, inventory } })
      const unstorable: readonly PlayerState[] = [
        playerOf('ada', { name: 'nul \0' }),
        playerOf('ada', { name: 'half \ud83d' }),
        playerOf('ada', { xCm: 0.5 }),
        playerOf('ada', { revision: Number.NaN }),
        playerOf('ada', { components: { health: { current: Number.POSITIVE_INFINITY } } }),
        withInventory(['nul \0']),
        withInventory({ 'half \udc00': 1 }),
        withInventory([Number.NaN]),
        withInventory(nested(documentDepthMax + 1)),
      ]
      for (const player of unstorable) {
        const error = await rejectionOf(store.savePlayers([playerOf('bob'), player]))
        expect(error).toMatchObject({ code: StoreErrorCode.ValueUnstorable })
      }
      const tooLong = store.savePlayers([withInventory('x'.repeat(documentCharsMax))])
      expect(await rejectionOf(tooLong)).toMatchObject({ code: StoreErrorCode.TooLarge })
      expect(await store.countPlayers()).toBe(0)
      await store.savePlayers([withInventory(nested(documentDepthMax))])
      expect(await store.loadPlayer('ada')).toEqual(withInventory(nested(documentDepthMax)))
    })

    test('[STORE-11] a corrupt player is an error of its own, and reading changes nothing', async () => {
      const first = await openFresh()
      await first.store.savePlayers([playerOf('ada', { revision: 8 }), playerOf('bob')])
      await first.store.close()
      await harness.corrupt('ada')
      const second = await openAgain(first.store)
      for (let attempt = 0; attempt < 2; attempt++) {
        const error = await rejectionOf(second.store.loadPlayer('ada'))
        expect(error).toBeInstanceOf(StoreCorrupt)
        expect(error).toMatchObject({ code: StoreErrorCode.PlayerCorrupt, retryable: false })
        expect(String(error)).toContain('ada')
      }
      await second.store.savePlayers([playerOf('ada', { revision: 1 })])
      expect(await rejectionOf(second.store.loadPlayer('ada'))).toBeInstanceOf(StoreCorrupt)
      expect(await second.store.loadPlayer('bob')).toEqual(playerOf('bob'))
    })

    test(`[STORE-12] a second open of the same location: ${harness.secondOpen}`, async () => {
      const first = await openFresh()
      const rival = await harness.reopen()
      const refusedWrite = (store: WorldStore, epoch: number) =>
        rejectionOf(store.commit([batchOf(epoch, { players: [playerOf('ada')], actions: [actionOf('s', 1)] })]))
      if (harness.secondOpen === 'refused') {
        const error = await rejectionOf(rival.open())
        expect(error).toBeInstanceOf(StoreLocationUnusable)
        expect(error).toMatchObject({ code: StoreErrorCode.LocationInUse })
        await first.store.commit([batchOf(first.epoch, { players: [playerOf('ada')] })])
        await first.store.close()
        expect((await rival.open()).epoch).toBeGreaterThan(first.epoch)
        return
      }
      const { epoch } = await rival.open()
      expect(await refusedWrite(first.store, first.epoch)).toMatchObject({ code: StoreErrorCode.EpochStale })
      expect(await rejectionOf(first.store.savePlayers([playerOf('ada')]))).toBeInstanceOf(StoreRefused)
      expect(await rejectionOf(first.store.ping())).toBeInstanceOf(StoreRefused)
      expect(await rival.countPlayers()).toBe(0)
      await rival.commit([batchOf(epoch, { players: [playerOf('ada')] })])
      expect(await rival.countPlayers()).toBe(1)
    })

    test('[STORE-15] ping answers while open; before open and after close every call says so', async () => {
      const store = await harness.create()
      expect(await rejectionOf(store.ping())).toMatchObject({ code: StoreErrorCode.NotOpen })
      const { epoch } = await store.open()
      await store.ping()
      expect(await store.open()).toEqual({ epoch })
      await store.close()
      await store.close()
      const calls = [
        store.ping(),
        store.loadPlayer('ada'),
        store.commit([]),
        store.savePlayers([]),
        store.countPlayers(),
      ]
      for (const call of calls) {
        const error = await rejectionOf(call)
        expect(error).toBeInstanceOf(StoreUnavailable)
        expect(error).toMatchObject({ code: StoreErrorCode.NotOpen })
      }
    })

    test('[STORE-16] both lanes may write the same players at once', async () => {
      const { store, epoch } = await openFresh()
      const ids = Array.from({ length: 50 }, (_, index) => `player ${index}`)
      const writes = Array.from({ length: 20 }, (_, revision) => {
        const players = ids.map((id) => playerOf(id, { revision, xCm: revision }))
        const isDurableLane = revision % 2 === 0
        return isDurableLane ? store.commit([batchOf(epoch, { players })]) : store.savePlayers([...players].reverse())
      })
      await Promise.all(writes)
      for (const id of ids) expect(await store.loadPlayer(id)).toEqual(playerOf(id, { revision: 19, xCm: 19 }))
    })
  })
}

/** One for each way a value can be lost: scripts, quotes, extremes, empty things. */
function roundTripPlayers(): readonly PlayerState[] {
  return [
    playerOf('plain'),
    {
      playerId: '玩家-🦊-é-"\'\\{},',
      name: 'Ægir 김철수 👩‍👩‍👧 \u202eabc "NULL" \\',
      zone: 'battle room #1',
      xCm: -9_007_199_254_740_991,
      zCm: 9_007_199_254_740_991,
      revision: 9_007_199_254_740_991,
      components: { health: { current: 0.1, max: -0.5, title: '{"a":1}\n\t' }, empty: {}, __proto__x: { é: 'ü' } },
      documents: {
        inventory: { items: [{ id: 'sword', count: 1, tags: ['a', null, true, false] }], caps: [] },
        equipment: [null, 1e21, 5e-7, 'NULL', '', {}],
        skills: { 'with space': 3, '🗡️': { level: 12.5 } },
      },
    },
    playerOf('scalars', { documents: { inventory: null, equipment: 'just text', skills: 3 } }),
    playerOf('x'.repeat(playerIdCharsMax), { name: '', zone: '', revision: 0, components: {} }),
    playerOf('👾'.repeat(playerIdCharsMax), { name: '👾'.repeat(nameCharsMax) }),
    playerOf('NULL', { name: 'NULL', zone: '{NULL}' }),
  ]
}

function nested(depth: number): Json {
  let value: Json = 1
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

/** Resolves to what the promise rejected with; fails the test when it did not. */
async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  return expect.unreachable('the call should have been refused')
}
