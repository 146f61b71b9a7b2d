export {
  ClientCommand,
  ClientGoodbye,
  ClientHello,
  ClientInput,
  ClientPing,
  clientMessages,
  ServerError,
  ServerFrame,
  ServerGoodbye,
  ServerHandover,
  ServerJoinAck,
  ServerPong,
  ServerResult,
  serverMessages,
} from './catalogue.ts'
export {
  type ErrorCategory,
  type ErrorCode,
  type ErrorEntry,
  errorCatalogue,
  errorCodeOf,
  errorCodes,
  errorEntry,
} from './error-catalogue.ts'
export {
  emptyFrameHeader,
  FrameFlag,
  type FrameHeader,
  frameFlagsAt,
  frameTickAt,
  readFrameHeader,
  readFrameMessageCount,
  writeFrameHeader,
} from './frame.ts'
export {
  binarySubprotocol,
  errorTextBytesMax,
  frameMessagesMax,
  frameSegmentsMax,
  inboundFrameBytesMax,
  playerIdBytesMax,
  protocolVersion,
  resultCodeBytesMax,
  resumeTokenBytesMax,
  tokenBytesMax,
} from './limits.ts'
export { encodeMessage, type Message, type MessageRow, message, readMessage, writeMessage } from './message.ts'
