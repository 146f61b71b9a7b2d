// Records that prove themselves: a number, a checksum, and bytes that follow from the number.

/** Length of record `number`: mostly short, sometimes long, so that the end of the ring is met in every way. */
export function bodyBytes(number) {
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0
  return 8 + (mixed % 97 === 0 ? mixed % 3000 : mixed % 90)
}

export function writeRecord(record, number) {
  const length = bodyBytes(number) - 8
  record.u32(number)
  record.u32(checksum(number, length))
  for (let i = 0; i < length; i++) record.u8((number + i * 7) & 0xff)
}

/** What is wrong with the reader's record, which should be number `expected`; null when nothing is. */
export function checkRecord(reader, expected) {
  const { body, kind } = reader
  const length = body.remaining()
  const number = body.u32()
  const sum = body.u32()
  if (kind !== expected || number !== expected) return `record ${expected}: found ${number}, kind ${kind}`
  if (length !== bodyBytes(expected)) return `record ${expected}: ${length} bytes`
  let found = 2166136261 ^ number
  for (let i = 8; i < length; i++) found = Math.imul(found ^ body.u8(), 16777619)
  return found >>> 0 === sum && !body.failed ? null : `record ${expected}: wrong checksum`
}

function checksum(number, length) {
  let sum = 2166136261 ^ number
  for (let i = 0; i < length; i++) sum = Math.imul(sum ^ ((number + i * 7) & 0xff), 16777619)
  return sum >>> 0
}
