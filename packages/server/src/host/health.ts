/** How a node does, and each of the things it needs. */
export interface NodeHealth {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly dependencies: {
    readonly tick: { readonly status: 'ok' | 'unavailable'; readonly tick: number; readonly tickHz: number }
    readonly store: { readonly status: 'ok' | 'unavailable'; readonly latencyMs: number | null }
  }
}

/** The world must advance to be of use; without a store it plays on, but saves nothing. */
export function judgeHealth(parts: {
  readonly tickAdvances: boolean
  readonly tick: number
  readonly tickHz: number
  readonly storeLatencyMs: number | null
}): NodeHealth {
  const storeWorks = parts.storeLatencyMs !== null
  return {
    status: !parts.tickAdvances ? 'unavailable' : storeWorks ? 'ok' : 'degraded',
    dependencies: {
      tick: { status: parts.tickAdvances ? 'ok' : 'unavailable', tick: parts.tick, tickHz: parts.tickHz },
      store: { status: storeWorks ? 'ok' : 'unavailable', latencyMs: parts.storeLatencyMs },
    },
  }
}
