import type pg from 'pg'
import type { ActionRow, PlayerRow } from '../rows.ts'

/** One INSERT per call, its columns as arrays: one round trip and one plan for any number of rows. */

export async function upsertPlayers(client: pg.ClientBase, rows: readonly PlayerRow[]): Promise<void> {
  await client.query(
    `INSERT INTO player_state
       (player_id, name, zone, x_cm, z_cm, revision, components, inventory, equipment, skills, updated_at)
     SELECT *, now() FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
       $7::jsonb[], $8::jsonb[], $9::jsonb[], $10::jsonb[])
     ON CONFLICT (player_id) DO UPDATE SET
       name = excluded.name, zone = excluded.zone, x_cm = excluded.x_cm, z_cm = excluded.z_cm,
       revision = excluded.revision, components = excluded.components, inventory = excluded.inventory,
       equipment = excluded.equipment, skills = excluded.skills, updated_at = excluded.updated_at
     WHERE excluded.revision > player_state.revision`,
    columns(
      rows,
      ...(['playerId', 'name', 'zone', 'xCm', 'zCm', 'revision'] as const),
      ...(['components', 'inventory', 'equipment', 'skills'] as const),
    ),
  )
}

export async function insertActions(client: pg.ClientBase, rows: readonly ActionRow[]): Promise<void> {
  await client.query(
    `INSERT INTO action_log (session_id, seq, player_id, kind, payload, result_code, epoch, tick, at)
     SELECT *, now() FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::jsonb[], $6::bigint[],
       $7::bigint[], $8::bigint[])
     ON CONFLICT (session_id, seq) DO NOTHING`,
    columns(rows, 'sessionId', 'seq', 'playerId', 'kind', 'payload', 'resultCode', 'epoch', 'tick'),
  )
}

/** Documents as text: both adapters then share one decoder. */
export const selectPlayer = `
  SELECT player_id AS "playerId", name, zone, x_cm AS "xCm", z_cm AS "zCm", revision,
    components::text, inventory::text, equipment::text, skills::text
  FROM player_state WHERE player_id = $1`

function columns<Row>(rows: readonly Row[], ...names: readonly (keyof Row)[]): Row[keyof Row][][] {
  return names.map((name) => rows.map((row) => row[name]))
}
