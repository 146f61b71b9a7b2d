import { ByteReader } from '@worldkeep/kernel'
import {
  emptyFrameHeader,
  FrameFlag,
  type FrameHeader,
  type Message,
  type MessageRow,
  readFrameHeader,
  readFrameMessageCount,
  readMessage,
  ServerError,
  ServerFrame,
  ServerGoodbye,
  ServerHandover,
  ServerJoinAck,
  ServerPong,
  ServerResult,
} from '@worldkeep/wire'
import type { JoinAck } from './view-geometry.ts'
import type { ViewModel } from './view-model.ts'

/** What a server can say, decoded. */
export interface ServerMessageHandler {
  joined(ack: JoinAck): void
  ponged(pong: MessageRow<typeof ServerPong>): void
  result(result: MessageRow<typeof ServerResult>): void
  refused(error: MessageRow<typeof ServerError>): void
  goodbye(goodbye: MessageRow<typeof ServerGoodbye>): void
  handedOver(handover: MessageRow<typeof ServerHandover>): void
  /** The view a frame is to be applied to, or null when there is none yet: then the frame is malformed. */
  view(): ViewModel | null
  /** Just before a frame is applied: everything up to its tick, but not it, has been. */
  frameBegins(header: Readonly<FrameHeader>): void
  frameApplied(header: Readonly<FrameHeader>): void
}

/** Decodes one message and hands it on. False: not a message of this protocol. */
export function readServerMessage(bytes: Uint8Array, handler: ServerMessageHandler): boolean {
  return dispatch(new ByteReader(bytes), handler, { inFrame: false })
}

function dispatch(reader: ByteReader, handler: ServerMessageHandler, options: { readonly inFrame: boolean }): boolean {
  const kind = reader.u8()
  switch (kind) {
    case ServerJoinAck.kind:
      return take(reader, ServerJoinAck, (row) => handler.joined(row))
    case ServerPong.kind:
      return take(reader, ServerPong, (row) => handler.ponged(row))
    case ServerResult.kind:
      return take(reader, ServerResult, (row) => handler.result(row))
    case ServerError.kind:
      return take(reader, ServerError, (row) => handler.refused(row))
    case ServerGoodbye.kind:
      return take(reader, ServerGoodbye, (row) => handler.goodbye(row))
    case ServerHandover.kind:
      return take(reader, ServerHandover, (row) => handler.handedOver(row))
    case ServerFrame.kind:
      return !options.inFrame && readFrame(reader, handler)
    default:
      return false
  }
}

function take<M extends Message>(reader: ByteReader, message: M, use: (row: MessageRow<M>) => void): boolean {
  const row = message.codec.empty()
  if (!readMessage(reader, message, row)) return false
  use(row as MessageRow<M>)
  return true
}

/** See `frame.ts` of the wire package for the layout. */
function readFrame(reader: ByteReader, handler: ServerMessageHandler): boolean {
  const header = emptyFrameHeader()
  readFrameHeader(reader, header)
  const view = handler.view()
  if (reader.failed || view === null) return false
  handler.frameBegins(header)
  view.beginFrame()
  const statesView = (header.flags & (FrameFlag.View | FrameFlag.Bare)) === FrameFlag.View
  if (statesView) view.moveView(header.cellX, header.cellZ)
  if ((header.flags & FrameFlag.Owner) !== 0 && !view.applyOwner(reader, header.tick)) return false
  if ((header.flags & FrameFlag.Messages) !== 0 && !readMessages(reader, handler)) return false
  const own = (header.flags & FrameFlag.Own) !== 0
  if (own && !readSegments(reader, view, header.tick)) return false
  if (!readSegments(reader, view, header.tick)) return false
  if (reader.failed || reader.remaining() !== 0) return false
  view.endFrame()
  handler.frameApplied(header)
  return true
}

function readSegments(reader: ByteReader, view: ViewModel, tick: number): boolean {
  for (let left = reader.u8(); left > 0; left--) if (!view.applySegment(reader, tick)) return false
  return !reader.failed
}

/** Each message has its length, u16, in front. */
function readMessages(reader: ByteReader, handler: ServerMessageHandler): boolean {
  for (let left = readFrameMessageCount(reader); left > 0; left--) {
    const bytes = reader.slice(reader.u16())
    if (reader.failed || !dispatch(new ByteReader(bytes), handler, { inFrame: true })) return false
  }
  return !reader.failed
}
