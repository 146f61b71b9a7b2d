export { type ArenaOptions, createGame as createArena, Earn, Gold, Health, Hit, Label, Move, Secret } from './arena.ts'
export { Loopback, type LoopbackEvents } from './loopback.ts'
export {
  RecordedRun,
  type RecordedRunParts,
  recordedTicks,
  replayRecording,
  type TickRecord,
} from './recorded-run.ts'
export { SimulatedNode, type SimulatedNodeOptions } from './simulated-node.ts'
export { TestClient, type TestWire } from './test-client.ts'
export { type TransportHarness, transportContract } from './transport-contract.ts'
