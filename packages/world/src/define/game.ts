import { AssertionFailed, assert, describeFields, Hash64 } from '@worldkeep/kernel'
import {
  cellsMax,
  commandsMax,
  componentsMax,
  slicesMax,
  sliceUnitsPerTickDefault,
  slotsMax,
  zonesMax,
} from '../limits.ts'
import { type HookPlace, stages } from '../pipeline/pipeline.ts'
import type { World } from '../world.ts'
import type { Command } from './command.ts'
import { type Component, requireIdentifier } from './component.ts'
import type { Gate } from './gate.ts'
import type { Input } from './input.ts'
import type { SightGate } from './sight-gate.ts'
import type { Slice } from './slice.ts'

/** A kind of space: a square of `sizeM` metres, cut into square cells. An entity is in exactly one zone. */
export interface ZoneDefinition {
  readonly name: string
  readonly sizeM: number
  readonly cellM: number
}

/** One step of the simulation, run every tick in declared order. May touch nothing but the world. */
export interface System {
  readonly name: string
  run(world: World): void
}

/**
 * A step of the game in a tick of the server, beside its own: before or after them by its `order`, which are 10, 20, 30 …
 * It may change the world in the stages apply and simulate. One that throws in poll skips the tick; in any other stage it
 * stops the node.
 */
export interface GameHook extends HookPlace {
  run(world: World, tick: number): void
}

/** Who is joining. */
export interface JoiningPlayer {
  readonly playerId: string
  readonly name: string
}

export interface PlayerRules {
  /** Where a player without a saved place appears: `zone` by name, metres. */
  birthplace(world: World): { readonly zone: string; readonly xM: number; readonly zM: number }
  /**
   * Gives a joining player's fresh entity its components. Saved components are restored after it, over its defaults.
   */
  join(world: World, slot: number, player: JoiningPlayer): void
  /** A player whose body is in the world already has come back under another name. */
  rename?(world: World, slot: number, name: string): void
}

export interface GameOptions<I extends Input = Input> {
  readonly name: string
  /** Entities alive at once; a spawn beyond it is refused and counted. */
  readonly entitiesMax: number
  readonly zones: readonly ZoneDefinition[]
  readonly components: readonly Component[]
  readonly input: I
  readonly commands: readonly Command[]
  readonly systems: readonly System[]
  readonly hooks?: readonly GameHook[]
  /** Work that is spread over ticks; see `Slice`. */
  readonly slices?: readonly Slice[]
  /** Who takes part in a tick; left out: everybody. */
  readonly gates?: readonly Gate[]
  /** Who sees entities that are not for everybody; left out: nothing is hidden. */
  readonly sight?: readonly SightGate[]
  /** What one tick may spend on slices, in their units. Left out: 3,000, which is 3 ms at a microsecond per unit. */
  readonly sliceUnitsPerTick?: number
  readonly player: PlayerRules
  /** Fills the world once, before tick 0. */
  start?(world: World): void
}

/** A checked game: what both sides run. */
export interface Game<I extends Input = Input> extends GameOptions<I> {
  readonly sliceUnitsPerTick: number
  /** Hash of everything that travels. Both sides must have the same. */
  readonly declarationsHash: string
  /** The hashed lines, to name the first that differs. */
  readonly declarations: readonly string[]
  componentIndex(component: Component): number
}

/** Names a system; see `System`. */
export function system(name: string, run: (world: World) => void): System {
  requireIdentifier(name, 'system')
  return { name, run }
}

/** Places a hook; see `GameHook`. */
export function hook(
  name: string,
  place: { readonly stage: HookPlace['stage']; readonly order: number },
  run: (world: World, tick: number) => void,
): GameHook {
  requireIdentifier(name, 'hook')
  assert(stages.includes(place.stage), `hook ${name}: there is no stage ${place.stage}`)
  assert(Number.isFinite(place.order), `hook ${name}: its order is no number`)
  return { name, ...place, run }
}

/** Checks a game's declarations and fixes their order. Throws with the name of what is wrong. */
export function defineGame<I extends Input>(options: GameOptions<I>): Game<I> {
  requireIdentifier(options.name, 'game')
  requireUnique(options.components, 'component')
  requireUnique(options.commands, 'command')
  requireUnique(options.systems, 'system')
  requireUnique(options.hooks ?? [], 'hook')
  requireUnique(options.slices ?? [], 'slice')
  requireUnique(options.gates ?? [], 'gate')
  requireUnique(options.sight ?? [], 'sight gate')
  requireUnique(options.zones, 'zone')
  assert(options.components.length <= componentsMax, `at most ${componentsMax} components`)
  assert(options.commands.length <= commandsMax, `at most ${commandsMax} commands`)
  assert(
    Number.isInteger(options.entitiesMax) && options.entitiesMax >= 1 && options.entitiesMax <= slotsMax,
    `entitiesMax ${options.entitiesMax}: 1 … ${slotsMax}`,
  )
  assert(options.zones.length > 0, 'a game has at least one zone')
  assert(options.zones.length <= zonesMax, `at most ${zonesMax} zones`)
  requireZones(options.zones)
  const { sliceUnitsPerTick = sliceUnitsPerTickDefault } = options
  requireSlices(options.slices ?? [], sliceUnitsPerTick)
  const declarations = describe(options)
  const hash = new Hash64()
  for (const line of declarations) hash.text(line)
  const indexes = new Map<Component, number>(options.components.map((component, index) => [component, index]))
  return {
    ...options,
    sliceUnitsPerTick,
    declarations,
    declarationsHash: hash.hex(),
    componentIndex: (component) => {
      const index = indexes.get(component)
      // Asked for every table of every system: the message is made only when it is needed.
      if (index !== undefined) return index
      return refuseUndeclared(component, options)
    },
  }
}

function refuseUndeclared(component: Component, game: GameOptions): never {
  throw new AssertionFailed(`component ${component.name} is not part of game ${game.name}: add it to defineGame`)
}

function requireUnique(named: readonly { readonly name: string }[], what: string): void {
  const seen = new Set<string>()
  for (const { name } of named) {
    assert(!seen.has(name), `two ${what}s are named ${name}`)
    seen.add(name)
  }
}

function requireSlices(slices: readonly Slice[], unitsPerTick: number): void {
  assert(slices.length <= slicesMax, `at most ${slicesMax} slices`)
  assert(Number.isInteger(unitsPerTick) && unitsPerTick >= 1, 'sliceUnitsPerTick: a whole number of units')
  for (const { name, units } of slices) {
    assert(units <= unitsPerTick, `slice ${name}: a step of ${units} units never fits a tick of ${unitsPerTick}`)
  }
}

function requireZones(zones: readonly ZoneDefinition[]): void {
  let cells = 0
  for (const { name, sizeM, cellM } of zones) {
    assert(Number.isInteger(sizeM) && Number.isInteger(cellM) && cellM >= 1, `zone ${name}: whole metres, please`)
    assert(sizeM >= cellM && sizeM <= 65_535, `zone ${name}: a zone is one cell to 65,535 m wide`)
    assert(cellM <= 655, `zone ${name}: a cell is at most 655 m wide, a place in it is a u16 of centimetres`)
    const cellsWide = Math.ceil(sizeM / cellM)
    cells += cellsWide * cellsWide
  }
  assert(cells <= cellsMax, `${cells} cells in all zones, at most ${cellsMax}: choose larger cells`)
}

function describe(options: GameOptions): readonly string[] {
  const lines = [`game ${options.name}`]
  for (const { name, audience, fields } of options.components) {
    lines.push(`component ${name} (${audience})`)
    if (audience !== 'server') for (const line of describeFields(fields)) lines.push(`component ${name}.${line}`)
  }
  for (const line of describeFields(options.input.fields)) lines.push(`input ${line}`)
  for (const { name, acknowledged, fields } of options.commands) {
    lines.push(`command ${name} (${acknowledged})`)
    for (const line of describeFields(fields)) lines.push(`command ${name}.${line}`)
  }
  return lines
}
