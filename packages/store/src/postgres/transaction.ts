import type pg from 'pg'
import { staleEpoch } from '../write-set.ts'

/**
 * BEGIN and the fence in one round trip. FOR SHARE holds the epoch still until this commit ends, so a new owner's epoch
 * comes wholly before or wholly after it. The setting protects against a server configured to acknowledge unsynced
 * commits; stricter ones (remote_apply) are left as they are.
 */
const beginFenced = `
  BEGIN;
  SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
  SELECT epoch FROM world_epoch FOR SHARE`

/** All of `body` or none of it, under the owner's epoch. Throws `StoreRefused` when the epoch is no longer ours. */
export async function inFencedTransaction(
  pool: pg.Pool,
  ownEpoch: number,
  body: (client: pg.ClientBase) => Promise<void>,
): Promise<void> {
  const client = await pool.connect()
  try {
    // Several statements in one text give one result each; the declared type knows only the single one.
    const results = (await client.query<{ epoch: string }>(beginFenced)) as unknown as pg.QueryResult<{
      epoch: string
    }>[]
    const storeEpoch = Number(results[2]?.rows[0]?.epoch)
    if (storeEpoch !== ownEpoch) throw staleEpoch({ writeEpoch: ownEpoch, storeEpoch })
    await body(client)
    await client.query('COMMIT')
  } catch (cause) {
    // The connection goes with the failure: it may still be executing, and closing it rolls back in any case.
    client.release(true)
    throw cause
  }
  client.release()
}
