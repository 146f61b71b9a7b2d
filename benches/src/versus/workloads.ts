/** Cells of the world, metres: Worldkeep's default, and what the others cut their worlds into. */
export const cellM = 64

/** Cells a view reaches to each side of the middle one: 3 x 3 in all. */
export const viewRadiusCells = 1

export const tickHz = 20
export const inputHz = 10
export const speedMps = 3

/** Part of all entities, bodies of players included, whose hp changes each second. */
export const hpShareChangedPerS = 0.01

export const workloadNames = ['S', 'M', 'L', 'D', 'D-turn', 'I', 'burst'] as const
export type WorkloadName = (typeof workloadNames)[number]

/** One crowd that every contender gets. Must survive a structured clone. */
export interface Crowd {
  readonly name: WorkloadName
  readonly clients: number
  readonly entities: number
  readonly sizeM: number
  /** still: players stand and send no input. spin: the server turns every player in every tick. */
  readonly players: 'walk' | 'spin' | 'still'
  /** More clients that join within one second when all others walk. */
  readonly burstClients: number
  readonly roundsDefault: number
}

const medium = { clients: 200, entities: 2_000, sizeM: 1_024, players: 'walk', burstClients: 0 } as const
const dense = { clients: 200, entities: 0, sizeM: 128, burstClients: 0, roundsDefault: 3 } as const

export const crowds: { readonly [name in WorkloadName]: Crowd } = {
  S: { name: 'S', clients: 50, entities: 500, sizeM: 512, players: 'walk', burstClients: 0, roundsDefault: 3 },
  M: { name: 'M', ...medium, roundsDefault: 5 },
  L: { name: 'L', clients: 500, entities: 5_000, sizeM: 1_600, players: 'walk', burstClients: 0, roundsDefault: 3 },
  D: { name: 'D', ...dense, players: 'walk' },
  'D-turn': { name: 'D-turn', ...dense, players: 'spin' },
  I: { name: 'I', clients: 500, entities: 0, sizeM: 1_600, players: 'still', burstClients: 0, roundsDefault: 3 },
  burst: { name: 'burst', ...medium, burstClients: 500, roundsDefault: 3 },
}

export function cellsWideOf(crowd: Crowd): number {
  return Math.ceil(crowd.sizeM / cellM)
}
