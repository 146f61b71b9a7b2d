export { type StoreHarness, storeContract } from './contract.ts'
export { actionOf, batchOf, playerOf } from './samples.ts'
