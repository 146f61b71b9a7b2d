import type { Truth } from '../../check/truth.ts'
import type { StartOptions, Style } from '../contender.ts'
import { Field } from '../field.ts'
import { decodeInput } from '../input.ts'
import { loadPeer } from '../peers.ts'
import type { TickLog } from '../serve-peer.ts'
import { tickHz } from '../workloads.ts'
import {
  type Body,
  type CoreModule,
  inputMessage,
  Message,
  type RoomBase,
  type RoomClient,
  type SchemaModule,
  type State,
  stepOf,
  tickMask,
} from './modules.ts'
import { createViewKeeper, type Viewer } from './view-keepers.ts'

/** Where it cannot keep up, those who join wait longer than the 15 seconds that are the default. */
const seatReservationS = 60

/**
 * One room for the whole world, one `StateView` per client. Patches are sent by hand after each step, so that a patch is one
 * tick.
 */
export async function createRoom(
  { crowd, seed, style }: StartOptions & { readonly style: Style },
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
    readonly #keeper = createViewKeeper(style, this.#field, this.#bodies)

    onCreate(): void {
      this.state = this.#state
      this.autoDispose = false
      this.seatReservationTimeout = seatReservationS
      this.patchRate = null
      for (let id = 0; id < this.#field.count; id++) this.#show(id)
      this.onMessage(inputMessage, (client, { x, z }) => {
        const viewer = this.#viewers.get(client.sessionId)
        if (viewer !== undefined) this.#field.steer(viewer.body, x, z)
      })
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
      const viewer: Viewer = { body, view: new View() }
      client.view = viewer.view
      this.#keeper.crossed(body, -1, this.#field.cell[body] as number)
      this.#viewers.set(client.sessionId, viewer)
      this.#keeper.join(viewer)
      client.send(Message.Self, body)
    }

    onLeave(client: RoomClient): void {
      const viewer = this.#viewers.get(client.sessionId)
      if (viewer === undefined) return
      this.#viewers.delete(client.sessionId)
      this.#keeper.leave(viewer)
    }

    #tick(): void {
      const startMs = performance.now()
      const field = this.#field
      field.step((id, from, to) => this.#keeper.crossed(id, from, to))
      let changed = log.isChecked(field.tick) || field.hurt.length > 0
      for (const id of field.hurt) (this.#bodies[id] as Body).hp = field.hp[id] as number
      for (let id = 0; id < field.count; id++) {
        if (field.vx[id] === 0 && field.vz[id] === 0) continue
        const body = this.#bodies[id] as Body
        body.x = Math.round((field.x[id] as number) / stepM)
        body.z = Math.round((field.z[id] as number) / stepM)
        changed = true
      }
      this.#keeper.moved()
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
  }
}
