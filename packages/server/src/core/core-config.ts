/** What the sans-I/O core needs to know. Validated once, in `config.ts`, before anything starts. */
export interface CoreConfig {
  /** Simulation steps per second, 1 … 240. */
  readonly tickHz: number
  /** Snapshots per second; divides `tickHz`. */
  readonly snapshotHz: number
  /** Seed of all chance in the world. */
  readonly seed: number
  /** Players at once, those in their grace included. */
  readonly sessionsMax: number
  /** Joins processed per tick; the others wait in their mailbox. */
  readonly handshakesPerTickMax: number
  /** How long a body stays after its connection was lost. */
  readonly graceS: number
  /** Longest time between two saves of an unchanged player. */
  readonly checkpointIntervalS: number
  /** Cells from the middle of a view to its edge. */
  readonly viewRadiusCells: number
  /** The same with the far ring, whose cells come `farHz` times a second; not above `viewRadiusCells`: no far ring. */
  readonly farRadiusCells: number
  readonly farHz: number
  /** Entities of one view, and of one cell: the nearest cells first, in a cell those who came first. */
  readonly viewEntitiesMax: number
  readonly hysteresisM: number
  /** Commands and inputs of one session waiting for a tick. */
  readonly queuedCommandsMax: number
  readonly queuedBytesMax: number
  /** Unsent bytes of a connection above which frames are left out, and the view refreshed later. */
  readonly sendBacklogBytesMax: number
  /** Age above which a frame is not sent any more: what is newer takes its place. */
  readonly frameAgeMaxMs: number
  /** Unsent bytes of a connection above which it is closed. */
  readonly sendBacklogCloseBytes: number
  readonly helloTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly pingIntervalMs: number
  readonly pongTimeoutMs: number
}

export const coreDefaults: CoreConfig = {
  tickHz: 20,
  snapshotHz: 20,
  seed: 0xcafebabe,
  sessionsMax: 1000,
  handshakesPerTickMax: 32,
  graceS: 60,
  checkpointIntervalS: 30,
  viewRadiusCells: 1,
  farRadiusCells: 0,
  farHz: 5,
  viewEntitiesMax: 4000,
  hysteresisM: 2,
  queuedCommandsMax: 64,
  queuedBytesMax: 256 * 1024,
  sendBacklogBytesMax: 256 * 1024,
  frameAgeMaxMs: 100,
  sendBacklogCloseBytes: 4 * 1024 * 1024,
  helloTimeoutMs: 5_000,
  idleTimeoutMs: 30_000,
  pingIntervalMs: 1_000,
  pongTimeoutMs: 10_000,
}
