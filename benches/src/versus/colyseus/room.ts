import type { Truth } from '../../check/truth.ts'
import type { StartOptions } from '../contender.ts'
import { Field } from '../field.ts'
import { decodeInput } from '../input.ts'
import { loadPeer } from '../peers.ts'
import type { TickLog } from '../serve-peer.ts'
import { tickHz } from '../workloads.ts'
import {
  type Body,
  type CoreModule,
  Message,
  type RoomBase,
  type RoomClient,
  type SchemaModule,
  type State,
  type StateView,
  stepOf,
  tickMask,
} from './modules.ts'

/** Where it cannot keep up, those who join wait longer than the 15 seconds that are the default. */
const seatReservationS = 60

/** A player with a view: the block of cells around its body. */
interface Viewer {
  readonly body: number
  readonly view: StateView
  middle: number
}

/**
 * One room for the whole world, one `StateView` per client. Cells say who enters and leaves a view, so that nothing is
 * looked through but what crossed a border. Patches are sent by hand after each step, so that a patch is one tick.
 */
export async function createRoom(
  { crowd, seed }: StartOptions,
  log: TickLog,
  onTruth: (truth: () => Truth) => void,
): Promise<unknown> {
  const { schema, t, StateView: View } = await loadPeer<SchemaModule>('@colyseus/schema')
  const { Room } = await loadPeer<CoreModule>('@colyseus/core')
  const BodySchema = schema({ x: t.uint16(), z: t.uint16(), hp: t.uint8() }, 'Body') as new () => Body
  const StateSchema = schema({ tick: t.uint16(), bodies: t.map(BodySchema).view() }, 'State') as new () => State
  const stepM = stepOf(crowd.sizeM)

  return class FieldRoom extends Room implements RoomBase {
    readonly #field = new Field(crowd, seed)
    readonly #state = new StateSchema()
    readonly #bodies: Body[] = []
    readonly #viewers = new Map<string, Viewer>()
    /** Viewers by cell they see. */
    readonly #watchers = this.#field.members.map(() => new Set<Viewer>())

    onCreate(): void {
      this.state = this.#state
      this.autoDispose = false
      this.seatReservationTimeout = seatReservationS
      this.patchRate = null
      for (let id = 0; id < this.#field.count; id++) this.#show(id)
      this.onMessageBytes(Message.Input, (client, bytes) => {
        const viewer = this.#viewers.get(client.sessionId)
        if (viewer !== undefined) this.#field.steer(viewer.body, ...decodeInput(bytes))
      })
      this.setTimestep(() => this.#tick(), 1000 / tickHz)
      onTruth(() => this.#field.truth(Array.from(this.#viewers.values(), ({ body }) => body)))
    }

    onJoin(client: RoomClient): void {
      const body = this.#field.spawn()
      this.#show(body)
      const viewer: Viewer = { body, view: new View(), middle: this.#field.cell[body] as number }
      client.view = viewer.view
      this.#crossed(body, -1, viewer.middle)
      this.#viewers.set(client.sessionId, viewer)
      for (const cell of this.#field.blockOf(viewer.middle)) this.#watch(viewer, cell)
      client.send(Message.Self, body)
    }

    onLeave(client: RoomClient): void {
      const viewer = this.#viewers.get(client.sessionId)
      if (viewer === undefined) return
      this.#viewers.delete(client.sessionId)
      for (const cell of this.#field.blockOf(viewer.middle)) this.#watchers[cell]?.delete(viewer)
    }

    #tick(): void {
      const startMs = performance.now()
      const field = this.#field
      field.step((id, from, to) => this.#crossed(id, from, to))
      let changed = log.isChecked(field.tick) || field.hurt.length > 0
      for (const id of field.hurt) (this.#bodies[id] as Body).hp = field.hp[id] as number
      for (let id = 0; id < field.count; id++) {
        if (field.vx[id] === 0 && field.vz[id] === 0) continue
        const body = this.#bodies[id] as Body
        body.x = Math.round((field.x[id] as number) / stepM)
        body.z = Math.round((field.z[id] as number) / stepM)
        changed = true
      }
      for (const viewer of this.#viewers.values()) this.#follow(viewer)
      // A tick in which nothing changed would be all that is sent.
      if (changed) this.#state.tick = field.tick & tickMask
      this.broadcastPatch()
      log.ticked(field.tick, performance.now() - startMs)
    }

    #show(id: number): void {
      const body = new BodySchema()
      body.x = Math.round((this.#field.x[id] as number) / stepM)
      body.z = Math.round((this.#field.z[id] as number) / stepM)
      body.hp = this.#field.hp[id] as number
      this.#bodies[id] = body
      this.#state.bodies.set(id.toString(36), body)
    }

    /** An entity went from one cell to another: who sees only one of them is told. */
    #crossed(id: number, from: number, to: number): void {
      const body = this.#bodies[id] as Body
      const before = this.#watchers[from]
      const after = this.#watchers[to]
      for (const viewer of before ?? []) if (after?.has(viewer) !== true) viewer.view.remove(body)
      for (const viewer of after ?? []) if (before?.has(viewer) !== true) viewer.view.add(body)
    }

    /** The body went to another cell: its view follows. */
    #follow(viewer: Viewer): void {
      const middle = this.#field.cell[viewer.body] as number
      if (middle === viewer.middle) return
      const before = this.#field.blockOf(viewer.middle)
      const after = this.#field.blockOf(middle)
      viewer.middle = middle
      for (const cell of before) if (!after.includes(cell)) this.#unwatch(viewer, cell)
      for (const cell of after) if (!before.includes(cell)) this.#watch(viewer, cell)
    }

    #watch(viewer: Viewer, cell: number): void {
      this.#watchers[cell]?.add(viewer)
      for (const id of this.#field.members[cell] ?? []) viewer.view.add(this.#bodies[id] as Body)
    }

    #unwatch(viewer: Viewer, cell: number): void {
      this.#watchers[cell]?.delete(viewer)
      for (const id of this.#field.members[cell] ?? []) viewer.view.remove(this.#bodies[id] as Body)
    }
  }
}
