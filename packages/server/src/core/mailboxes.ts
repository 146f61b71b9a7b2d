import { createRing, type RingMemory } from '@worldkeep/kernel'
import { ringBytes, ringRecords, routeSlotBits } from './limits.ts'

/*
 * Every road between the threads. Each is one ring: one writer, one reader, bounded by count and bytes.
 *
 *     gateway ── handshakes, lifecycle, inbound ──► tick ── outbound ──► gateway
 *                                                   tick ── jobs ──► persistence ── results ──► tick
 *                                                   tick ── recording ──► recorder
 *     host    ── requests ──► tick ── events ──► host
 */
export interface Mailboxes {
  readonly handshakes: RingMemory
  readonly lifecycle: RingMemory
  readonly inbound: RingMemory
  readonly outbound: RingMemory
  readonly jobs: RingMemory
  readonly results: RingMemory
  readonly requests: RingMemory
  readonly events: RingMemory
  readonly recording: RingMemory
}

/** Other bounds than those of `limits.ts`, for tests that fill a mailbox. */
export type MailboxSizes = {
  readonly [name in keyof Mailboxes]?: { readonly byteLength: number; readonly recordsMax: number }
}

export function createMailboxes(sizes: MailboxSizes = {}): Mailboxes {
  const ring = (name: keyof Mailboxes): RingMemory =>
    createRing(sizes[name] ?? { byteLength: ringBytes[name], recordsMax: ringRecords[name] })
  return {
    handshakes: ring('handshakes'),
    lifecycle: ring('lifecycle'),
    inbound: ring('inbound'),
    outbound: ring('outbound'),
    jobs: ring('jobs'),
    results: ring('results'),
    requests: ring('requests'),
    events: ring('events'),
    recording: ring('recording'),
  }
}

/** Kinds of all records, unique over all mailboxes, so that a frozen batch needs no second name for them. */
export const RecordKind = {
  /** route u32, sessionId, playerId, name, presented resume token, next resume token: texts; viewTick u32. */
  Handshake: 1,
  /** route u32. The connection is gone; the body stays for its grace. */
  Dropped: 2,
  /** route u32. The player said goodbye. */
  Left: 3,
  /** route u32, tick u32 of the last frame that was sent, 0 for none. Those after it were left out: go on from there. */
  RefreshWanted: 4,
  /** route u32, seq u32, input row. */
  Input: 5,
  /** route u32, seq u32, command u8, command row. */
  Command: 6,
  /** request u32, status u8 (`LoadStatus`), player record when found. */
  Loaded: 7,
  /** tick u32. Everything durable up to this tick is in the store. */
  Committed: 8,
  /** available u8. */
  StoreState: 9,

  /** bytes u32, records u32: what the mailbox of jobs has room for in this tick. Made by the tick itself. */
  Room: 10,
  /** nothing. All that is recorded of a tick whose poll has failed: it counts, and nothing happens in it. */
  PollFault: 11,

  /** id varint, then the segment's bytes up to the end of the record. */
  Segment: 16,
  /**
   * route u32, flags u8 (`FrameRecordFlag`), tick u32 of the frame it builds on (0: none), bare bytes u16, segment count u8, segment ids varint, frame bytes up to the
   * segment count: as many as the bare bytes without the client's own segments.
   */
  Frame: 17,
  /** route u32, one whole message. */
  Message: 18,
  /** route u32, a whole join acknowledgement. */
  Accepted: 19,
  /** route u32, error code u16. The answer to a handshake, or the end of a session. */
  Refused: 20,
  /** tick u32. Everything of this tick has been said. */
  TickEnd: 21,
  /** tick u32, milliseconds f64 of the clock: when what follows became true. */
  TickBegin: 22,

  /** request u32, playerId text. */
  Load: 32,
  /** tick u32, player count varint, player records, action count varint, action records. */
  DurableBatch: 33,
  /** one player record. */
  Save: 34,

  /**
   * tick u32, hash low u32, hash high u32, leaf count varint, leaves u32, then the frozen records: count varint, each
   * kind u8, length varint, bytes.
   */
  RecordedTick: 80,
  /** tick u32, part varint, parts varint, bytes of the checkpoint. */
  RecordedCheckpoint: 81,
  /** tick u32 of the first tick missing. */
  RecordedGap: 82,
  /** A tick that failed: tick u32, then its frozen records as in `RecordedTick`. The last entry of its run. */
  RecordedFault: 83,

  /** nothing. */
  Stop: 48,
  /** request u32, earliest tick u32. */
  Inspect: 49,

  /** level u8 (`LogLevel`), text. */
  Log: 64,
  /** request u32, then what `inspection.ts` lays out. */
  Inspection: 65,
  /** saved u32, unsaved u32. */
  Stopped: 66,
  /** request u32. There is no answer: the world is larger than the mailbox carries, or too much was asked for. */
  InspectionRefused: 67,
} as const

/** What the gateway must know of a frame that it may have to leave out. */
export const FrameRecordFlag = {
  Messages: 1,
  /** It goes on from a known state of the client, which may be older than the frame before it. */
  Fresh: 2,
} as const

export const LoadStatus = { Found: 0, Unknown: 1, Unavailable: 2, Corrupt: 3 } as const

export const LogLevel = { Info: 0, Warn: 1, Error: 2 } as const
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel]

/** Names one connection of the gateway: slot below, generation above, so that a reused slot is another route. */
export type Route = number & { readonly unit: 'route' }

export const noRoute = 0 as Route

export function routeOf(slot: number, generation: number): Route {
  return (((generation << routeSlotBits) | slot) >>> 0) as Route
}

export function slotOfRoute(route: number): number {
  return route & ((1 << routeSlotBits) - 1)
}
