export { NodeProcess, type NodeProcessOptions, type ProcessEnd, temporaryFolder } from './node/node-process.ts'
export {
  ensureService,
  findChromium,
  findFreePort,
  launchChromium,
  type PostgresService,
  type ServiceAvailability,
  type ServiceName,
  startPostgres,
} from './services/index.ts'
export { until } from './until.ts'
