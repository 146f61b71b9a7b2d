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
