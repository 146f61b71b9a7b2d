// The other thread of the ring tests: a producer, a blocking consumer, or a thread that sleeps at a doorbell.
import { parentPort, workerData } from 'node:worker_threads'
// By its path in `dist`, because a worker has nobody to compile for it.
import { Doorbell, RingReader, RingWriter } from '../dist/index.js'
import { bodyBytes, checkRecord, writeRecord } from './numbered-records.mjs'

const roles = { produce, consume, sleep }
roles[workerData.role](workerData)

/** Pushes records 0 … count - 1. A refusal is published, waited out and tried again. */
function produce({ ring, bell, room, count, batch }) {
  const writer = new RingWriter(ring, new Doorbell(bell))
  const space = new Doorbell(room)
  let refusals = 0
  for (let number = 0; number < count; number++) {
    for (;;) {
      const seen = space.seen()
      const record = writer.begin(bodyBytes(number))
      if (record !== null) {
        writeRecord(record, number)
        writer.end(number)
        break
      }
      refusals++
      writer.publish()
      space.wait(seen, Number.POSITIVE_INFINITY)
    }
    if (number % batch === batch - 1) writer.publish()
  }
  writer.publish()
  parentPort.postMessage({ refusals })
}

function consume({ ring, bell, room, count }) {
  const reader = new RingReader(ring)
  const [doorbell, space] = [new Doorbell(bell), new Doorbell(room)]
  let received = 0
  let problem = null
  while (received < count && problem === null) {
    const seen = doorbell.seen()
    while (problem === null && reader.next()) problem = checkRecord(reader, received++)
    reader.release()
    space.ring()
    if (received < count) doorbell.wait(seen, Number.POSITIVE_INFINITY)
  }
  parentPort.postMessage({ received, problem, empty: reader.isEmpty() })
}

/** `early`: rings between its own look and its sleep. Otherwise somebody else has to ring. */
function sleep({ bell, early }) {
  const doorbell = new Doorbell(bell)
  const seen = doorbell.seen()
  if (early) doorbell.ring()
  parentPort.postMessage('looked')
  doorbell.wait(seen, Number.POSITIVE_INFINITY)
  parentPort.postMessage('awake')
}
