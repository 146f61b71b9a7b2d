/** Every bound of this package. Those marked (schema) also stand in a CHECK: changing one needs a migration. */

/** Characters in a player id (schema). A UUID is 36; leaves room for a prefix of the identity provider. */
export const playerIdCharsMax = 64
/** Characters in a display name (schema). */
export const nameCharsMax = 64
/** Characters in a zone's name (schema). Instances carry a generated suffix. */
export const zoneCharsMax = 128
/** Characters in a session id (schema). */
export const sessionIdCharsMax = 128
/** Characters in an action's kind (schema). */
export const kindCharsMax = 64

/** Characters of one JSON document: about 2,000 items of 120. A larger one is a leak in the game, not a save. */
export const documentCharsMax = 256 * 1024
/** Nesting of one JSON document. Bounds the recursion of its check; real inventories nest four deep. */
export const documentDepthMax = 32

/** Rows in one INSERT. Measured flat from 500 up; keeps one statement's message near a few megabytes. */
export const statementRowsMax = 1_000
/** Players and actions in one `commit` or `savePlayers`. More is refused: the caller must split its backlog. */
export const commitRowsMax = 50_000

/** PostgreSQL connections: one for each lane, one for loads, one spare for health. */
export const poolConnectionsMax = 4
/** Waiting for a connection, in ms. Shorter than a statement so that an outage is seen as an outage. */
export const connectTimeoutMs = 3_000
/** One statement on the server, in ms. A tick's batch takes milliseconds; beyond this the server is not serving. */
export const statementTimeoutMs = 5_000
/** The same seen from here, in ms: a little longer, so that the server's own answer arrives first if it can. */
export const queryTimeoutMs = 6_000
/** A transaction left open by a client that froze holds the epoch's row: the server ends it after this many ms. */
export const idleTransactionTimeoutMs = 10_000
/** One migration statement, in ms. Tables may be large. */
export const migrationTimeoutMs = 120_000
/** Giving connections back at `close`, in ms. A server that hangs must not hold the shutdown. */
export const closeTimeoutMs = 2_000

/** Waiting for another process's lock on the SQLite file, in ms: long enough for a predecessor to finish closing. */
export const lockTimeoutMs = 1_000
