import type { Game, World } from '@worldkeep/world'
import type { Replayer } from '../core/replay/replayer.ts'
import { ConfigError } from '../host/config.ts'
import { moduleUrl } from '../host/module-url.ts'
import { type Bisection, bisectRecordings, bisectWithGame } from '../recording/bisect-recordings.ts'
import { HashDigest } from '../recording/hash-digest.ts'
import { CheckpointRefused, playRecording } from '../recording/play-recording.ts'
import { RecordingError } from '../recording/recording-header.ts'
import { openRecording, type Recording } from '../recording/recording-reader.ts'
import { loadGame } from '../threads/load-game.ts'
import { systemClock } from '../threads/system-clock.ts'
import type { ReplayArguments } from './replay-arguments.ts'

/** Runs `replay` or `bisect`. Exit code 0: all as recorded; 1: a difference was found. Throws `ConfigError`. */
export async function runReplay(args: ReplayArguments, print: (line: string) => void): Promise<number> {
  try {
    const recordings = args.paths.map(openRecording)
    const first = recordings[0] as Recording
    const game = await loadGame({
      url: moduleUrl(args.game ?? first.header.game.module),
      options: first.header.game.options,
    })
    return args.command === 'replay' ? replay(first, game, args, print) : bisect(recordings, game, args, print)
  } catch (error) {
    if (error instanceof RecordingError || error instanceof CheckpointRefused) throw new ConfigError(error.message)
    throw error
  }
}

function replay(recording: Recording, game: Game, args: ReplayArguments, print: (line: string) => void): number {
  const startedMs = systemClock.nowMs()
  const watched: { tick: number; value: number | string | null }[] = []
  const digest = new HashDigest()
  const watch = (replayer: Replayer, tick: number): void => {
    digest.add(replayer.core.world.stateHash.total)
    if (args.watch === null || args.inspect === null) return
    const value = fieldOf(replayer.core.world, args.inspect, args.watch)
    if (watched.at(-1)?.value === value && watched.length > 0) return
    watched.push({ tick, value })
    if (!args.json) print(`${tick}  ${args.watch} = ${value ?? 'none'}`)
  }
  const until = args.untilTick === null ? {} : { untilTick: args.untilTick }
  const report = playRecording(recording, game, systemClock, { ...until, afterTick: watch })
  const seconds = (systemClock.nowMs() - startedMs) / 1000
  const { divergence, fault, fromTick, toTick, ticksPlayed, gaps, replayer } = report
  const realTimes = ticksPlayed / recording.header.config.tickHz / Math.max(seconds, 1e-6)
  const entity = args.inspect === null || replayer === null ? null : entityState(replayer.core.world, args.inspect)
  const session = args.session === null || replayer === null ? null : sessionState(replayer, args.session)
  const { truncated, corrupt } = recording.end ?? { truncated: false, corrupt: null }
  if (args.json) {
    print(
      JSON.stringify({
        fromTick,
        toTick,
        ticksPlayed,
        hashOfHashes: digest.hex(),
        gaps,
        divergence,
        fault,
        seconds,
        realTimes,
        truncated,
        corrupt,
        entity,
        session,
        watched,
      }),
    )
    return divergence === null ? 0 : 1
  }
  print(
    `played ticks ${fromTick + 1} … ${toTick}: ${ticksPlayed} in ${seconds.toFixed(2)} s, ${Math.round(realTimes)} times real speed`,
  )
  if (gaps > 0) print(`the recording has ${gaps} ${gaps === 1 ? 'gap' : 'gaps'}`)
  if (truncated) print('the recording ends in the middle of a chunk, as after a crash; everything before it was played')
  if (corrupt !== null) print(`the recording is damaged: ${corrupt}`)
  if (args.inspect !== null)
    print(entity === null ? `no entity ${args.inspect} at tick ${toTick}` : JSON.stringify(entity, null, 2))
  if (args.session !== null)
    print(session === null ? `no session of ${args.session} at tick ${toTick}` : JSON.stringify(session, null, 2))
  if (fault !== null) {
    print(
      `tick ${fault.tick} failed when it was lived; played again it ${fault.message === null ? 'does not fail' : `fails as well: ${fault.message}`}`,
    )
  }
  if (divergence === null) {
    print('every tick came out as recorded')
    return 0
  }
  print(`tick ${divergence.tick} differs: recorded ${divergence.recorded}, computed ${divergence.computed}`)
  print(`  in ${divergence.leaves.join(', ') || 'the tick number'}`)
  print('  worldkeep bisect shows the values')
  return 1
}

function bisect(
  recordings: readonly Recording[],
  game: Game,
  args: ReplayArguments,
  print: (line: string) => void,
): number {
  const [first, second] = recordings as readonly [Recording, Recording?]
  const found: Bisection =
    second === undefined ? bisectWithGame(first, game, systemClock) : bisectRecordings(first, second, game, systemClock)
  if (args.json) {
    print(JSON.stringify(found))
    return found.tick === null ? 0 : 1
  }
  if (found.tick === null) {
    print('no difference')
    return 0
  }
  print(`first difference in tick ${found.tick}: ${found.leaves.join(', ')}`)
  if (found.comparedAtTick === null) print('  no later checkpoint tells the recorded values')
  else print(`  values after tick ${found.comparedAtTick}: first run, second run`)
  for (const { entity, leaf, first: a, second: b } of found.differences)
    print(`  entity ${entity}  ${leaf}  ${a ?? 'none'}  ${b ?? 'none'}`)
  return 1
}

function entityState(world: World, handle: number): object | null {
  const slot = world.slotOf(handle)
  if (slot < 0) return null
  const components = Object.fromEntries(
    world.tables.filter((table) => table.has(slot)).map((table) => [table.component.name, table.row(slot)]),
  )
  const { motion } = world
  return {
    entity: handle,
    tick: world.tick(),
    zone: world.zoneOfEntity(slot).name,
    xM: motion.xCm(slot) / 100,
    zM: motion.zCm(slot) / 100,
    velocityCmPerS: { x: motion.vx[slot], z: motion.vz[slot] },
    components,
  }
}

function sessionState(replayer: Replayer, player: string): object | null {
  const session = replayer.core.sessions.ofPlayer(player)
  if (session === null) return null
  const { state, name, entity, route, revision, savable } = session
  return {
    player,
    state,
    name,
    entity,
    route,
    inputAck: session.inputs.acked,
    commandAck: session.commands.acked,
    revision,
    savable,
  }
}

function fieldOf(world: World, handle: number, field: string): number | string | null {
  const slot = world.slotOf(handle)
  const [component = '', name = ''] = field.split('.')
  if (slot < 0) return null
  if (component === 'motion' && (name === 'x' || name === 'z' || name === 'vx' || name === 'vz'))
    return world.motion[name][slot] ?? null
  const table = world.tables.find((candidate) => candidate.component.name === component)
  if (table === undefined || !Object.hasOwn(table.component.fields, name))
    throw new ConfigError(`--watch: the game has no field ${field}`)
  return table.has(slot) ? (table.row(slot)[name] ?? null) : null
}
