import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'

/** Where the host answers, and the connections kept to it. */
export interface HostAddress {
  readonly socketPath: string
  readonly agent: Agent
}

/** Hands one request to the host's HTTP server and its answer back, without looking at either. */
export function forwardToHost(request: IncomingMessage, response: ServerResponse, host: HostAddress): void {
  const forwarded = httpRequest(
    {
      agent: host.agent,
      socketPath: host.socketPath,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress ?? '' },
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  forwarded.on('error', () => {
    if (response.headersSent) return void response.destroy()
    response.writeHead(503, { 'content-type': 'application/json' })
    return void response.end(
      JSON.stringify({
        error: { code: 'going_away', message: 'The server is starting or stopping. Try again in a moment.' },
      }),
    )
  })
  response.on('close', () => forwarded.destroy())
  request.pipe(forwarded)
}
