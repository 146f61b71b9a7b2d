import {
  axis,
  command,
  component,
  defineGame,
  type Game,
  input,
  sightGate,
  steerTowards,
  system,
  text,
  u8,
  u16,
  u32,
  type World,
  type Zone,
} from '@worldkeep/world'

/* A game in which not everybody sees everybody: rooms, a mark that only one's own team sees, and a cloak nobody sees through. */

export const Tag = component('tag', { audience: 'nearby', fields: { text: text(24) } })
export const Life = component('life', { audience: 'nearby', fields: { current: u16 } })
export const Purse = component('purse', { audience: 'owner', fields: { coins: u32 } })
const Team = component('team', { audience: 'server', fields: { number: u8 } })
const Mark = component('mark', { audience: 'server', fields: { team: u8 } })
const Cloak = component('cloak', { audience: 'server', fields: { depth: u8 } })

const Move = input({
  fields: { x: axis, z: axis },
  steer: (motion, slot, intent) => steerTowards(motion, slot, intent, 2_000),
})

/** The own body goes into a room, or with 0 out of it. */
export const Enter = command('enter', {
  acknowledged: 'processed',
  fields: { room: u16 },
  refusals: ['no_room'],
  handle: (world, actor, { room }) => (world.sight.enter(actor.slot, room) ? 'ok' : 'no_room'),
})

export const JoinTeam = command('joinTeam', {
  acknowledged: 'processed',
  fields: { team: u8 },
  handle: (world, actor, { team }) => {
    world.table(Team).columns.number.set(actor.slot, team)
    return 'ok'
  },
})

/** Puts the mark of a team on the own body, or with 0 takes it off. */
export const MarkSelf = command('markSelf', {
  acknowledged: 'processed',
  fields: { team: u8 },
  handle: (world, actor, { team }) => {
    world.table(Mark).remove(actor.slot)
    if (team > 0) world.table(Mark).add(actor.slot, { team })
    return 'ok'
  },
})

export const CloakSelf = command('cloakSelf', {
  acknowledged: 'processed',
  fields: { depth: u8 },
  handle: (world, actor, { depth }) => {
    world.table(Cloak).remove(actor.slot)
    if (depth > 0) world.table(Cloak).add(actor.slot, { depth })
    return 'ok'
  },
})

export const Earn = command('earn', {
  acknowledged: 'processed',
  fields: { coins: u16 },
  handle: (world, actor, { coins }) => {
    const column = world.table(Purse).columns.coins
    column.set(actor.slot, column.get(actor.slot) + coins)
    return 'ok'
  },
})

/** Wounds somebody: one of the rows everybody near sees. */
export const Wound = command('wound', {
  acknowledged: 'processed',
  fields: { handle: u32 },
  refusals: ['nobody'],
  handle: (world, _actor, { handle }) => {
    const slot = world.slotOf(handle)
    const { current } = world.table(Life).columns
    if (slot < 0) return 'nobody'
    current.set(slot, current.get(slot) + 1)
    return 'ok'
  },
})

export interface HallOptions {
  /** Who stands or walks about, beside the players. */
  readonly others: number
  /** Chances in a thousand, per tick and entity, that it turns, jumps, dies, changes. */
  readonly unrest: number
  /** Left out or false: nobody of them ever hides. */
  readonly hides?: boolean
}

export interface Hall {
  readonly game: Game<typeof Move>
  /** May be changed while the world runs; 0: all of them stand still. */
  unrest: number
}

export function createHall(options: Partial<HallOptions> = {}): Hall {
  const hall = { game: null as unknown as Game<typeof Move>, unrest: options.unrest ?? 0 }
  hall.game = defineGame({
    name: 'hall',
    entitiesMax: 400,
    zones: [{ name: 'hall', sizeM: 512, cellM: 64 }],
    components: [Tag, Life, Purse, Team, Mark, Cloak],
    input: Move,
    commands: [Enter, JoinTeam, MarkSelf, CloakSelf, Earn, Wound],
    systems: [system('unrest', (world) => stir(world, hall.unrest, options.hides === true))],
    sight: [
      sightGate('team', Mark, (world, viewer, slot) => {
        const { number } = world.table(Team).columns
        return world.table(Team).has(viewer) && number.get(viewer) === world.table(Mark).columns.team.get(slot)
      }),
      sightGate('cloak', Cloak, () => false),
    ],
    player: {
      birthplace: () => ({ zone: 'hall', xM: 290, zM: 290 }),
      join: (world, slot, { name }) => {
        world.table(Tag).add(slot, { text: name })
        world.table(Life).add(slot, { current: 100 })
        world.table(Purse).add(slot)
        world.table(Team).add(slot)
      },
    },
    start: (world) => {
      for (let i = 0; i < (options.others ?? 0); i++) spawnOther(world)
    },
  })
  return hall
}

/** Whom a viewer may see, said once more and in other words than the server does. */
export function maySee(world: World, viewer: number, slot: number): boolean {
  if (viewer === slot) return true
  const room = world.sight.roomOf[slot]
  if (room !== 0 && room !== world.sight.roomOf[viewer]) return false
  if (world.table(Cloak).has(slot)) return false
  if (!world.table(Mark).has(slot)) return true
  return world.table(Team).columns.number.get(viewer) === world.table(Mark).columns.team.get(slot)
}

function spawnOther(world: World): void {
  const zone = world.zones[0] as Zone
  const { random } = zone
  const slot = world.slotOf(world.spawn(zone, random.below(zone.sizeCm), random.below(zone.sizeCm)))
  if (slot < 0) return
  world.table(Tag).add(slot, { text: `other ${random.below(1_000)}` })
  world.table(Life).add(slot, { current: 50 })
}

function stir(world: World, unrest: number, hides: boolean): void {
  const zone = world.zones[0] as Zone
  const { random } = zone
  for (let slot = 0; slot < world.entities.slotsUsed; slot++) {
    if (!world.isAlive(slot) || world.table(Purse).has(slot)) continue
    if (unrest === 0) world.motion.setVelocity(slot, 0, 0)
    if (random.below(1_000) >= unrest) continue
    const chance = random.below(hides ? 100 : 90)
    if (chance < 55) world.motion.setVelocity(slot, random.between(-1_500, 1_500), random.between(-1_500, 1_500))
    else if (chance < 65) world.motion.place(slot, random.below(zone.sizeCm), random.below(zone.sizeCm))
    else if (chance < 80) world.table(Life).columns.current.set(slot, random.below(100))
    else if (chance >= 95) world.sight.enter(slot, random.below(3))
    else if (chance >= 90) toggle(world, slot, random.below(3))
    else {
      world.despawn(world.handleOf(slot))
      spawnOther(world)
    }
  }
}

function toggle(world: World, slot: number, team: number): void {
  const marks = world.table(Mark)
  if (marks.has(slot)) marks.remove(slot)
  else marks.add(slot, { team })
}
