// Commits for ever and prints each revision once it is acknowledged, until it is killed or the store fails.
import { writeSync } from 'node:fs'
// By its name, so that the built package runs: a process of its own has nobody to compile for it.
import { createStore, StoreUnavailable } from '@worldkeep/store'

const store = createStore(JSON.parse(process.argv[2] ?? '{}'))
const { epoch } = await store.open()
const stored = await store.loadPlayer('ada')

try {
  for (let revision = (stored?.revision ?? 0) + 1; ; revision++) {
    await store.commit([batchOf(revision)])
    // Synchronous: an acknowledgement that stays in a buffer was never given.
    writeSync(1, `${revision}\n`)
  }
} catch (error) {
  // A store that went away is how some of these tests end; anything else should be seen.
  if (!(error instanceof StoreUnavailable)) throw error
  process.exit(0)
}

/** One save and one action, which must both be there or neither. */
function batchOf(revision) {
  const documents = { inventory: [], equipment: {}, skills: {} }
  const place = { zone: 'overworld', xCm: revision, zCm: 0 }
  const player = { playerId: 'ada', name: 'Ada', ...place, revision, components: {}, documents }
  const action = { sessionId: 'crash', playerId: 'ada', seq: revision, kind: 'equip', payload: null, resultCode: 0 }
  return { epoch, tick: revision, players: [player], actions: [{ ...action, tick: revision }] }
}
