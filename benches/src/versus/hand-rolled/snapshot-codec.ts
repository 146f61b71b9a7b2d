import { decode, encode } from '@msgpack/msgpack'
import type { Style } from '../contender.ts'
import type { Field } from '../field.ts'
import { createPackr } from '../raw-sockets.ts'

/** One entity as it travels: an object as one would write it, or a row of whole centimetres. */
type Packed = { readonly id: number; readonly x: number; readonly z: number } | readonly number[]

/** A whole view of one tick. */
export type Snapshot = readonly [tick: number, entities: readonly Packed[]]

/** What the hand-rolled server and its clients agree on. */
export interface SnapshotCodec {
  pack(value: number | Snapshot): Uint8Array
  unpack(bytes: Uint8Array): number | Snapshot
  entity(field: Field, id: number): Packed
  place(entity: Packed): { readonly id: number; readonly xM: number; readonly zM: number }
}

export function createSnapshotCodec(style: Style): SnapshotCodec {
  return style === 'plain' ? plain : tuned
}

/** The library that MessagePack itself lists for JavaScript, and objects with named fields in metres. */
const plain: SnapshotCodec = {
  pack: (value) => encode(value),
  unpack: (bytes) => decode(bytes) as number | Snapshot,
  entity: (field, id) => ({
    id,
    x: field.x[id] as number,
    z: field.z[id] as number,
    vx: field.vx[id] as number,
    vz: field.vz[id] as number,
    hp: field.hp[id] as number,
  }),
  place: (entity) => {
    const { id, x, z } = entity as { readonly id: number; readonly x: number; readonly z: number }
    return { id, xM: x, zM: z }
  },
}

const packr = createPackr()

/** The fastest library, and rows of centimetres and cm/s: whole numbers pack smaller and faster than fractions. */
const tuned: SnapshotCodec = {
  pack: (value) => packr.pack(value),
  unpack: (bytes) => packr.unpack(bytes) as number | Snapshot,
  entity: (field, id) => [
    id,
    Math.round((field.x[id] as number) * 100),
    Math.round((field.z[id] as number) * 100),
    Math.round((field.vx[id] as number) * 100),
    Math.round((field.vz[id] as number) * 100),
    field.hp[id] as number,
  ],
  place: (entity) => {
    const [id, xCm, zCm] = entity as readonly number[]
    return { id: id as number, xM: (xCm as number) / 100, zM: (zCm as number) / 100 }
  },
}
