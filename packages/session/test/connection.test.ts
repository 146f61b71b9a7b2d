import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Connection, type ConnectionLimits } from '../src/connection.ts'

const limits: ConnectionLimits = {
  helloTimeoutMs: 5000,
  idleTimeoutMs: 30_000,
  pingIntervalMs: 1000,
  pongTimeoutMs: 10_000,
}
const openedMs = 700_000

function joinedAt(nowMs: number): Connection {
  const connection = new Connection(nowMs)
  expect(connection.hello()).toBeNull()
  connection.verified()
  connection.accepted()
  return connection
}

describe('phases', () => {
  test('[CONN-1] hello, verified and accepted lead to joined, in this order only', () => {
    const connection = new Connection(openedMs)
    expect([connection.phase, connection.isJoined()]).toEqual(['awaitingHello', false])
    expect(() => connection.verified()).toThrow('verified while awaitingHello')
    expect(() => connection.accepted()).toThrow('accepted while awaitingHello')
    expect(connection.hello()).toBeNull()
    expect([connection.phase, connection.isJoined()]).toEqual(['verifying', false])
    expect(() => connection.accepted()).toThrow('accepted while verifying')
    connection.verified()
    expect([connection.phase, connection.isJoined()]).toEqual(['handshaking', false])
    expect(() => connection.verified()).toThrow('verified while handshaking')
    connection.accepted()
    expect([connection.phase, connection.isJoined()]).toEqual(['joined', true])
    expect(() => connection.accepted()).toThrow('accepted while joined')
  })

  test('[CONN-2] a second hello is refused in every later phase, and changes nothing', () => {
    const connection = new Connection(openedMs)
    connection.hello()
    for (const go of [() => connection.verified(), () => connection.accepted(), () => undefined]) {
      const { phase } = connection
      expect(connection.hello()).toBe('already_joined')
      expect(connection.phase).toBe(phase)
      go()
    }
  })

  test('[CONN-3] a closed connection stays closed: nothing is due, and nothing joins', () => {
    const connection = joinedAt(openedMs)
    connection.close()
    connection.close()
    expect([connection.phase, connection.isJoined()]).toEqual(['closed', false])
    expect(connection.due(openedMs + 1e9, limits)).toBeNull()
    expect(connection.hello()).toBe('already_joined')
    expect(() => connection.verified()).toThrow('verified while closed')
    expect(() => connection.accepted()).toThrow('accepted while closed')
    connection.heard(openedMs + 1)
    connection.ponged(openedMs + 2)
    expect(connection.phase).toBe('closed')
  })

  test('[CONN-3] no order of events leads out of the five phases', () => {
    const events = fc.constantFrom('hello', 'verified', 'accepted', 'close', 'heard', 'ponged', 'due')
    const order = ['awaitingHello', 'verifying', 'handshaking', 'joined', 'closed']
    fc.assert(
      fc.property(fc.array(fc.tuple(events, fc.nat(20_000)), { maxLength: 60 }), (all) => {
        let nowMs = 0
        const connection = new Connection(nowMs)
        for (const [event, laterMs] of all) {
          nowMs += laterMs
          const before = order.indexOf(connection.phase)
          if (event === 'heard' || event === 'ponged') connection[event](nowMs)
          else if (event === 'due') connection.due(nowMs, limits)
          else if (event === 'verified' && connection.phase !== 'verifying')
            expect(() => connection.verified()).toThrow()
          else if (event === 'accepted' && connection.phase !== 'handshaking')
            expect(() => connection.accepted()).toThrow()
          else connection[event]()
          const after = order.indexOf(connection.phase)
          expect(after === before || after === before + 1 || after === 4).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('deadlines', () => {
  test('[CONN-4] whoever has not joined in time is told so, however much they say', () => {
    const advances = [() => undefined, (c: Connection) => c.hello(), (c: Connection) => c.verified()]
    for (let phases = 1; phases <= 3; phases++) {
      const connection = new Connection(openedMs)
      for (const advance of advances.slice(0, phases)) advance(connection)
      connection.heard(openedMs + 4999)
      expect(connection.due(openedMs + 5000, limits)).toBeNull()
      expect(connection.due(openedMs + 5001, limits)).toBe('hello_timeout')
    }
    expect(joinedAt(openedMs).due(openedMs + 5001, limits)).toBe('ping')
  })

  test('[CONN-5] a ping is due once per interval, and none before the join', () => {
    const connection = joinedAt(openedMs)
    expect(connection.due(openedMs + 999, limits)).toBeNull()
    expect(connection.due(openedMs + 1000, limits)).toBe('ping')
    connection.ponged(openedMs + 1010)
    expect(connection.due(openedMs + 1010, limits)).toBeNull()
    expect(connection.due(openedMs + 1999, limits)).toBeNull()
    expect(connection.due(openedMs + 2400, limits)).toBe('ping')
    expect(connection.due(openedMs + 3399, limits)).toBeNull()
    expect(connection.due(openedMs + 3400, limits)).toBe('ping')

    const silent = new Connection(openedMs)
    for (let ms = 0; ms <= 5000; ms += 250) expect(silent.due(openedMs + ms, limits)).toBeNull()
  })

  test('[CONN-6] the first ping without an answer decides: later ones do not put its deadline off', () => {
    const connection = joinedAt(openedMs)
    let pings = 0
    for (let ms = 0; ms <= 11_000; ms += 100) {
      connection.heard(openedMs + ms)
      const due = connection.due(openedMs + ms, limits)
      expect(due === null || due === 'ping').toBe(true)
      if (due === 'ping') pings++
    }
    expect(pings).toBe(11)
    // The first ping went out after 1,000 ms.
    expect(connection.due(openedMs + 11_001, limits)).toBe('ping_timeout')
  })

  test('[CONN-6] a pong in time starts over', () => {
    const connection = joinedAt(openedMs)
    connection.due(openedMs + 1000, limits)
    connection.ponged(openedMs + 11_000)
    expect(connection.due(openedMs + 11_001, limits)).toBe('ping')
    expect(connection.due(openedMs + 21_001, limits)).toBe('ping')
    expect(connection.due(openedMs + 21_002, limits)).toBe('ping_timeout')
  })

  test('[CONN-7] silence ends a connection, and whatever is heard ends the silence', () => {
    // No answer is waited for this long, so that only the silence counts.
    const patient = { ...limits, pongTimeoutMs: 1e9 }
    const connection = joinedAt(openedMs)
    expect(connection.due(openedMs + 30_000, patient)).toBe('ping')
    expect(connection.due(openedMs + 30_001, patient)).toBe('idle_timeout')
    connection.heard(openedMs + 30_001)
    expect(connection.due(openedMs + 60_001, patient)).toBe('ping')
    connection.ponged(openedMs + 60_001)
    expect(connection.due(openedMs + 90_001, patient)).toBe('ping')
    expect(connection.due(openedMs + 90_002, patient)).toBe('idle_timeout')
  })
})
