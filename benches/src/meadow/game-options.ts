import type { MeadowOptions } from '@worldkeep/meadow'
import type { Workload } from '../scenario.ts'

/** The world both processes run: wanderers spread evenly, and nothing to pick up. */
export function gameOptions(workload: Workload): Partial<MeadowOptions> {
  return {
    sizeM: workload.sizeM,
    wanderers: workload.entities,
    coins: 0,
    villageShare: 0,
    playersMax: workload.clients + 16,
  }
}
