import { performance } from 'node:perf_hooks'
import type { Clock } from '@worldkeep/kernel'

export const systemClock: Clock = { nowMs: () => performance.now() }
