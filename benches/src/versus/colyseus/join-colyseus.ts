import type { Seen } from '../../check/truth.ts'
import type { Style } from '../contender.ts'
import { encodeInput } from '../input.ts'
import { loadPeer } from '../peers.ts'
import { serveClients, type VersusClient } from '../serve-clients.ts'
import { type ClientRoom, inputMessage, Message, roomName, type SdkModule, stepOf, tickMask } from './modules.ts'

/** Colyseus' clients: its SDK, which decodes everything into its state. */
export async function joinColyseus(style: Style): Promise<void> {
  const { Client } = await loadPeer<SdkModule>('@colyseus/sdk')
  serveClients(({ url, crowd }, index): VersusClient => {
    const stepM = stepOf(crowd.sizeM)
    const place = { xM: 0, zM: 0 }
    let room: ClientRoom | null = null
    let body: number | null = null
    let key = ''
    let bytes = 0
    let frames = 0
    let trouble: string | null = null
    let closing = false
    let waiting: { readonly tick: number; take(seen: Seen): void } | null = null
    const fail = (reason: unknown): void => {
      if (!closing) trouble ??= String(reason)
    }
    const enter = (joined: ClientRoom): void => {
      room = joined
      const { events } = joined.connection
      const decode = events.onmessage
      events.onmessage = (event) => {
        bytes += event.data.byteLength
        frames++
        decode?.(event)
      }
      joined.onMessage(Message.Self, (self) => {
        body = self
        key = self.toString(36)
      })
      joined.onStateChange(() => {
        if (waiting === null || joined.state.tick !== (waiting.tick & tickMask)) return
        waiting.take(seenIn(joined, stepM))
        waiting = null
      })
      joined.onLeave((code) => fail(`left ${code}`))
      joined.onDrop((code) => fail(`dropped ${code}`))
    }
    new Client(url).joinOrCreate(roomName).then(enter, fail)
    return {
      get viewer() {
        return String(body)
      },
      label: () => `client ${index + 1} ${trouble ?? ''}`.trim(),
      watch: (tick, take) => {
        waiting = { tick, take }
        return () => {
          waiting = null
        }
      },
      seenInSilence: () => null,
      isIn: () => room?.state?.bodies?.has(key) === true,
      wasDropped: () => trouble !== null,
      traffic: () => ({ bytes, frames }),
      place: () => {
        const self = room?.state.bodies.get(key)
        if (self === undefined) return null
        place.xM = self.x * stepM
        place.zM = self.z * stepM
        return place
      },
      sendInput: (x, z) =>
        style === 'tuned' ? room?.sendBytes(Message.Input, encodeInput(x, z)) : room?.send(inputMessage, { x, z }),
      close: async () => {
        closing = true
        await room?.leave()
      },
    }
  })
}

function seenIn({ state }: ClientRoom, stepM: number): Seen {
  const seen = new Map<number, { readonly xM: number; readonly zM: number }>()
  state.bodies.forEach(({ x, z }, id) => {
    seen.set(Number.parseInt(id, 36), { xM: x * stepM, zM: z * stepM })
  })
  return seen
}
