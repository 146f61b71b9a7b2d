import type { HookReport } from '@worldkeep/world'
import type { TickStall } from './tick-watch.ts'

/** How a node does, and each of the things it needs. */
export interface NodeHealth {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly dependencies: {
    readonly tick: {
      readonly status: 'ok' | 'degraded' | 'unavailable'
      readonly tick: number
      readonly tickHz: number
      /** In the order they run. */
      readonly hooks: readonly HookReport[]
      /** The last time without progress; null: there was none. */
      readonly lastStall: TickStall | null
    }
    readonly store: { readonly status: 'ok' | 'unavailable'; readonly latencyMs: number | null }
  }
}

/**
 * The world must advance to be of use. Without a store it plays on, but saves nothing; with a hook that does not run, or
 * while a tick takes far too long, it does not do all that it should.
 */
export function judgeHealth(parts: {
  readonly tickAdvances: boolean
  readonly tick: number
  readonly tickHz: number
  readonly hooks: readonly HookReport[]
  readonly lastStall: TickStall | null
  readonly storeLatencyMs: number | null
}): NodeHealth {
  const { tick, tickHz, hooks, lastStall } = parts
  const isWhole = lastStall?.ongoing !== true && hooks.every(({ stale }) => !stale)
  const storeWorks = parts.storeLatencyMs !== null
  return {
    status: !parts.tickAdvances ? 'unavailable' : storeWorks && isWhole ? 'ok' : 'degraded',
    dependencies: {
      tick: {
        status: !parts.tickAdvances ? 'unavailable' : isWhole ? 'ok' : 'degraded',
        tick,
        tickHz,
        hooks,
        lastStall,
      },
      store: { status: storeWorks ? 'ok' : 'unavailable', latencyMs: parts.storeLatencyMs },
    },
  }
}
