import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import type { NodeConfig } from './config.ts'

/** Structured lines on standard error: JSON for machines, a readable form on a terminal. Every line names its service. */
export function createLogger(level: NodeConfig['logLevel']): Logger {
  const onTerminal = process.stderr.isTTY === true
  const options = {
    level,
    base: null,
    redact: ['token', 'accessToken', 'authorization', 'password', '*.token', '*.password'],
  }
  if (!onTerminal) return pino(options, pino.destination({ dest: 2, sync: true }))
  return pino(
    options,
    pretty({ destination: 2, sync: true, colorize: process.env.NO_COLOR === undefined, ignore: 'pid,hostname' }),
  )
}

export type { Logger } from 'pino'
