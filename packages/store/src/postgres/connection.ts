import pg from 'pg'
import { StoreErrorCode, StoreLocationUnusable } from '../errors.ts'
import {
  connectTimeoutMs,
  idleTransactionTimeoutMs,
  migrationTimeoutMs,
  poolConnectionsMax,
  queryTimeoutMs,
  statementTimeoutMs,
} from '../limits.ts'

/** TLS, and what the URL leaves out, come from the URL's parameters and the PG* variables as `pg` documents them. */
function settings(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'worldkeep',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
    idle_in_transaction_session_timeout: idleTransactionTimeoutMs,
    keepAlive: true,
  }
}

export function createPool(url: string): pg.Pool {
  const pool = new pg.Pool({ ...settings(url), max: poolConnectionsMax })
  // Without a listener a connection that breaks ends the process: the pool's covers idle ones, the client's those in
  // use. The query that was running rejects by itself, so there is nothing more to do here.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

/** One connection that may take its time. */
export function createMigrationClient(url: string): pg.Client {
  const timeouts = { statement_timeout: migrationTimeoutMs, query_timeout: migrationTimeoutMs }
  const client = new pg.Client({ ...settings(url), ...timeouts })
  client.on('error', ignore)
  return client
}

/** Host, port and database as `pg` will use them, without user or password. Throws `StoreLocationUnusable`. */
export function describeLocation(url: string): string {
  try {
    const { host, port, database } = new pg.Client({ connectionString: url })
    return `postgres://${host}:${port}/${database ?? ''}`
  } catch (cause) {
    // Only the reason's name: Node attaches the URL, with its password, to the error for a malformed one.
    const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
    throw new StoreLocationUnusable(
      `The store URL cannot be read${reason}. Write it as postgres://user:password@host:5432/database, with special ` +
        'characters of the password percent-encoded, and check that certificate files it names exist.',
      { code: StoreErrorCode.LocationUnusable },
    )
  }
}

function ignore(): void {}
