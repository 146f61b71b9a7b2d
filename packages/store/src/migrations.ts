/**
 * The schema's history: forward only, never edited once released, one version more each time.
 * A migration is one idea in two dialects, so both adapters are always at the same version.
 */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly sqlite: string
  readonly postgres: string
}

/** Made before anything else is known about a database, so it can never change. */
export const schemaVersionTable = {
  sqlite: `CREATE TABLE IF NOT EXISTS schema_version (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
  ) STRICT`,
  postgres: `CREATE TABLE IF NOT EXISTS schema_version (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
  )`,
} as const

export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'players, actions, epoch',
    // JSON stays TEXT here: the store reads documents whole, and a readable file helps whoever repairs one.
    sqlite: `
      CREATE TABLE player_state (
        player_id TEXT PRIMARY KEY CHECK (length(player_id) BETWEEN 1 AND 64),
        name TEXT NOT NULL CHECK (length(name) <= 64),
        zone TEXT NOT NULL CHECK (length(zone) <= 128),
        x_cm INTEGER NOT NULL,
        z_cm INTEGER NOT NULL,
        revision INTEGER NOT NULL CHECK (revision >= 0),
        components TEXT NOT NULL,
        inventory TEXT NOT NULL,
        equipment TEXT NOT NULL,
        skills TEXT NOT NULL,
        updated_at TEXT NOT NULL
      ) STRICT;
      CREATE TABLE action_log (
        session_id TEXT NOT NULL CHECK (length(session_id) BETWEEN 1 AND 128),
        seq INTEGER NOT NULL CHECK (seq >= 0),
        player_id TEXT NOT NULL CHECK (length(player_id) BETWEEN 1 AND 64),
        kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
        payload TEXT NOT NULL,
        result_code INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        tick INTEGER NOT NULL CHECK (tick >= 0),
        at TEXT NOT NULL,
        PRIMARY KEY (session_id, seq)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE world_epoch (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        epoch INTEGER NOT NULL,
        started_at TEXT NOT NULL
      ) STRICT;
      INSERT INTO world_epoch (id, epoch, started_at) VALUES (1, 0, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
    `,
    postgres: `
      CREATE TABLE player_state (
        player_id TEXT PRIMARY KEY CHECK (length(player_id) BETWEEN 1 AND 64),
        name TEXT NOT NULL CHECK (length(name) <= 64),
        zone TEXT NOT NULL CHECK (length(zone) <= 128),
        x_cm BIGINT NOT NULL,
        z_cm BIGINT NOT NULL,
        revision BIGINT NOT NULL CHECK (revision >= 0),
        components JSONB NOT NULL,
        inventory JSONB NOT NULL,
        equipment JSONB NOT NULL,
        skills JSONB NOT NULL,
        updated_at TIMESTAMPTZ NOT NULL
      );
      CREATE TABLE action_log (
        session_id TEXT NOT NULL CHECK (length(session_id) BETWEEN 1 AND 128),
        seq BIGINT NOT NULL CHECK (seq >= 0),
        player_id TEXT NOT NULL CHECK (length(player_id) BETWEEN 1 AND 64),
        kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
        payload JSONB NOT NULL,
        result_code BIGINT NOT NULL,
        epoch BIGINT NOT NULL,
        tick BIGINT NOT NULL CHECK (tick >= 0),
        at TIMESTAMPTZ NOT NULL,
        PRIMARY KEY (session_id, seq)
      );
      CREATE TABLE world_epoch (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        epoch BIGINT NOT NULL,
        started_at TIMESTAMPTZ NOT NULL
      );
      INSERT INTO world_epoch (id, epoch, started_at) VALUES (1, 0, now());
    `,
  },
]

/** The version this program reads and writes. */
export const schemaVersion = migrations.length
