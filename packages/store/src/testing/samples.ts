import type { ActionRecord, PlayerState, TickBatch } from '../port.ts'

/** A plain player; say only what the test is about. */
export function playerOf(playerId: string, changes: Partial<PlayerState> = {}): PlayerState {
  return {
    playerId,
    name: `name of ${playerId}`,
    zone: 'overworld',
    xCm: 100,
    zCm: -200,
    revision: 1,
    components: { health: { current: 10, max: 10 } },
    documents: { inventory: [], equipment: {}, skills: {} },
    ...changes,
  }
}

export function actionOf(sessionId: string, seq: number, changes: Partial<ActionRecord> = {}): ActionRecord {
  return {
    sessionId,
    seq,
    playerId: 'ada',
    kind: 'equip',
    payload: { slot: 'hand' },
    resultCode: 0,
    tick: 1,
    ...changes,
  }
}

export function batchOf(epoch: number, changes: Partial<TickBatch> = {}): TickBatch {
  return { epoch, tick: 1, players: [], actions: [], ...changes }
}
