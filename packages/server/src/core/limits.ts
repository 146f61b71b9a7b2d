import { assert } from '@worldkeep/kernel'

/** Bytes of everything one tick takes in. What does not fit waits in its mailbox. */
export const frozenBytesMax = 4 * 1024 * 1024

/** Ticks in a row whose poll may fail. One is an accident; a world that takes nothing in for longer is better stopped. */
export const pollFaultsInRowMax = 3

/** Records one tick takes in: 1,000 sessions with a full queue of 64. */
export const frozenRecordsMax = 65_536

/** Durable actions of one tick, all players: beyond it they are refused as busy. */
export const durableActionsPerTickMax = 4096

/** Durable results that wait for their commit, all ticks: over a minute of a thousand busy players. */
export const durableResultsPendingMax = 65_536

/** Inventory, equipment and skills of one player, as text. */
export const documentsBytesMax = 16 * 1024

/** Players of one durable batch together: some 700 with the longest documents. */
export const durablePlayersBytesMax = 12 * 1024 * 1024

/** Actions of one durable batch together. */
export const durableActionsBytesMax = 2 * 1024 * 1024

/** Control messages of one session that ride in its next frame. */
export const outboxBytesMax = 4096

/** How long the acknowledgement of an input waits for a frame that has something else to say. */
export const ackWaitS = 0.1

/** Inspections asked for and not answered. Each is about 40 KiB of a world of 2,000: all of them fit the events mailbox. */
export const inspectionsMax = 16

/** Pings of one connection answered per tick; a client sends one a second. */
export const pongsPerTickMax = 64

/** Records one connection may have waiting when the inbound mailbox is more than half full: so a few cannot fill it. */
export const scarceRecordsMax = 4

/** Bytes of the events mailbox kept free of log lines and inspections, so that the end of a stop is always told. */
export const eventsReservedBytes = 1024

/** A route is a connection slot below and its generation above. */
export const routeSlotBits = 16
export const connectionsMax = 1 << routeSlotBits

/** Ring sizes, bytes. Each holds a second or more of a busy node. */
export const ringBytes = {
  handshakes: 1 << 19,
  lifecycle: 1 << 18,
  inbound: 1 << 22,
  outbound: 1 << 24,
  jobs: 1 << 25,
  results: 1 << 23,
  requests: 1 << 12,
  events: 1 << 22,
  recording: 1 << 24,
} as const

/** Records per ring. */
export const ringRecords = {
  handshakes: 1024,
  lifecycle: 16_384,
  inbound: 65_536,
  outbound: 262_144,
  jobs: 16_384,
  results: 65_536,
  requests: 64,
  events: 4096,
  recording: 4096,
} as const

assert(documentsBytesMax * 4 < ringBytes.results, 'a loaded player fits into the mailbox many times')
assert(
  (durablePlayersBytesMax + durableActionsBytesMax) * 2 < ringBytes.jobs,
  'a durable batch always fits an empty mailbox',
)
assert(
  (frozenBytesMax + frozenRecordsMax * 6) * 2 < ringBytes.recording,
  'the fullest tick can be recorded: a record takes at most half of its mailbox',
)
assert(ringBytes.inbound <= frozenBytesMax, 'one tick can take in a full mailbox')
