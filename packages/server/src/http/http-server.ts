import fastifyStatic from '@fastify/static'
import type { PlayerState } from '@worldkeep/store'
import { binarySubprotocol, protocolVersion } from '@worldkeep/wire'
import type { Game } from '@worldkeep/world'
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import type { NodeHealth } from '../host/health.ts'
import { webSocketPath } from '../transport/public-port.ts'
import { issueToken, newGuest, verifyToken } from './tokens.ts'

export interface HttpParts {
  readonly game: Game
  readonly version: string
  readonly startedAt: string
  readonly tickHz: number
  readonly tokenSecret: Uint8Array
  readonly webDir: string | null
  readonly log: Logger
  readonly metrics: Registry
  loadPlayer(playerId: string): Promise<PlayerState | null>
  health(): Promise<NodeHealth>
}

const bootstrapBody = z.strictObject({ name: z.string().max(200).optional() }).nullish()

/** A body is a name and little more. */
const bodyBytesMax = 16 * 1024

/** The host's HTTP: bootstrap, health, version, metrics and the web client. Listens where the gateway forwards to. */
export async function createHttpServer(parts: HttpParts): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    // One line per request is a reverse proxy's business; here only what goes wrong is worth one.
    loggerInstance: parts.log.child({}, { level: 'warn' }) as FastifyBaseLogger,
    bodyLimit: bodyBytesMax,
    trustProxy: true,
  })
  app.setErrorHandler((error: { readonly statusCode?: number; readonly message: string }, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) parts.log.error({ error: error.message }, 'a request failed')
    const known =
      status >= 500
        ? { code: 'internal', message: 'The server has failed. It is not your fault.' }
        : { code: 'bad_request', message: error.message }
    return reply.code(status).send({ error: { ...known, retryable: status >= 500 } })
  })
  addBootstrap(app, parts)
  addOperations(app, parts)
  if (parts.webDir !== null) await app.register(fastifyStatic, { root: parts.webDir })
  return app
}

function addBootstrap(app: FastifyInstance, parts: HttpParts): void {
  app.post('/api/session/bootstrap', async (request, reply) => {
    const body = bootstrapBody.safeParse(request.body)
    if (!body.success) {
      const issue = body.error.issues[0]
      const message = `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not valid'}`
      return reply.code(400).send({ error: { code: 'bad_request', message, retryable: false } })
    }
    const wishedName = body.data?.name ?? ''
    const presented = bearerToken(request.headers.authorization)
    const verification = presented === null ? null : await verifyToken(parts.tokenSecret, presented)
    if (verification !== null && 'refused' in verification) {
      const message = 'The access token is not valid any more. Ask again without it to start as a new guest.'
      return reply.code(401).send({ error: { code: verification.refused, message, retryable: false } })
    }
    const known = verification?.identity
    const identity =
      known === undefined ? newGuest(wishedName) : { ...known, name: newGuest(wishedName || known.name).name }
    const character = known === undefined ? null : await parts.loadPlayer(identity.playerId).catch(() => null)
    return {
      accessToken: await issueToken(parts.tokenSecret, identity),
      player: { id: identity.playerId, name: identity.name },
      character:
        character === null
          ? null
          : {
              zone: character.zone,
              xM: character.xCm / 100,
              zM: character.zCm / 100,
              components: character.components,
            },
      protocol: { version: protocolVersion, declarations: parts.game.declarationsHash },
      game: parts.game.name,
      transports: [{ kind: 'websocket', path: webSocketPath, subprotocol: binarySubprotocol }],
    }
  })
}

function addOperations(app: FastifyInstance, parts: HttpParts): void {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const health = await parts.health()
    return reply.code(health.status === 'unavailable' ? 503 : 200).send({ status: health.status })
  })
  app.get('/api/health', async (_request, reply) => {
    const health = await parts.health()
    return reply.code(health.status === 'unavailable' ? 503 : 200).send(health)
  })
  app.get('/api/version', async () => ({
    version: parts.version,
    protocol: protocolVersion,
    tickHz: parts.tickHz,
    game: parts.game.name,
    declarations: parts.game.declarationsHash,
    updatedAt: parts.startedAt,
  }))
  app.get('/metrics', async (_request, reply) =>
    reply.type(parts.metrics.contentType).send(await parts.metrics.metrics()),
  )
}

function bearerToken(header: string | undefined): string | null {
  const match = /^Bearer (\S+)$/i.exec(header ?? '')
  return match?.[1] ?? null
}
